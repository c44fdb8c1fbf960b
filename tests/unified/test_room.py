"""Large pages are unpacked two at a time, however many arrive at once."""

import asyncio

import pytest

from unified.room import LARGE, Room

pytestmark = pytest.mark.anyio


async def unpack(room: Room, size: int, log: list[str], finish: asyncio.Event) -> None:
    await room.wait(size)
    log.append("parsed")
    with room.taken(size):
        await finish.wait()
    log.append("done")


async def test_a_third_large_page_waits_for_one_of_two_and_a_small_one_does_not() -> None:
    room, log, finish = Room(), list[str](), [asyncio.Event() for _ in range(4)]
    pages = [
        asyncio.create_task(unpack(room, size, log, done))
        for size, done in zip([LARGE, LARGE, LARGE, LARGE - 1], finish, strict=True)
    ]
    await asyncio.sleep(0.01)
    assert log == ["parsed"] * 3

    finish[0].set()
    await asyncio.sleep(0.01)
    assert log == ["parsed"] * 3 + ["done", "parsed"]

    for done in finish:
        done.set()
    await asyncio.gather(*pages)


async def test_a_page_whose_caller_leaves_makes_room_and_one_that_waits_takes_none() -> None:
    room, log, never = Room(), list[str](), asyncio.Event()
    first, second, third, fourth = (asyncio.create_task(unpack(room, LARGE, log, never)) for _ in range(4))
    await asyncio.sleep(0.01)

    third.cancel()
    first.cancel()
    await asyncio.sleep(0.01)
    assert log == ["parsed"] * 3

    for page in (second, fourth):
        page.cancel()
    await asyncio.gather(first, second, third, fourth, return_exceptions=True)

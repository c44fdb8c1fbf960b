"""Writes with a key between two real wires: answers that break off, callers that leave, bytes that are held back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.proxy.faults import whole
from tests.proxy.front_door import Answer, Door, front_door
from tests.proxy.upstream import Peer

pytestmark = pytest.mark.anyio
KEY = b"Idempotency-Key: k-1"


async def slow(peer: Peer) -> bool:
    """Says that the work has begun, and answers a third of a second later."""
    await peer.body()
    await asyncio.sleep(0.3)
    await peer.write(whole(b"done", b"X-Work: 1"))
    return True


async def stepwise(peer: Peer) -> bool:
    """A first part at once; the rest when `listens` is set."""
    await peer.body()
    await peer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\npart")
    await peer.upstream.listens.wait()
    await peer.write(b"last")
    return True


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with front_door(tmp_path, {b"slow": slow, b"stepwise": stepwise}) as found:
        yield found


async def post(door: Door, target: bytes, body: bytes = b"{}") -> Answer:
    return await door.ask(b"POST", target, KEY, body=body)


@pytest.mark.parametrize("fault", [b"half", b"rst", b"chunkbad", b"chunkcut"])
async def test_an_answer_that_breaks_off_after_a_success_is_known_to_be_done(
    door: Door, fault: bytes
) -> None:
    first = await post(door, b"/proxy/" + fault)
    assert (first.status, first.whole) == (200, False)
    again = await post(door, b"/proxy/" + fault)
    assert again.status == 409
    assert again.json()["details"] == {"reason": "response_not_stored"}
    assert len(door.calls()) == 1


@pytest.mark.parametrize("fault", [b"plain", b"chunked", b"until_close", b"empty"])
async def test_every_framing_of_an_answer_is_replayed_whole(door: Door, fault: bytes) -> None:
    first = await post(door, b"/proxy/" + fault)
    again = await post(door, b"/proxy/" + fault)
    assert (again.status, again.body, again.whole) == (first.status, first.body, True)
    assert again.all(b"idempotency-replayed") == [b"true"]
    assert len(door.calls()) == 1


async def test_bytes_of_an_answer_are_replayed_as_they_came(door: Door) -> None:
    packed = [await post(door, b"/proxy/packed") for _ in range(2)]
    assert packed[0].body == packed[1].body
    assert [answer.all(b"content-encoding") for answer in packed] == [[b"gzip"], [b"gzip"]]


async def test_an_answer_streams_on_while_it_is_kept(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"POST", b"/proxy/stepwise", KEY, b"Content-Length: 2") + b"{}")
    async with asyncio.timeout(10):
        assert b"201" in await reader.readline()
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(4) == b"part"
        door.upstream.listens.set()
        assert await reader.readexactly(4) == b"last"
    # The last byte leaves when the write is recorded: its repeat never meets itself.
    again = await post(door, b"/proxy/stepwise")
    assert (again.status, again.body) == (201, b"partlast")
    writer.close()


async def test_a_write_runs_on_when_its_caller_leaves_and_is_recorded(door: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"POST", b"/proxy/slow", KEY, b"Content-Length: 2") + b"{}")
    while not door.calls():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()
    answers = [await post(door, b"/proxy/slow")]
    while answers[-1].status == 409:
        assert answers[-1].all(b"retry-after") == [b"1"]
        await asyncio.sleep(0.1)
        answers.append(await post(door, b"/proxy/slow"))
    assert (answers[-1].status, answers[-1].body) == (200, b"done")
    assert answers[-1].all(b"x-work") == [b"1"]
    assert len(door.calls()) == 1


async def test_a_caller_that_leaves_within_its_body_has_written_nothing(door: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"POST", b"/proxy/plain", KEY, b"Content-Length: 200") + b"{")
    await asyncio.sleep(0.1)
    writer.close()
    answer = await post(door, b"/proxy/plain")
    assert (answer.status, answer.body) == (200, b"plain")
    assert len(door.calls()) == 1


async def test_a_long_body_without_a_key_streams_as_before(door: Door) -> None:
    body = b"x" * (11 * 1024 * 1024)
    answer = await door.ask(b"POST", b"/proxy/echo", body=body)
    assert answer.body.endswith(b"\r\n\r\n" + body)


async def test_a_body_of_ten_mebibytes_takes_a_key(door: Door) -> None:
    body = b"x" * (10 * 1024 * 1024)
    for _ in range(2):
        answer = await post(door, b"/proxy/plain", body)
        assert answer.body == b"plain"
    assert len(door.calls()) == 1

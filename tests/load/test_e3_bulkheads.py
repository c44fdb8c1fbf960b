"""E3: an account whose vendor is slow has its share of this process, and nobody else waits for it."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.breaker import Breakers
from proxy.places import Places
from proxy.turns import Permit
from schemas.errors import Overloaded, Throttled
from tests.house import PATIENT, coupa_context, link
from tests.proxy.faults import whole
from tests.proxy.front_door import Answer, Door, front_door
from tests.proxy.outlet import closed, connected, outlet
from tests.proxy.upstream import Peer

pytestmark = pytest.mark.anyio


def take(places: Places, number: int, origin: str = "") -> Permit | None:
    connection = connected("http://vendor.example", str(number))
    try:
        return places.take(replace(connection, origin=origin) if origin else connection)
    except (Throttled, Overloaded):
        return None


def taken(places: Places, number: int, origin: str = "") -> list[Permit]:
    """All that one can get."""
    permits = []
    while permit := take(places, number, origin):
        permits.append(permit)
    return permits


def test_e3_one_account_gets_a_fifth_and_one_vendor_half() -> None:
    places = Places(1000)
    assert len(taken(places, 1)) == 200
    places = Places(1000)
    for number in range(20):
        taken(places, number, "https://one.example")
    assert 490 <= places.taken <= 510


def test_e3_ten_that_hoard_one_after_another_leave_a_tenth() -> None:
    places = Places(1000)
    for number in range(10):
        taken(places, number)
    assert places.taken <= 900
    assert len(taken(places, 11)) >= 20, "a newcomer has room at once"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=200))
def test_e3_whatever_happens_the_count_is_right_and_a_newcomer_gets_in(deeds: list[tuple[int, bool]]) -> None:
    places, held = Places(40), Counter[int]()
    permits: dict[int, list[Permit]] = {}
    for account, takes in deeds:
        mine = permits.setdefault(account, [])
        if takes and (permit := take(places, account)):
            mine.append(permit)
            held[account] += 1
        elif not takes and mine:
            permit = mine.pop()
            permit.close()
            permit.close()  # counts once
            held[account] -= 1
        assert places.taken == held.total() <= 40
        assert max(held.values(), default=0) <= 8
        if places.taken <= 36:
            newcomer = take(places, 99)
            assert newcomer is not None
            newcomer.close()


async def test_e3_a_place_comes_back_however_a_call_ends() -> None:
    async with outlet(read_idle_seconds=0.1, breakers=Breakers(PATIENT)) as out:
        places = out.pipe._way.places
        response = await out.send("plain")
        assert places.taken == 1, "its body is still to be read"
        await response.aread()
        assert places.taken == 0
        await closed(out.send("answers/500"))
        await closed(out.send("silent"))
        await closed(out.send("close", "POST"))
        await out.read("plain")
        leaving = asyncio.create_task(out.send("slow_headers"))
        await asyncio.sleep(0.03)
        assert places.taken == 1
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert places.taken == 0


async def test_e3_a_place_comes_back_of_an_empty_answer_that_nobody_reads(tmp_path: Path) -> None:
    async def empty(peer: Peer) -> bool:
        await peer.write(whole(b"", status=b"999 Denied"))
        return True

    async with front_door(tmp_path, {b"empty": empty}) as door:
        places = door.house.state["pipe"]._way.places
        assert (await door.ask(b"GET", b"/proxy/empty")).status == 502
        assert places.taken == 0


async def seconds(door: Door, account: str) -> float:
    began = time.monotonic()
    answer = await door.ask(b"GET", b"/proxy/plain", account=account)
    assert answer.status == 200
    return time.monotonic() - began


async def finished(tasks: list[asyncio.Task[Answer]], count: int) -> list[Answer]:
    """What came of those that are over once there are so many."""
    for _ in range(400):
        if sum(task.done() for task in tasks) >= count:
            break
        await asyncio.sleep(0.05)
    found = [task.result() for task in tasks if task.done()]
    assert len(found) == count
    return found


async def test_e3_others_do_not_feel_an_account_whose_vendor_hangs(tmp_path: Path) -> None:
    async with front_door(tmp_path, most_requests=100) as door:
        other = (await link(door.house, coupa_context(door.house.coupa_credentials)))["id"]
        await seconds(door, other)
        alone = sorted([await seconds(door, other) for _ in range(30)])
        hanging = [asyncio.create_task(door.ask(b"GET", b"/proxy/silent")) for _ in range(60)]
        refused = await finished(hanging, 40)
        assert {answer.status for answer in refused} == {429}
        assert refused[0].json()["details"] == {"reason": "account_rate"}
        assert refused[0].all(b"retry-after") == [b"1"]
        beside = sorted([await seconds(door, other) for _ in range(30)])
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
    assert beside[-2] < alone[-2] * 3 + 1, "the vendor that hangs does so for 30 seconds"

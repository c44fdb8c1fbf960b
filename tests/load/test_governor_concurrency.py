"""A vendor's limit of calls under way is kept, and each call's place is given back however it ends."""

import asyncio
import contextlib
from pathlib import Path

import httpx
import pytest

from providers.provider import Limits
from proxy.gate import GRACE, Gate
from schemas.errors import Throttled
from tests.house import open_house
from tests.proxy.outlet import Outlet, closed, connected, elapsed, outlet

pytestmark = pytest.mark.anyio

POOL = Limits(concurrency=3)


async def test_calls_beyond_the_pool_wait_until_one_ends() -> None:
    gate = Gate()
    permits = [await gate.enter(POOL, 0.0) for _ in range(3)]
    waiting = asyncio.create_task(gate.enter(POOL, 5.0))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    permits[0].close()
    (await waiting).close()
    assert gate.in_flight == 2


async def test_who_waits_in_vain_is_told_so_in_time() -> None:
    gate = Gate()
    permits = [await gate.enter(POOL, 0.0) for _ in range(3)]

    async def turned_away(patience: float) -> None:
        with pytest.raises(Throttled) as caught:
            await gate.enter(POOL, patience)
        assert caught.value.headers == {"retry-after": "1"}

    assert await elapsed(turned_away(0.0)) < 0.1, "who can't wait hears it at once"
    assert 0.05 <= await elapsed(turned_away(0.05)) < 0.05 + GRACE + 0.5
    permits[0].close()
    (await gate.enter(POOL, 0.0)).close()


async def test_a_place_that_comes_as_its_caller_leaves_goes_to_the_next() -> None:
    gate = Gate()
    permits = [await gate.enter(POOL, 0.0) for _ in range(3)]
    leaving = asyncio.create_task(gate.enter(POOL, 5.0))
    await asyncio.sleep(0)
    permits[0].close()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert gate.in_flight == 2
    await gate.enter(POOL, 0.0)


def in_flight(out: Outlet, name: str = "one") -> int:
    return out.pipe._way.governor.gate(connected(out.upstream.url, name)).in_flight


async def test_the_place_is_given_back_when_the_answer_is_over() -> None:
    async with outlet() as out:
        response = await out.send("answers/200", limits=POOL)
        assert in_flight(out) == 1, "a body that is still coming counts"
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for _ in response.stream:
            pass
        assert in_flight(out) == 0, "as soon as its last byte is there"
        await response.aclose()
        assert in_flight(out) == 0


@pytest.mark.parametrize(
    "path", ["answers/200", "half", "rst", "chunkbad", "silent", "nothing", "answers/503"]
)
async def test_the_place_is_given_back_whatever_the_vendor_does(path: str) -> None:
    async with outlet(seconds=0.5, read_idle_seconds=0.3) as out:
        await closed(out.send(path, limits=POOL))
        assert in_flight(out) == 0
        with contextlib.suppress(Exception):
            await out.read(path)
        assert in_flight(out) == 0


async def test_the_place_is_given_back_when_the_caller_leaves() -> None:
    async with outlet() as out:
        calls = [asyncio.create_task(out.send("silent", limits=POOL)) for _ in range(5)]
        await asyncio.sleep(0.1)
        assert in_flight(out) == 3
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert in_flight(out) == 0


async def test_two_hundred_callers_never_exceed_the_pool(tmp_path: Path) -> None:
    """Reads, passthrough and crawls alike."""
    async with open_house(tmp_path, limits={"concurrency": 4}, rate_limit=False, queue_seconds=60) as house:
        await house.coupa.post("/_sandbox/stats/reset")
        await house.fault(kind="slow", delay=0.003)
        passed = f"/proxy/currencies?limit=1&integrated_account_id={house.account}"
        crawl = {"accept": "application/x-ndjson"}
        answers = await asyncio.gather(
            *(house.get("accounting/currencies?limit=1") for _ in range(110)),
            *(house.client.get(passed) for _ in range(88)),
            *(house.get("accounting/currencies?limit=50", headers=crawl) for _ in range(2)),
        )
        assert {answer.status_code for answer in answers} == {200}
        assert all(b'"_end"' in answer.content for answer in answers[198:])
        stats = await house.stats()
        assert stats["in_flight_max"] == 4
        assert stats["refused"] == 0

"""Where a vendor declares no rate, its 429s teach one; where it takes fewer calls at a time than it said, fewer go."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from providers.provider import Limits
from proxy.easing import DOUBLING, FORGOTTEN, REGAIN, SLOWEST, Easing
from proxy.gate import Gate
from tests.load.crew import crew
from tests.proxy.outlet import elapsed
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

LATER = httpx.Headers({"retry-after": "1"})


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


def paced(limits: Limits | None) -> float:
    assert limits is not None
    assert limits.rate == 1
    return 1 / limits.per


def test_a_pace_is_halved_grows_back_and_is_forgotten() -> None:
    easing = Easing()
    assert easing.limits(0.0, None) is None
    for _ in range(40):
        easing.count(0.0)
    easing.learn(0.0, 2.0, None, 1)
    assert paced(easing.limits(2.0, None)) == pytest.approx(20)
    assert paced(easing.limits(2.0 + DOUBLING, None)) == pytest.approx(40)
    easing.learn(2.0, 4.0, None, 1)
    assert paced(easing.limits(4.0, None)) == pytest.approx(10)
    for _ in range(20):
        easing.learn(4.0, 4.0, None, 1)
    assert paced(easing.limits(4.0, None)) == pytest.approx(SLOWEST)
    assert easing.limits(4.0 + FORGOTTEN, None) is None


def test_places_are_halved_and_come_back_one_by_one() -> None:
    easing, pool = Easing(), Limits(concurrency=8, rejects_unprocessed=True)

    def places(now: float) -> int | None:
        found = easing.limits(now, pool)
        assert found is not None
        assert found.rejects_unprocessed
        return found.concurrency

    easing.learn(0.0, 2.0, pool, 1)
    assert places(2.0) == 4
    assert places(2.0 + REGAIN) == 5
    assert places(2.0 + 9 * REGAIN) == 8
    for _ in range(5):
        easing.learn(2.0, 2.0, pool, 1)
    assert places(2.0) == 1


def test_a_declared_rate_stands() -> None:
    easing, declared = Easing(), Limits(rate=5, concurrency=3)
    easing.count(0.0)
    easing.learn(0.0, 1.0, declared, 1)
    assert easing.limits(1.0, declared) is declared


async def test_calls_without_declared_limits_go_slower_after_a_429() -> None:
    gate = Gate()
    for _ in range(20):
        (await gate.enter(None, 0.0)).close()
    gate.note(None, 429, LATER)
    gate.note(None, 429, LATER)  # was under way with the other

    async def six() -> None:
        for _ in range(6):
            (await gate.enter(None, 5.0)).close()

    assert 1.0 + 4 / 10 <= await elapsed(six()) < 4.0


async def test_all_workers_learn_of_it(server: RedisServer) -> None:
    pool = Limits(concurrency=4)
    async with crew(server.url, 2) as workers:
        await workers.call(0, pool)
        await workers.call(1, pool)
        workers.gates[0].note(pool, 429, LATER)
        await asyncio.sleep(0.1)
        await workers.call(1, pool, 5.0)
        eased = workers.gates[1].eased(pool)
        assert eased is not None
        assert eased.concurrency == 2

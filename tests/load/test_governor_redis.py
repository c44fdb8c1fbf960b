"""All workers keep one vendor limit together: rate, burst, calls under way and the silence after a 429."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from providers.provider import Limits
from proxy.commons import BEAT_LOST, CHANNEL, Commons, key_of
from schemas.errors import Throttled
from tests.house import open_house
from tests.load.crew import crew
from tests.proxy.outlet import elapsed
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

FAST = Limits(rate=100, burst=20)
POOL = Limits(concurrency=3)
VENDOR = "https://vendor.example"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(server: RedisServer) -> None:
    server.run("FLUSHALL")


@pytest.mark.parametrize("count", [1, 2, 8])
async def test_e1_workers_together_keep_the_rate_and_its_burst(server: RedisServer, count: int) -> None:
    async with crew(server.url, count) as workers:
        started = asyncio.get_running_loop().time()
        calls = [asyncio.create_task(workers.call(each % count, FAST)) for each in range(300)]
        async with asyncio.timeout(5):  # a sixth of it on a machine that is idle
            while len(workers.gone) < 100:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    took = workers.gone[-1] - started
    assert len(workers.gone) <= 16 + 100 * took + 1


async def test_e1_after_a_429_no_worker_calls_before_its_time(server: RedisServer) -> None:
    async with crew(server.url, 3) as workers:
        await workers.call(0, FAST)
        workers.gates[0].note(FAST, 429, httpx.Headers({"retry-after": "1"}))
        await asyncio.sleep(0.02)
        frozen_at = workers.gone[0]
        await asyncio.gather(*(workers.call(each % 3, FAST) for each in range(9)))
        assert min(workers.gone[1:]) - frozen_at >= 1.0


async def test_e1_who_waits_at_another_worker_hears_of_a_429_that_comes_too_late_for_it(
    server: RedisServer,
) -> None:
    slow = Limits(rate=1, per=2.0)
    async with crew(server.url, 2) as workers:
        await workers.call(0, slow)
        waiting = asyncio.create_task(workers.call(1, slow, 5.0))
        await asyncio.sleep(0.05)
        workers.gates[0].note(slow, 429, httpx.Headers({"retry-after": "60"}))

        async def turned_away() -> None:
            with pytest.raises(Throttled) as caught:
                await waiting
            assert caught.value.headers == {"retry-after": "60"}

        assert await elapsed(turned_away()) < 1.0


async def test_workers_together_keep_the_calls_under_way(server: RedisServer) -> None:
    async with crew(server.url, 4) as workers:
        await asyncio.gather(*(workers.call(each % 4, POOL, seconds=0.01) for each in range(200)))
    assert (len(workers.gone), workers.most) == (200, 3)


async def test_a_worker_that_only_waits_is_not_passed_over(server: RedisServer) -> None:
    async with crew(server.url, 2) as workers:
        busy = [asyncio.create_task(workers.call(0, Limits(concurrency=1), seconds=0.02)) for _ in range(50)]
        await asyncio.sleep(0.05)
        assert await elapsed(workers.call(1, Limits(concurrency=1))) < 0.3
        for each in busy:
            each.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


async def test_a_dead_workers_places_come_back(server: RedisServer) -> None:
    async with crew(server.url, 1, lease=0.8) as living:
        async with crew(server.url, 1, lease=0.8) as dying:
            for _ in range(3):
                await dying.gates[0].enter(POOL, 1.0)
            with pytest.raises(Throttled):
                await living.gates[0].enter(POOL, 0.1)
        assert await elapsed(living.call(0, POOL, 5.0)) < 2.0


async def test_a_living_workers_places_are_kept_as_long_as_it_needs_them(server: RedisServer) -> None:
    async with crew(server.url, 2) as workers:
        for _ in range(3):
            await workers.gates[0].enter(POOL, 1.0)
        server.run("FLUSHALL")
        await workers.commons[0].beat(lambda: {VENDOR: workers.gates[0].under_way})
        with pytest.raises(Throttled):
            await workers.gates[1].enter(POOL, 0.1)


async def test_places_given_back_during_a_sign_of_life_are_free(server: RedisServer) -> None:
    async with crew(server.url, 2) as workers:
        for permit in [await workers.gates[0].enter(POOL, 1.0) for _ in range(3)]:
            permit.close()
        await asyncio.gather(*(workers.call(1, POOL, seconds=0.05) for _ in range(3)))
        told = iter([{VENDOR: [f"{workers.commons[0].worker}:{each}" for each in range(3)]}, {}])
        await workers.commons[0].beat(lambda: next(told))
        assert await elapsed(workers.call(1, POOL)) < 0.5


async def test_a_worker_that_is_told_to_stop_during_a_sign_of_life_does_not_wait_for_the_next(
    server: RedisServer,
) -> None:
    common = Commons(server.url, patience=5.0)
    await common.beat(dict)
    beats = asyncio.create_task(common.keep_beating(dict))
    await asyncio.sleep(0)
    common.close()
    assert await elapsed(beats) < 1.0
    await common.aclose()


async def test_a_caller_that_leaves_gives_its_turn_and_its_place_back(server: RedisServer) -> None:
    limits = Limits(rate=1, per=60.0, concurrency=1)
    async with crew(server.url, 1) as workers:
        gate = workers.gates[0]
        leaving = asyncio.create_task(gate.enter(limits, 1.0))
        async with asyncio.timeout(5):
            while not gate.in_flight:  # noqa: ASYNC110
                await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert await elapsed(workers.call(0, limits, 1.0)) < 0.3


async def test_e10_a_thousand_at_once_find_connections_enough(server: RedisServer) -> None:
    wide = Limits(rate=100_000, burst=100_000)
    async with crew(server.url, 4) as workers:
        took = await elapsed(asyncio.gather(*(workers.call(each % 4, wide) for each in range(1000))))
        assert len(workers.gone) == 1000
        spent = [workers.commons[0].spend(f"token {each}", 1.0, 0.0) for each in range(1000)]
        assert await asyncio.gather(*spent) == [0.0] * 1000
        assert all(each.is_up for each in workers.commons)
        assert took < 5.0


async def test_a_user_without_a_right_to_the_channel_does_without_it(server: RedisServer) -> None:
    server.run("ACL", "SETUSER", "koine", "on", ">pw", "~koine:*", "resetchannels", "+@all", "-@dangerous")
    turned: list[bool] = []
    async with crew(server.url.replace("unix://", "unix://koine:pw@"), 2) as workers:
        for common in workers.commons:
            common._on_change = turned.append
        await asyncio.gather(*(workers.call(each % 2, POOL, seconds=0.02) for each in range(30)))
        await asyncio.sleep(BEAT_LOST + 0.2)
        assert (len(workers.gone), workers.most) == (30, 3)
        assert all(each.is_up for each in workers.commons)
    assert turned == []


async def test_words_on_the_channel_that_make_no_sense_are_passed_over(server: RedisServer) -> None:
    async with crew(server.url, 1) as workers:
        turn = workers.commons[0].turn_of(VENDOR)
        async with asyncio.timeout(5):
            while not server.run("PUBLISH", CHANNEL, ""):  # noqa: ASYNC110  until it listens
                await asyncio.sleep(0.02)
            for word in ("one", "one two three", b"\xff \xff", f"{workers.commons[0].worker} x"):
                server.run("PUBLISH", CHANNEL, word)
            server.run("PUBLISH", CHANNEL, f"{workers.commons[0].worker} {key_of(VENDOR)}")
            await turn.wait()


async def test_the_gateway_keeps_limits_in_redis_and_says_whether_it_can(
    server: RedisServer, tmp_path: Path
) -> None:
    async with open_house(tmp_path, redis_url=SecretStr(server.url), limits={"concurrency": 2}) as house:
        answers = await asyncio.gather(*(house.get("accounting/currencies?limit=1") for _ in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await house.client.get("/readyz")).json()["checks"]["redis"] == "ok"
        kept = server.run("KEYS", "koine:gate:*")
        assert isinstance(kept, list)
        assert kept
        assert not any("sandbox" in key for key in kept), "addresses are not shown"
        house.state["governor"]._commons.is_up = False
        assert (await house.get("accounting/currencies?limit=1")).status_code == 200
        told = await house.client.get("/readyz")
        assert (told.status_code, told.json()["checks"]["redis"]) == (200, "unreachable")

"""E9: whatever becomes of Redis, no call fails for it; each worker keeps its share until Redis is back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from providers.provider import Limits
from proxy.commons import PATIENCE
from tests.load.crew import Crew, crew
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio

QUICK = Limits(rate=50)
POOL = Limits(concurrency=4)
# seconds that a call may take longer while Redis is being lost, on a busy machine
SLOWEST = 2 * PATIENCE + 1.0

Deed = Callable[[RedisServer], object]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
async def workers(server: RedisServer) -> AsyncIterator[Crew]:
    server.run("FLUSHALL")
    async with crew(server.url, 2, patience=PATIENCE) as found:
        for common in found.commons:
            await common.beat(dict)  # by now each knows of both
        yield found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def read_only(server: RedisServer) -> None:
    server.run("REPLICAOF", "127.0.0.1", "1")


def writable(server: RedisServer) -> None:
    server.run("REPLICAOF", "NO", "ONE")


@pytest.mark.parametrize(
    ("lose", "mend"),
    [
        (RedisServer.kill, RedisServer.start),
        (RedisServer.pause, RedisServer.go_on),
        (read_only, writable),
    ],
    ids=["killed", "paused", "read only"],
)
async def test_e9_calls_go_on_at_each_workers_share(
    server: RedisServer, workers: Crew, lose: Deed, mend: Deed
) -> None:
    await asyncio.gather(*(workers.call(number, QUICK) for number in (0, 1)))
    lose(server)
    try:
        await asyncio.gather(*(workers.call(number, QUICK, SLOWEST) for number in (0, 1)))
        assert not any(common.is_up for common in workers.commons)
        assert {common.workers for common in workers.commons} == {2}
        workers.gone.clear()
        await asyncio.gather(*(workers.call(each % 2, QUICK, 5.0) for each in range(40)))
        took = workers.gone[-1] - workers.gone[0]
        assert took >= 38 / 50 - 0.05, "together no more than all of it"
    finally:
        mend(server)
    await until(lambda: all(common.is_up for common in workers.commons))
    await asyncio.gather(*(workers.call(number, QUICK) for number in (0, 1)))


async def test_e9_a_primary_that_became_a_replica_is_left_for_the_one_in_its_place(
    server: RedisServer, tmp_path: Path
) -> None:
    address = tmp_path / "redis"
    address.symlink_to(server.url.removeprefix("unix://"))
    with redis_server() as heir:
        async with crew(f"unix://{address}", 1, patience=PATIENCE) as workers:
            await workers.call(0, POOL)
            address.unlink()
            address.symlink_to(heir.url.removeprefix("unix://"))
            read_only(server)
            try:
                await until(lambda: heir.run("EXISTS", "koine:workers") == 1)
                await until(lambda: workers.commons[0].is_up)
                await workers.call(0, POOL)
            finally:
                writable(server)


async def test_e9_places_are_shared_out_while_redis_is_away(server: RedisServer, workers: Crew) -> None:
    await workers.call(0, POOL)
    server.kill()
    try:
        await asyncio.gather(*(workers.call(each % 2, POOL, seconds=0.02) for each in range(30)))
        assert workers.most <= 4
    finally:
        server.start()


async def test_e9_those_in_line_are_seen_to_when_redis_goes(server: RedisServer, workers: Crew) -> None:
    waiting = [asyncio.create_task(workers.call(each % 2, QUICK, 10.0)) for each in range(30)]
    await asyncio.sleep(0.1)
    server.kill()
    try:
        await asyncio.gather(*waiting)
    finally:
        server.start()
    assert len(workers.gone) == 30


async def test_e9_a_redis_that_has_forgotten_a_429_is_told_of_it_again(
    server: RedisServer, workers: Crew
) -> None:
    await workers.call(0, POOL)
    workers.gates[0].note(POOL, 429, httpx.Headers({"retry-after": "1"}))
    frozen_at = asyncio.get_running_loop().time()
    await asyncio.sleep(0.1)
    server.run("FLUSHALL")
    first = asyncio.create_task(workers.call(0, POOL))
    await asyncio.sleep(0.1)
    await asyncio.gather(first, *(workers.call(1, POOL) for _ in range(3)))
    assert min(workers.gone[1:]) - frozen_at >= 0.98
    assert workers.gone[-1] - frozen_at < 3.0


@pytest.mark.parametrize("words", [("FLUSHALL",), ("SCRIPT", "FLUSH")], ids=["flushed", "scripts forgotten"])
async def test_e9_what_redis_forgets_it_is_told_again(
    server: RedisServer, workers: Crew, words: tuple[str, ...]
) -> None:
    await workers.call(0, POOL)
    server.run(*words)
    await asyncio.gather(*(workers.call(each % 2, POOL, seconds=0.01) for each in range(20)))
    assert all(common.is_up for common in workers.commons)
    assert workers.most <= 4

"""Two gateways, their Postgres and their Redis, broken again and again under load: `python -m bench.faults`."""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import cycle
from pathlib import Path

from tests.load.cluster import Cluster, Gateway, open_cluster
from tests.postgres import Postgres, running
from tests.redis_server import RedisServer, redis_server

SETTLING = (
    40.0  # seconds for writes of killed processes: a lease of 10 s, and a look after 5 s, for each attempt
)


async def crash(postgres: Postgres) -> None:
    postgres.crash()
    await asyncio.to_thread(postgres.come_back)


async def pause(postgres: Postgres) -> None:
    with postgres.paused():
        await asyncio.sleep(random.uniform(1, 8))


async def lose(redis: RedisServer) -> None:
    redis.kill()
    await asyncio.sleep(1)
    redis.start()


async def kill(gateway: Gateway) -> None:
    gateway.end(signal.SIGKILL)
    gateway.start()
    await gateway.answers()


async def broken(cluster: Cluster, redis: RedisServer, seconds: float) -> list[tuple[str, float]]:
    """What was broken in which order, and how long after its return the last request failed."""
    deeds: Mapping[str, Callable[[], Awaitable[None]]] = {
        "Postgres crashed": lambda: crash(cluster.postgres),
        "Postgres paused": lambda: pause(cluster.postgres),
        "Redis killed": lambda: lose(redis),
        "a gateway killed": lambda: kill(random.choice(cluster.gateways)),
    }
    until, found = time.monotonic() + seconds, []
    for which, deed in cycle(deeds.items()):
        if time.monotonic() > until:
            break
        await deed()
        back = time.monotonic()
        await asyncio.sleep(4)
        late = [
            each.ended - back for each in cluster.answered if each.status in (0, 503) and each.ended > back
        ]
        found.append((which, max(late, default=0.0)))
    return found


async def settled(cluster: Cluster) -> None:
    """What was still under way is asked for until it is acknowledged."""
    until = time.monotonic() + SETTLING
    async with cluster.client() as client:
        left = cluster.begun - cluster.acknowledged.keys()
        await asyncio.gather(*(cluster.write(client, key.replace("-", " "), until=until) for key in left))


async def run(seconds: float) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(durable=True) as postgres,
        redis_server() as redis,
    ):
        async with open_cluster(Path(folder), postgres, KOINE_REDIS_URL=redis.url) as cluster:
            async with cluster.load():
                breaks = await broken(cluster, redis, seconds)
            await settled(cluster)
            written = await cluster.written()
            return report(cluster, breaks, written)


def report(cluster: Cluster, breaks: Sequence[tuple[str, float]], written: Counter[str]) -> int:
    answers = Counter((each.status, each.reason) for each in cluster.answered)
    lost = cluster.acknowledged.keys() - written.keys()
    twice = [key for key, count in written.items() if count > 1]
    open_ = cluster.begun - cluster.acknowledged.keys()
    say = sys.stdout.write
    for (status, reason), count in sorted(answers.items()):
        say(f"{count:8} x {status or '---'} {reason}\n")
    for which in dict.fromkeys(which for which, _ in breaks):
        late = [seconds for found, seconds in breaks if found == which]
        say(f"{len(late):8} x {which}, last failure {max(late, default=0.0):.2f} s after its return\n")
    say(f"{len(cluster.acknowledged):8} writes acknowledged, {len(lost)} lost, {len(twice)} done twice\n")
    say(f"{len(open_):8} writes still open, {len(cluster.wrong)} wrong answers\n")
    return int(bool(lost or twice or open_ or cluster.wrong))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    return asyncio.run(run(parser.parse_args().seconds))


if __name__ == "__main__":
    sys.exit(main())

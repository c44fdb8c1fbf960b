"""Two gateways on one Postgres, broken again and again under load: `python -m bench.faults --seconds 120`."""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from tests.load.cluster import Cluster, Gateway, open_cluster
from tests.postgres import Postgres, running

SETTLING = (
    40.0  # seconds for writes of killed processes: a lease of 10 s, and a look after 5 s, for each attempt
)
BREAKS = ("crash", "pause", "kill")


async def crash(postgres: Postgres) -> None:
    postgres.crash()
    await asyncio.to_thread(postgres.come_back)


async def pause(postgres: Postgres) -> None:
    with postgres.paused():
        await asyncio.sleep(random.uniform(1, 8))


async def kill(gateway: Gateway) -> None:
    gateway.end(signal.SIGKILL)
    gateway.start()
    await gateway.answers()


async def broken(cluster: Cluster, seconds: float) -> list[tuple[str, float]]:
    """What was broken in which order, and how long after its return the last request failed."""
    until, found = time.monotonic() + seconds, []
    for which in cycle(BREAKS):
        if time.monotonic() > until:
            break
        if which == "kill":
            await kill(random.choice(cluster.gateways))
        else:
            await (crash if which == "crash" else pause)(cluster.postgres)
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
    with tempfile.TemporaryDirectory() as folder, running(durable=True) as postgres:
        async with open_cluster(Path(folder), postgres) as cluster:
            async with cluster.load():
                breaks = await broken(cluster, seconds)
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
    for which in BREAKS:
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

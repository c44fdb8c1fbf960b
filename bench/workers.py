"""How often workers call a vendor that counts, kept to its limit together by Redis: `python -m bench.workers`.

The vendor's stand-in lets 25 calls a second through and 20 more wait; it refuses what comes beyond, and counts that.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.load.test_governor_workers import counting
from tests.production import Production, koine_serve
from tests.redis_server import redis_server

COUNTS = (1, 2, 8)
CALLERS = 40
RATE, BURST = 25, 20


@dataclass(frozen=True)
class Round:
    """`arrived`: calls that the vendor saw within `seconds`, of which it refused some."""

    workers: int
    seconds: float
    arrived: int
    refused: int
    answers: Counter[int]

    def __str__(self) -> str:
        return (
            f"| {self.workers} | {self.arrived} in {self.seconds:.1f} s | {self.arrived / self.seconds:.1f} | "
            f"{RATE * self.seconds + BURST:.0f} | {self.refused} | {dict(self.answers)} |"
        )


async def call(gateway: Production, until: float, answers: Counter[int]) -> None:
    """Again and again, each time on a connection of its own, so that any worker may take it."""
    url = f"{gateway.url}/proxy/currencies?limit=1&integrated_account_id={gateway.account}"
    headers = {"authorization": f"Bearer {gateway.token}", "connection": "close"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        while time.monotonic() < until:
            answers[(await client.get(url)).status_code] += 1


async def measured(folder: Path, redis_url: str, workers: int, seconds: float) -> Round:
    with (
        counting() as (url, key),
        koine_serve(folder, url, workers=workers, limits={}, api_key=key, redis_url=redis_url) as gateway,
    ):
        answers: Counter[int] = Counter()
        async with httpx.AsyncClient(base_url=url) as control:
            await asyncio.sleep(2)  # the burst that the start has used up
            await control.post("/_sandbox/stats/reset")
            began = time.monotonic()
            await asyncio.gather(*(call(gateway, began + seconds, answers) for _ in range(CALLERS)))
            took = time.monotonic() - began
            stats = (await control.get("/_sandbox/stats")).json()
    return Round(workers, took, stats["requests"], stats["refused"], answers)


async def run(seconds: float) -> int:
    say = sys.stdout.write
    say("| workers | calls that the vendor saw | a second | at most allowed | refused by it | answers |\n")
    say("|---|---|---|---|---|---|\n")
    is_kept = True
    for workers in COUNTS:
        with tempfile.TemporaryDirectory() as folder, redis_server() as redis:
            found = await measured(Path(folder), redis.url, workers, seconds)
        say(f"{found}\n")
        is_kept = is_kept and not found.refused and found.arrived <= RATE * found.seconds + BURST
    return int(not is_kept)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    return asyncio.run(run(parser.parse_args().seconds))


if __name__ == "__main__":
    sys.exit(main())

"""A4: processes under load are killed at random, and the vendor's own counters say what became of the tokens.

`python -m tests.renewal.random_kills [--seconds 60] [--rotation strict] [--postgres]` prints the figures as JSON.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from sqlmodel import select

from auth.database import Database
from schemas.tables import IntegratedAccount
from tests.postgres import postgres
from tests.renewal.grants import age
from tests.renewal.linked import link
from tests.renewal.standin import StandIn, stand_in
from tests.renewal.workers import Place, start

PROCESSES = 4
IN_DOUBT = "(refresh_in_doubt)"


@dataclass
class Figures:
    """`lost`: accounts that need a reconnect, all of them for an answer that died with its reader (`in_doubt`).

    `reused`: spent refresh tokens that the vendor saw again; `at_once`: most requests under way with one of them.
    `failed`: errors that callers of processes got that were not killed, by their first words.
    """

    accounts: int
    kills: int = 0
    rotations: int = 0
    reused: int = 0
    at_once: int = 0
    lost: int = 0
    in_doubt: int = 0
    left_in_journal: int = 0
    failed: dict[str, int] = field(default_factory=dict)


async def kill_at_random(
    url: str, vendor: StandIn, folder: Path, *, seconds: float, accounts: int, pause: tuple[float, float]
) -> Figures:
    """`pause`: between two kills, from and to."""
    database = Database(url)
    figures = Figures(accounts)
    linked = await link(database, vendor, accounts)
    vendor.reset()
    place = Place(url, vendor, str(folder / "journal"))
    workers = [start(place) for _ in range(PROCESSES)]
    await asyncio.gather(*(worker.tokens([], 0) for worker in workers))  # they are up
    until = time.monotonic() + seconds
    for worker in workers:
        worker.work(linked, seconds)
    while (left := until - time.monotonic()) > 1.0:
        await asyncio.sleep(min(random.uniform(*pause), left))
        victim = workers.pop(random.randrange(PROCESSES))
        victim.kill()
        victim.end()
        figures.kills += 1
        workers.append(start(place))
        workers[-1].work(linked, max(left - 1.0, 0.0))
    said = [error for worker in workers for error in await worker.outcome()]
    for worker in workers:
        worker.end()
    await age(database, 40)  # the leases of the dead have ended
    last = start(place)
    said += [each for each in await last.tokens(linked, 1) if each[:3].isdecimal()]
    last.end()
    await _count(database, figures, vendor, said, folder)
    await database.close()
    return figures


async def _count(
    database: Database, figures: Figures, vendor: StandIn, said: list[str], folder: Path
) -> None:
    stats = vendor.stats()
    figures.rotations, figures.reused = stats["refreshed"], stats["refresh_reused"]
    figures.at_once = stats["refresh_in_flight_max"]
    async with database.read() as session:
        rows = (await session.exec(select(IntegratedAccount))).all()
    lost = [row.last_error or "" for row in rows if row.status != "active"]
    figures.lost, figures.in_doubt = len(lost), sum(IN_DOUBT in error for error in lost)
    figures.left_in_journal = len(list((folder / "journal").glob("*")))
    figures.failed = dict(Counter(" ".join(each.split()[:2]) for each in said))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--rotation", choices=["strict", "grace", "family"], default="strict")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    server = postgres.__wrapped__() if given.postgres else None  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as name, stand_in(given.rotation) as vendor:
        folder = Path(name)
        url = next(server).fresh() if server else f"sqlite+aiosqlite:///{folder}/koine.db"
        figures = asyncio.run(_trial(url, vendor, folder, given.seconds, given.accounts))
        print(orjson.dumps(asdict(figures)).decode())  # noqa: T201
    if server:
        next(server, None)


async def _trial(url: str, vendor: StandIn, folder: Path, seconds: float, accounts: int) -> Figures:
    database = Database(url)
    await database.migrate()
    await database.close()
    return await kill_at_random(url, vendor, folder, seconds=seconds, accounts=accounts, pause=(0.5, 2.0))


if __name__ == "__main__":
    main()

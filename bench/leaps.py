"""`python -m bench.leaps`: what crawls by key cost and win for ids that lie in different ways, on a simulated clock."""

import asyncio
import selectors
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate, islice
from math import log
from random import Random

from proxy.book import Leaf
from proxy.cursors import Place, rank
from proxy.leaps import Leaps

RATE, LATENCY, MOST = 25, 0.1, 8


class Instantly(selectors.SelectSelector):
    """Waits for nothing, and says that the time has passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class Simulated(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._instantly = Instantly()
        super().__init__(self._instantly)

    def time(self) -> float:
        return self._instantly.now


class Vendor:
    """Hands out rows behind an id, so many a page, after `LATENCY` and no faster than `RATE`."""

    def __init__(self, ids: list[int], limit: int) -> None:
        self._ids, self._limit, self._random = ids, limit, Random(1)
        self._due, self.calls = 0.0, 0

    async def read(self, place: Place) -> Leaf:
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now) + 1 / RATE
        await asyncio.sleep(self._due - 1 / RATE - now)
        self.calls += 1
        start = bisect_right(self._ids, int(str(place.after))) if place.after else 0
        rows = self._ids[start : start + self._limit]
        await asyncio.sleep(LATENCY * self._random.uniform(0.9, 1.1))
        after = Place(0, str(rows[-1])) if len(rows) == self._limit else None
        return Leaf([b"%d" % row for row in rows], after, [rank(row) for row in rows])


async def _crawl(vendor: Vendor, most: int) -> tuple[int, float]:
    """Calls and seconds."""
    leaf = await vendor.read(Place(0, None))
    leaps = Leaps(vendor.read, leaf, most)
    while leaf.after:
        leaps.expect(leaf.after)
        leaf = await leaps.next()
    leaps.close()
    return vendor.calls, asyncio.get_running_loop().time()


def _crawled(ids: list[int], limit: int, most: int) -> tuple[int, float]:
    with asyncio.Runner(loop_factory=Simulated) as runner:
        return runner.run(_crawl(Vendor(ids, limit), most))


def _clusters(random: Random) -> Iterator[int]:
    """The gaps of runs of up to 400 rows, each as dense as it likes, with holes between."""
    while True:
        yield random.choice([1, 1_000, 100_000])
        widest = random.choice([1, 2, 50])
        yield from (random.randint(1, widest) for _ in range(random.randint(1, 400)))


def _left(share: float, random: Random) -> Iterator[int]:
    """The gaps where of every id such a share is left, by chance."""
    while True:
        yield 1 + int(log(1 - random.random()) / log(1 - share))


def _kinds() -> Mapping[str, Iterator[int]]:
    return {
        "no gaps": iter(lambda: 1, 0),
        "every seventh": iter(lambda: 7, 0),
        "one in ten gone": _left(0.9, Random(1)),
        "every other one gone": _left(0.5, Random(1)),
        "one in a thousand left": _left(0.001, Random(1)),
        "clusters far apart": _clusters(Random(1)),
    }


def main() -> None:
    print("| ids | rows, rows a page | calls ÷ one by one | times as fast |\n|---|---|---|---|")
    for name in _kinds():
        for count, limit in ((500, 50), (10_000, 50), (1_000, 10)):
            ids = list(accumulate(islice(_kinds()[name], count)))
            (calls, seconds), (fewest, longest) = (_crawled(ids, limit, most) for most in (MOST, 1))
            print(f"| {name} | {count}, {limit} | {calls / fewest:.2f} | {longest / seconds:.2f} |")


if __name__ == "__main__":
    main()

"""Pages by key that are read before it is known where they start: nothing missed or doubled, few calls in vain."""

import asyncio
import weakref
from bisect import bisect_right
from itertools import accumulate
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy.book import Leaf
from proxy.cursors import Place, rank
from proxy.leaps import Leaps
from schemas.errors import InvalidRequest

START = Place(0, None)
RUNS = st.lists(  # of rows, each run as dense or sparse as its gaps, and with a hole before it
    st.tuples(st.integers(0, 2_000), st.integers(1, 60), st.integers(1, 150)), min_size=1, max_size=8
)


class Table:
    """A collection at a vendor that answers when it likes; `fickle`, others add rows to its end and delete some."""

    def __init__(self, ids: list[int], limit: int, random: Random, *, fickle: bool = False) -> None:
        self.ids, self.limit, self.random, self.fickle = ids, limit, random, fickle
        self.stood, self.last, self.calls, self.held = set(ids), ids[-1], 0, 0

    async def read(self, place: Place) -> Leaf:
        self.calls += 1
        await self._pause()
        start = bisect_right(self.ids, int(str(place.after))) if place.after is not None else 0
        rows = self.ids[start : start + self.limit]
        if self.fickle:
            self._change()
        await self._pause()
        after = Place(0, str(rows[-1])) if len(rows) == self.limit else None
        leaf = Leaf([b"%d" % row for row in rows], after, [rank(row) for row in rows])
        self.held += 1
        weakref.finalize(leaf, self._let_go)
        return leaf

    def _let_go(self) -> None:
        self.held -= 1

    async def _pause(self) -> None:
        for _ in range(self.random.randrange(6)):
            await asyncio.sleep(0)

    def _change(self) -> None:
        for _ in range(self.random.randrange(3)):
            self.last += self.random.randint(1, 20)
            self.ids.append(self.last)
            self.stood.discard(self.ids.pop(self.random.randrange(len(self.ids))))


async def crawled(table: Table, most: int) -> list[int]:
    leaf = await table.read(START)
    found = list(leaf.lines)
    leaps = Leaps(table.read, leaf, most)
    while leaf.after:
        leaps.expect(leaf.after)
        leaf = await leaps.next()
        found += leaf.lines
        assert table.held <= most
    leaps.close()
    return [int(line) for line in found]


def rows(runs: list[tuple[int, int, int]], random: Random) -> list[int]:
    gaps = [
        gap
        for hole, widest, count in runs
        for gap in (hole + 1, *(random.randint(1, widest) for _ in range(count)))
    ]
    return list(accumulate(gaps))


@settings(max_examples=60)
@given(RUNS, st.sampled_from([2, 10, 50]), st.integers(1, 8), st.randoms(use_true_random=False))
@example([(0, 1, 5_000)], 50, 8, Random(1))
@example([(0, 1_000, 3_000)], 50, 8, Random(1))
@example([(0, 1_000, 600)], 2, 8, Random(1))
@example([(50, 1, 107), (0, 2, 130), (50, 40, 35), (1_000, 40, 90), (1_000, 2, 44)], 2, 8, Random(63))
@example([(0, 1, 400), (1_000_000, 1, 400), (10_000_000, 500, 400)], 10, 8, Random(1))
def test_every_row_comes_once_in_order_for_few_more_calls_than_there_are_pages(
    runs: list[tuple[int, int, int]], limit: int, most: int, random: Random
) -> None:
    table = Table(rows(runs, random), limit, random)
    found = asyncio.run(crawled(table, most))
    assert found == table.ids
    one_by_one = len(found) // limit + 1
    assert table.calls <= 1.3 * one_by_one + 5


@settings(max_examples=60)
@given(RUNS, st.sampled_from([5, 50]), st.randoms(use_true_random=False))
def test_no_row_that_stood_is_missed_and_none_doubled_whatever_others_do_meanwhile(
    runs: list[tuple[int, int, int]], limit: int, random: Random
) -> None:
    table = Table(rows(runs, random), limit, random, fickle=True)
    found = asyncio.run(crawled(table, 8))
    assert found == sorted(set(found)), "a row came twice, or out of order"
    assert table.stood <= set(found), "a row was missed"
    added = {row for row in table.ids if row <= max(found, default=0)}
    assert added <= set(found), "of the added ones some came and earlier ones did not"


def test_even_ids_cost_no_call_more_and_are_read_eight_at_a_time() -> None:
    under_way, widest = 0, 0

    class Slow(Table):
        async def read(self, place: Place) -> Leaf:
            nonlocal under_way, widest
            under_way += 1
            widest = max(widest, under_way)
            leaf = await super().read(place)
            under_way -= 1
            return leaf

    table = Slow(list(range(3, 7 * 2_000, 7)), 50, Random(1))
    assert asyncio.run(crawled(table, 8)) == table.ids
    assert (table.calls <= 41 + 7, widest) == (True, 8)


def test_where_ids_lie_unevenly_a_fifth_more_calls_will_do() -> None:
    calls = pages = 0
    for seed in range(5):
        random = Random(seed)
        table = Table(rows([(0, 3, 2_000)], random), 10, random)
        pages += len(asyncio.run(crawled(table, 8))) // 10 + 1
        calls += table.calls
    assert 1.1 < calls / pages < 1.21


def test_an_early_look_past_the_end_is_not_believed_once_rows_have_come_behind_it() -> None:
    async def run() -> tuple[list[int], list[object]]:
        ids, asked, looked = list(range(10, 90, 10)), list[object](), asyncio.Event()

        async def read(place: Place) -> Leaf:
            asked.append(place.after)
            if place.after == "50":  # what is asked for next comes late, when others have been looked for
                await looked.wait()
                ids.extend([90, 105, 115])
            start = bisect_right(ids, int(str(place.after)))
            found = ids[start : start + 5]
            if place.after == "100":
                looked.set()
            after = Place(0, str(found[-1])) if len(found) == 5 else None
            return Leaf([b"%d" % row for row in found], after, [rank(row) for row in found])

        first = ids[:5]
        leaf = Leaf([b"%d" % row for row in first], Place(0, "50"), [rank(row) for row in first])
        leaps, seen = Leaps(read, leaf, 2), list[int]()
        while leaf.after:
            leaps.expect(leaf.after)
            leaf = await leaps.next()
            seen += map(int, leaf.lines)
        leaps.close()
        return seen, asked

    seen, asked = asyncio.run(run())
    assert seen == [60, 70, 80, 90, 105, 115]
    assert asked[:3] == ["50", "100", "105"]


def test_a_guess_past_the_end_that_the_vendor_can_not_take_is_no_failure() -> None:
    class Narrow(Table):
        refused = 0

        async def read(self, place: Place) -> Leaf:
            if place.after is not None and int(str(place.after)) > self.last:
                self.refused += 1
                raise InvalidRequest("out of range")
            return await super().read(place)

    table = Narrow(list(range(1, 996)), 10, Random(1))
    assert asyncio.run(crawled(table, 8)) == table.ids
    assert table.refused > 0


def test_a_guess_that_fails_is_no_failure_where_the_place_itself_can_be_read() -> None:
    class Particular(Table):
        refused = 0

        async def read(self, place: Place) -> Leaf:
            if place.after is not None and int(str(place.after)) not in self.ids:
                self.refused += 1
                raise InvalidRequest("there is no such row")
            return await super().read(place)

    table = Particular(rows([(0, 5, 300)], Random(1)), 10, Random(1))
    assert asyncio.run(crawled(table, 8)) == table.ids
    assert table.refused > 0
    assert table.calls + table.refused <= 1.3 * 31 + 5


def test_numbers_may_lie_as_far_apart_as_they_like() -> None:
    for seed in range(20):
        random = Random(seed)
        ids = sorted(
            {random.randrange(-(10**wide), 10**wide) for wide in random.choices((1, 9, 350, 3_900), k=200)}
        )
        table = Table(ids, 5, random)
        assert asyncio.run(crawled(table, 8)) == ids
        assert table.calls <= 1.3 * 41 + 5


def test_no_page_is_divided_by_keys_that_some_rows_lack() -> None:
    class Patchy(Table):
        async def read(self, place: Place) -> Leaf:
            leaf = await super().read(place)
            return Leaf(leaf.lines, leaf.after, [rank(None) if key.number % 3 else key for key in leaf.keys])

    for seed in range(20):
        table = Patchy(rows([(0, 5, 300)], Random(seed)), 10, Random(seed))
        assert asyncio.run(crawled(table, 8)) == table.ids


def test_keys_that_are_no_numbers_are_read_one_page_after_the_other() -> None:
    async def run() -> tuple[list[bytes], int]:
        calls, under_way = 0, 0

        async def read(place: Place) -> Leaf:
            nonlocal calls, under_way
            calls, under_way = calls + 1, under_way + 1
            assert under_way == 1
            await asyncio.sleep(0)
            under_way -= 1
            letter = chr(ord(str(place.after)) + 1)
            return Leaf([letter.encode()], Place(0, letter) if letter < "h" else None, [rank(letter)])

        leaf = Leaf([b"a"], Place(0, "a"), [rank("a")])
        leaps, seen = Leaps(read, leaf, 8), list(leaf.lines)
        while leaf.after:
            leaps.expect(leaf.after)
            leaf = await leaps.next()
            seen += leaf.lines
        return seen, calls

    assert asyncio.run(run()) == ([bytes([letter]) for letter in b"abcdefgh"], 7)

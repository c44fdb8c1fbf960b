"""Reads pages of a crawl by key before it is known where they start: behind guessed numbers, what overlaps left out.

A page holds as many rows as are asked for from wherever it starts. So one that starts too early gives some rows twice,
of which the second is dropped; one that starts too late leaves a gap, which is read when it shows. Either costs calls
and nothing else: no row is missed and none comes twice, whatever the ids are and whoever changes the collection
meanwhile.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any, NamedTuple

from proxy.ahead import begun
from proxy.book import Leaf
from proxy.cursors import Place, rank, whole
from schemas.errors import Problem

RECENT = 8  # pages whose span of numbers is remembered
UNEVEN = (120, 200)  # percent, the widest by the narrowest, from which on fewer pages' starts are guessed
MORE, FREE = 1.25, 2  # calls for each page that was of use, and besides: beyond that nothing is guessed


class Leap(NamedTuple):
    """A page on its way, and the number that it starts behind."""

    start: int
    place: Place
    task: asyncio.Task[Leaf]


class Step(NamedTuple):
    """How far behind a page that is on its way another is begun: as far as so many `pages` nearly always go.

    Those between start where one turns out to end, and can't miss. `slack` is what a page goes at least.
    """

    pages: int
    numbers: int
    slack: int


class Reach(NamedTuple):
    """How far a page goes: `sure`ly, where it is guessed that the next starts, and at the `latest`."""

    sure: int
    guess: int
    latest: int


class Leaps:
    """Knows `first`, the page before those that it is asked for. `most`: pages at a time."""

    def __init__(self, read: Callable[[Place], Coroutine[Any, Any, Leaf]], first: Leaf, most: int) -> None:
        self._read, self._most = read, most
        self._leaps: list[Leap] = []
        self._spans: deque[int] = deque(maxlen=RECENT)
        self._place = first.after or Place(0, None)
        self._calls, self._pages = 1, 1.0
        self._learn(first)

    def expect(self, place: Place | None) -> None:
        """This is asked for next; None: nothing is."""
        at = whole(place.after) if place else None
        if at is None:  # the end, another source, or keys that are no numbers
            self.close()
            self._spans.clear()
        if place is None:
            return
        self._place = place
        if at is None:
            self._begin(0, place)
        else:
            self._spread(at)

    async def next(self) -> Leaf:
        """What lies behind the expected place, or what its reading raises."""
        while True:
            rest = await self._rest(self._leaps.pop(0))
            if rest is not None:
                return rest
            self.expect(self._place)

    def close(self) -> None:
        """Breaks off what is on its way."""
        self._drop(0, len(self._leaps))

    async def _rest(self, leap: Leap) -> Leaf | None:
        """What a page holds of it. None: nothing; so is what failed elsewhere, where nobody would have asked."""
        is_there = leap.place == self._place
        try:
            leaf = await leap.task
        except Problem:
            if is_there:
                raise
            return None
        rest = leaf if is_there else _behind(leaf, self._place)
        if rest is not None:
            self._pages += len(rest.lines) / len(leaf.lines) if leaf.lines else 1
        return rest

    def _spread(self, at: int) -> None:
        """Goes from page to page, each where the one before ends, and begins those that are missing.

        Of several that begin within what is surely read, the last gives all that the others would.
        """
        step = self._step()
        reach: Reach | None = Reach(at, at, at)
        index = held = 0
        while reach and index < self._most:
            while index + 1 < len(self._leaps) and self._leaps[index + 1].start <= reach.sure:
                self._drop(index, index + 1)
            if index == len(self._leaps) or self._leaps[index].start > reach.latest:
                if index and (held >= self._most or self._calls >= MORE * self._pages + FREE):
                    break
                self._begin(index, Place(self._place.source, str(reach.guess)))
            held += self._due(index, step)
            reach = self._reach(self._leaps[index], reach.sure, step)
            index += 1
        self._drop(self._most if reach else index, len(self._leaps))

    def _step(self) -> Step | None:
        """None where no span is known yet."""
        spans = sorted(self._spans)
        if not spans:
            return None
        pages = min(len(spans), 1 + bisect_right(UNEVEN, 100 * spans[-1] // spans[0]))
        return Step(pages, pages * spans[pages - 1], spans[0])

    def _due(self, index: int, step: Step | None) -> int:
        """How many pages it takes from one to the next that was begun, itself included."""
        leap = self._leaps[index]
        if step is None or leap.task.done():
            return 1
        if index + 1 == len(self._leaps):
            return step.pages
        apart = self._leaps[index + 1].start - leap.start
        return max(1, min(step.pages, (apart * step.pages + step.numbers // 2) // step.numbers))

    def _reach(self, leap: Leap, sure: int, step: Step | None) -> Reach | None:
        """None where nothing is to be read behind a page: it is the last, has failed, or may go anywhere."""
        if not leap.task.done():
            if step is None:
                return None
            guess = max(sure, leap.start + step.numbers)
            return Reach(sure, guess, guess + step.slack)
        failed = leap.task.cancelled() or leap.task.exception()
        end = None if failed else _end(leap.task.result(), self._place.source)
        if end is None:
            return None
        sure = max(sure, end)
        return Reach(sure, sure, sure)

    def _begin(self, index: int, place: Place) -> None:
        self._calls += 1
        self._leaps.insert(index, Leap(whole(place.after) or 0, place, begun(self._leaf(place))))

    async def _leaf(self, place: Place) -> Leaf:
        leaf = await self._read(place)
        self._learn(leaf)
        return leaf

    def _learn(self, leaf: Leaf) -> None:
        """How many numbers a full page spans; what is empty before it does not count."""
        count = len(leaf.keys)
        if count > 1 and _end(leaf, self._place.source) is not None:
            between = leaf.keys[-1].number - leaf.keys[0].number
            self._spans.append(max(1, between * count // (count - 1)))

    def _drop(self, start: int, end: int) -> None:
        for leap in self._leaps[start:end]:
            leap.task.cancel()
        del self._leaps[start:end]


def _end(leaf: Leaf, source: int) -> int | None:
    """The number that a page ends with; None where it is the last of its source."""
    return whole(leaf.after.after) if leaf.after and leaf.after.source == source else None


def _behind(leaf: Leaf, place: Place) -> Leaf | None:
    """The part of a page behind a place; None where the page tells nothing of that.

    A last page that ends before the place was read when the rows up to there were not there yet: there may be more now.
    And no page is divided whose keys do not rise, or are missing.
    """
    at, end = rank(place.after), _end(leaf, place.source)
    if end is None and (not leaf.keys or leaf.keys[-1] < at):
        return None
    if end is not None and end <= at.number:
        return None
    if any(later <= earlier for earlier, later in pairwise(leaf.keys)):
        return None
    return Leaf(leaf.lines[bisect_right(leaf.keys, at) :], leaf.after)

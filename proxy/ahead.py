"""Reads pages of a crawl before they are asked for: in order, and no further than the caller may want them."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, NamedTuple, TypeVar

from providers.paging import Offset, Paging
from providers.provider import Limits
from proxy.cursors import Place

T = TypeVar("T")

MOST = 8  # pages that are held, or on their way, for one crawl
LATENCY = 0.3  # seconds: a vendor that takes longer is not asked at its full rate


class Read(NamedTuple, Generic[T]):
    """A page on its way."""

    place: Place
    task: asyncio.Task[T]


class Ahead(Generic[T]):
    """`beyond` says what follows a place before its page is read; None where only the page can tell.

    `most`: pages at a time, the one that is asked for included.
    """

    def __init__(
        self,
        read: Callable[[Place], Coroutine[Any, Any, T]],
        beyond: Callable[[Place], Place | None],
        most: int,
    ) -> None:
        self._read, self._beyond, self._most = read, beyond, most
        self._reads: deque[Read[T]] = deque()

    def expect(self, place: Place | None) -> None:
        """This is asked for next; None: nothing is. What was read for another guess is dropped."""
        if self._reads and self._reads[0].place != place:
            self.close()
        further = self._beyond(self._reads[-1].place) if self._reads else place
        while further is not None and len(self._reads) < self._most:
            self._reads.append(Read(further, begun(self._read(further))))
            further = self._beyond(further)

    async def next(self) -> T:
        """The page that was expected, or what its reading raises."""
        return await self._reads.popleft().task

    def close(self) -> None:
        """Breaks off what is on its way."""
        for read in self._reads:
            read.task.cancel()
        self._reads.clear()


def begun(reading: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A reading on its way, that may fail when nobody waits for it any more."""
    task = asyncio.create_task(reading)
    task.add_done_callback(_seen)
    return task


def following(paging: Paging, limit: int, place: Place) -> Place | None:
    """The place behind a full page. Keys are not known before they are read, counts are."""
    if not isinstance(paging, Offset):
        return None
    return Place(place.source, (place.after if isinstance(place.after, int) else 0) + limit)


def pages_ahead(limits: Limits | None) -> int:
    """As many as keep a vendor busy at its rate, leaving half of its slots to others."""
    limits = limits or Limits()
    wanted = MOST if limits.rate is None else 1 + math.ceil(LATENCY * limits.rate / limits.per)
    slots = MOST if limits.concurrency is None else limits.concurrency // 2
    return max(1, min(MOST, wanted, slots))


def _seen(task: asyncio.Task[Any]) -> None:
    """A failure of what nobody asks for any more is no news."""
    if not task.cancelled():
        task.exception()

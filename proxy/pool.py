"""Connections to vendors: so many at once, in order of arrival, kept for a while and given out again."""

import asyncio
from collections import Counter, defaultdict, deque
from contextlib import suppress
from typing import NamedTuple

import httpx

from proxy.wire import Wire

IDLE_SECONDS = 15.0  # a kept connection is closed after it: vendors close theirs not much later
CLOSED = "The transport was closed"


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int


class Pool:
    """One event loop's connections. A slot is taken for a call and given back with its connection, or without one."""

    def __init__(self, limit: int, limit_per_host: int) -> None:
        self._limit, self._limit_per_host = limit, limit_per_host
        self._idle: defaultdict[Origin, deque[Wire]] = defaultdict(
            deque
        )  # the last one used is the first given
        self._busy: dict[Wire, Origin] = {}
        self._taken: Counter[Origin] = Counter()
        self._total = 0
        self._waiting: deque[tuple[Origin, asyncio.Future[None]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._sweep: asyncio.TimerHandle | None = None
        self.is_closed = False

    @property
    def in_use(self) -> int:
        """Connections that serve a request, or are being made for one."""
        return self._total

    def kept(self, origin: Origin) -> Wire | None:
        """A slot with a connection, where one is idle and there is room."""
        if origin not in self._idle or not self._has_room(origin):
            return None
        wire = self._last_used(origin)
        if wire is not None:
            self._take_slot(origin)
        return wire

    async def take(self, origin: Origin) -> Wire | None:
        """A slot, once there is one, perhaps with a connection. None: make one and tell `serve`, or `give_back`."""
        if self._has_room(origin):
            self._take_slot(origin)
        else:
            await self._wait(origin)
        return self._last_used(origin)

    def serve(self, wire: Wire, origin: Origin) -> None:
        """A new connection works in a slot that was taken."""
        self._busy[wire] = origin

    def free(self, wire: Wire) -> None:
        """A connection has ended its turn, or has ended."""
        origin = self._busy.pop(wire, None)
        if origin is None:
            return
        if not (wire.is_closed or self.is_closed):
            wire.idle_since = self._loop.time()
            self._idle[origin].append(wire)
            if self._sweep is None:
                self._sweep = self._loop.call_later(IDLE_SECONDS, self._close_idle)
        self.give_back(origin)

    def give_back(self, origin: Origin) -> None:
        self._taken[origin] -= 1
        self._total -= 1
        if not self._taken[origin]:
            del self._taken[origin]
        for place, (wanted, waiter) in enumerate(self._waiting):
            if self._has_room(wanted) and not waiter.done():
                del self._waiting[place]
                self._take_slot(wanted)
                waiter.set_result(None)
                return

    def close(self) -> None:
        """Ends everything: who waits is turned away, who reads gets an error."""
        self.is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(httpx.ConnectError(CLOSED))
        self._waiting.clear()
        for wire in [*self._busy, *(wire for kept in self._idle.values() for wire in kept)]:
            wire.abort(httpx.ReadError(CLOSED))
        self._idle.clear()

    def _take_slot(self, origin: Origin) -> None:
        self._taken[origin] += 1
        self._total += 1

    def _last_used(self, origin: Origin) -> Wire | None:
        kept = self._idle.get(origin)
        while kept:
            wire = kept.pop()
            if not wire.is_closed:
                self._busy[wire] = origin
                return wire
        return None

    def _has_room(self, origin: Origin) -> bool:
        return self._total < self._limit and self._taken[origin] < self._limit_per_host

    async def _wait(self, origin: Origin) -> None:
        waiter = self._loop.create_future()
        self._waiting.append((origin, waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give_back(origin)  # the slot came as its taker left
            with suppress(ValueError):  # no longer there where it was turned away, or the pool has closed
                self._waiting.remove((origin, waiter))
            raise

    def _close_idle(self) -> None:
        self._sweep = None
        old = self._loop.time() - IDLE_SECONDS
        for origin, kept in list(self._idle.items()):
            while kept and (kept[0].is_closed or kept[0].idle_since <= old):
                kept.popleft().abort(httpx.ReadError(CLOSED))
            if not kept:
                del self._idle[origin]
        if self._idle:
            self._sweep = self._loop.call_later(IDLE_SECONDS / 3, self._close_idle)

"""Holds calls back to keep a vendor's rate limit: in order of arrival, for a bounded time, all of them after a 429."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from auth.connections import Connection
from providers.provider import Limits
from proxy.bucket import Bucket
from proxy.figures import Figures, stated_figures, stated_wait
from schemas.errors import Throttled

FIRST_PAUSE = 2.0  # seconds after a 429 that does not say how long to wait; doubled from one to the next
LONGEST_PAUSE = 90.0
MOST_WAITING = 1000  # calls that wait for one vendor
MOST_KEPT = 10_000


@dataclass(frozen=True)
class Waiter:
    """A call in the queue; `latest` is when it must have gone."""

    turn: asyncio.Future[None]
    latest: float
    limits: Limits | None


class Gate:
    """One vendor limit: all accounts on one instance of a vendor's system go through the same gate.

    `limits` are the caller's environment's; several may speak of the same gate.
    """

    def __init__(self) -> None:
        self._bucket = Bucket()
        self._queue: deque[Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._unexplained = 0  # 429s in a row that did not say how long to wait
        self._stated: Figures | None = None

    async def enter(self, limits: Limits | None, patience: float, *, ahead: bool = False) -> None:
        """Returns when a call may go. `ahead`: before the others, for one that has had its turn and was sent back.

        Raises `Throttled` at once where that would take longer than `patience` seconds.
        """
        now = _now()
        if not self._queue and self._bucket.ready_at(now, limits) <= now:
            self._bucket.take(now, limits)
            return
        wait = self._bucket.ready_at(now, limits, 0 if ahead else len(self._queue)) - now
        if wait > patience or len(self._queue) >= MOST_WAITING:
            raise _throttled(wait)
        waiter = Waiter(asyncio.get_running_loop().create_future(), now + patience, limits)
        (self._queue.appendleft if ahead else self._queue.append)(waiter)
        self._release()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            self._leave(waiter)
            raise

    def wait(self, limits: Limits | None) -> float:
        """Seconds until the next call may go."""
        now = _now()
        return self._bucket.ready_at(now, limits) - now

    def note(self, limits: Limits | None, status: int, headers: httpx.Headers) -> None:
        """What an answer says of the limit. A 429 holds back everything until the vendor wants to be called again."""
        now = time.time()
        self._stated = stated_figures(headers, now)
        if status == 429:
            self._freeze(limits, stated_wait(headers, now))
        else:
            self._unexplained = 0

    def figures(self, limits: Limits | None) -> Figures | None:
        """The vendor's, else our own; None where neither knows a limit."""
        if self._stated is not None:
            return self._stated
        return self._bucket.figures(_now(), limits) if limits else None

    @property
    def is_idle(self) -> bool:
        return not self._queue and self._bucket.frozen_until <= _now()

    def _freeze(self, limits: Limits | None, seconds: float | None) -> None:
        now = _now()
        if seconds is None:
            if now < self._bucket.frozen_until:
                return  # of the calls that were under way together, the first has said it for all
            seconds = min(FIRST_PAUSE * 2.0 ** min(self._unexplained, 10), LONGEST_PAUSE)
            self._unexplained += 1
        self._bucket.freeze(now + seconds, limits)
        self._turn_away(now)
        self._release()

    def _turn_away(self, now: float) -> None:
        """Those that can no longer be served in time learn it now."""
        queue, self._queue = self._queue, deque()
        for waiter in queue:
            ready_at = self._bucket.ready_at(now, waiter.limits, len(self._queue))
            if ready_at <= waiter.latest:
                self._queue.append(waiter)
            elif not waiter.turn.done():
                waiter.turn.set_exception(_throttled(ready_at - now))

    def _release(self) -> None:
        """Lets go who may go, and comes back when the next may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue:
            now, head = _now(), self._queue[0]
            ready_at = self._bucket.ready_at(now, head.limits)
            if ready_at > now:
                self._timer = asyncio.get_running_loop().call_at(ready_at, self._release)
                return
            self._queue.popleft()
            if not head.turn.done():
                self._bucket.take(now, head.limits)
                head.turn.set_result(None)

    def _leave(self, waiter: Waiter) -> None:
        """A caller that goes away frees its place, and its turn where it had got one already."""
        if waiter in self._queue:
            self._queue.remove(waiter)
        elif not waiter.turn.cancelled() and waiter.turn.exception() is None:
            self._bucket.give_back(waiter.limits)
        self._release()


class Governor:
    """The gates of all vendors that this process calls. `queue_seconds`: how long one call may wait at a gate."""

    def __init__(self, queue_seconds: float = 10.0) -> None:
        self.queue_seconds = queue_seconds
        self._gates: OrderedDict[str, Gate] = OrderedDict()

    def gate(self, connection: Connection) -> Gate:
        """The gate before the connection's instance of the vendor's system."""
        gate = self._gates.get(connection.origin)
        if gate is None:
            gate = self._gates[connection.origin] = Gate()
            self._forget_one()
        self._gates.move_to_end(connection.origin)
        return gate

    def _forget_one(self) -> None:
        """Without a bound the gates of accounts long gone would pile up; one that holds calls back is kept."""
        if len(self._gates) > MOST_KEPT:
            oldest = next((origin for origin, gate in self._gates.items() if gate.is_idle), None)
            if oldest is not None:
                del self._gates[oldest]


def limits_of(connection: Connection) -> Limits | None:
    """The environment's own limits, whose gaps the provider's declaration fills; else the provider's."""
    return limits_under(connection.environment_override.get("limits"), connection.provider.limits)


def limits_under(own: Mapping[str, Any] | None, declared: Limits | None) -> Limits | None:
    """The declared limits, with an environment's own over them."""
    if not own:
        return declared
    base = declared or Limits(rate=own["rate"])
    return replace(base, **own)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _throttled(wait: float) -> Throttled:
    return Throttled("Too many calls to this vendor at once: wait as retry-after says.", wait=wait)

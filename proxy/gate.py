"""Holds calls back to keep one vendor limit: by turns, for a bounded time, all of them after a 429."""

import asyncio
import time

import httpx

from providers.provider import Limits
from proxy.bucket import Bucket
from proxy.figures import Figures, stated_figures, stated_wait
from proxy.turns import Permit, Turns, Urgency, Waiter
from schemas.errors import Throttled

FIRST_PAUSE = 2.0  # seconds after a 429 that does not say how long to wait; doubled from one to the next
LONGEST_PAUSE = 90.0
MOST_WAITING = 1000  # calls that wait for one vendor
MOMENT = 0.001  # seconds until one of the calls under way may end, at the least
GRACE = 0.5  # seconds that a turn may come later than was foretold


class Gate:
    """One vendor limit: all accounts on one instance of a vendor's system go through the same gate.

    `limits` are the caller's environment's; several may speak of the same gate.
    """

    def __init__(self) -> None:
        self._bucket = Bucket()
        self._turns = Turns()
        self._timer: asyncio.TimerHandle | None = None
        self._unexplained = 0  # 429s in a row that did not say how long to wait
        self._stated: Figures | None = None
        self.in_flight = 0

    async def enter(
        self, limits: Limits | None, patience: float, account: str = "", urgency: Urgency = Urgency.PROMPT
    ) -> Permit:
        """Returns when a call may go, with a permit to be closed when it is over.

        Raises `Throttled` where that would take longer than `patience` seconds: at once where that is foreseeable,
        which it is not where the calls that are under way must end first.
        """
        now = _now()
        if not self._turns and self._has_room(limits) and self._bucket.ready_at(now, limits) <= now:
            return self._let_go(limits)
        wait = self._bucket.ready_at(now, limits, self._turns.before(account, urgency)) - now
        if not self._has_room(limits):
            wait = max(wait, MOMENT)
        if wait > patience or len(self._turns) >= MOST_WAITING:
            raise _throttled(wait)
        future = asyncio.get_running_loop().create_future()
        waiter = Waiter(future, now + patience, limits, account, urgency)
        self._turns.join(waiter)
        self._release()
        return await self._turn(waiter, patience)

    def wait(self, limits: Limits | None) -> float:
        """Seconds until the next call may go, as far as that is foreseeable."""
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
        """The vendor's, else our own; None where neither knows a rate."""
        return self._stated or self._bucket.figures(_now(), limits)

    @property
    def is_idle(self) -> bool:
        return not self._turns and not self.in_flight and self._bucket.frozen_until <= _now()

    async def _turn(self, waiter: Waiter, patience: float) -> Permit:
        try:
            async with asyncio.timeout(patience + GRACE):
                return await waiter.turn
        except TimeoutError:
            self._leave(waiter)
            raise _throttled(self.wait(waiter.limits)) from None
        except asyncio.CancelledError:
            self._leave(waiter)
            raise

    def _has_room(self, limits: Limits | None) -> bool:
        return limits is None or limits.concurrency is None or self.in_flight < limits.concurrency

    def _let_go(self, limits: Limits | None) -> Permit:
        self._bucket.take(_now(), limits)
        self.in_flight += 1
        return Permit(self._end)

    def _end(self) -> None:
        self.in_flight -= 1
        self._release()

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
        kept = Turns()
        for waiter in self._turns.disband():
            before = kept.before(waiter.account, waiter.urgency)
            ready_at = self._bucket.ready_at(now, waiter.limits, before)
            if ready_at <= waiter.latest:
                kept.join(waiter)
            elif not waiter.turn.done():
                waiter.turn.set_exception(_throttled(ready_at - now))
        self._turns = kept

    def _release(self) -> None:
        """Lets go who may go, and comes back when the next may; one that ends comes by itself."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (head := self._turns.head()) and self._has_room(head.limits):
            now = _now()
            ready_at = self._bucket.ready_at(now, head.limits)
            if ready_at > now:
                self._timer = asyncio.get_running_loop().call_at(ready_at, self._release)
                return
            self._turns.pop()
            if not head.turn.done():
                head.turn.set_result(self._let_go(head.limits))

    def _leave(self, waiter: Waiter) -> None:
        """A caller that goes away frees its place in line, and its turn where it had got one already."""
        if not self._turns.remove(waiter) and not waiter.turn.cancelled() and waiter.turn.exception() is None:
            self._bucket.give_back(waiter.limits)
            waiter.turn.result().close()
        self._release()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _throttled(wait: float) -> Throttled:
    return Throttled("Too many calls to this vendor at once: wait as retry-after says.", wait=wait)

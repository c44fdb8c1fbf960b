"""Holds calls back to keep one vendor limit: by turns, for a bounded time, all of them after a 429."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import httpx

from providers.provider import Limits
from proxy.asking import Asking
from proxy.bucket import Bucket, share_of
from proxy.easing import Easing
from proxy.figures import Figures, stated_figures, stated_wait
from proxy.turns import Permit, Turns, Urgency, Waiter
from schemas.errors import Throttled

if TYPE_CHECKING:
    from proxy.commons import Commons

FIRST_PAUSE = 2.0  # seconds after a 429 that does not say how long to wait; doubled from one to the next
LONGEST_PAUSE = 90.0
MOST_WAITING = 1000  # calls that wait for one vendor
MOMENT = 0.001  # seconds until one of the calls under way may end, at the least
GRACE = 0.5  # seconds that a turn may come later than was foretold


class Gate:
    """One vendor limit: all accounts on one instance of a vendor's system go through the same gate.

    `limits` are the caller's environment's; several may speak of the same gate. With `commons`, the workers keep them
    together; without, or where they can't be reached, this one keeps its share among `workers`.
    """

    def __init__(self, name: str = "", commons: "Commons | None" = None, workers: int = 1) -> None:
        self._bucket, self._easing = Bucket(), Easing()
        self._turns = Turns()
        self._commons, self._workers = commons, workers
        self._asking: Asking | None = None
        if commons is not None:
            self._asking = Asking(name, commons, self._turns, self._bucket, self)
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
        now, own = time.monotonic(), self._own(limits)
        if not self._turns and self._may_go(now, own):
            return self._let_go(own)
        wait = self._bucket.ready_at(now, own, self._turns.before(account, urgency)) - now
        if not self._has_room(own):
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
        now = time.monotonic()
        return self._bucket.ready_at(now, self._own(limits)) - now

    def note(self, limits: Limits | None, status: int, headers: httpx.Headers) -> None:
        """What an answer says of the limit. A 429 holds back everything until the vendor wants to be called again."""
        now = time.time()
        self._stated = stated_figures(headers, now)
        if status == 429:
            self._freeze(limits, stated_wait(headers, now))
        else:
            self._unexplained = 0

    def figures(self, limits: Limits | None) -> Figures | None:
        """The vendor's rate, else our own, and our own places; None where neither is known."""
        own = self._own(limits)
        found = self._stated or self._bucket.figures(time.monotonic(), own)
        if own is None or own.concurrency is None:
            return found
        under_way = self.in_flight + (self._asking.elsewhere if self._asking and self._is_shared else 0)
        free = max(0, own.concurrency - under_way)
        return (found or Figures())._replace(places=own.concurrency, free=free)

    @property
    def is_idle(self) -> bool:
        return not self._turns and not self.in_flight and self._bucket.frozen_until <= time.monotonic()

    @property
    def waiting(self) -> int:
        return len(self._turns)

    @property
    def under_way(self) -> Sequence[str]:
        """Ids of the calls for which this worker holds places that all share."""
        return self._asking.under_way if self._asking else ()

    async def aclose(self) -> None:
        if self._asking is not None:
            await self._asking.aclose()

    @property
    def _is_shared(self) -> bool:
        return self._commons is not None and self._commons.is_up

    def eased(self, limits: Limits | None) -> Limits | None:
        """What all workers keep of them together at present."""
        return self._easing.limits(time.monotonic(), limits)

    def adopt(self, pace: float, cut: int, at: float) -> None:
        """What another worker has learnt of a 429."""
        self._easing.pace, self._easing.cut, self._easing.at = pace, cut, at

    def _own(self, limits: Limits | None) -> Limits | None:
        """What this worker may use of them at present."""
        if self._commons is None:
            return self.eased(share_of(limits, self._workers))
        return share_of(self.eased(limits), 1 if self._commons.is_up else self._commons.workers)

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

    def _may_go(self, now: float, own: Limits | None) -> bool:
        return not self._is_shared and self._has_room(own) and self._bucket.ready_at(now, own) <= now

    def _has_room(self, own: Limits | None) -> bool:
        """As far as this worker knows."""
        return own is None or own.concurrency is None or self.in_flight < own.concurrency

    def _let_go(self, own: Limits | None) -> Permit:
        self._bucket.take(time.monotonic(), own)
        self._begin()
        return Permit(self._end)

    def _begin(self) -> None:
        self.in_flight += 1
        self._easing.count(time.monotonic())

    def let_head_go(self, limits: Limits | None, id_: str) -> bool:
        """The commons gave leave to a call of these limits."""
        while (head := self._turns.head()) and head.limits == limits:
            self._turns.pop()
            if not head.turn.done():
                self._begin()
                head.turn.set_result(Permit(partial(self._end, id_)))
                return True
        return False

    def hear(self, *, is_frozen: bool) -> None:
        """The commons gave no leave, or not to all: who can't be served in time learns it now.

        `is_frozen`: no call goes for longer than was known before.
        """
        now = time.monotonic()
        if is_frozen:
            self._turn_away(now)
        while (head := self._turns.head()) is not None:
            ready_at = self._bucket.ready_at(now, self._own(head.limits))
            if max(ready_at, now + MOMENT) <= head.latest:
                return
            self._turns.pop()
            if not head.turn.done():
                head.turn.set_exception(_throttled(ready_at - now))

    def remind(self, limits: Limits | None) -> None:
        """The commons do not know how long all calls are held back."""
        if self._asking is not None:
            seconds = self._bucket.frozen_until - time.monotonic()
            self._asking.freeze(self.eased(limits), seconds, self._easing, first=False)

    def talk_is_over(self) -> None:
        """There is nothing more to ask, or nobody to ask."""
        self._release()

    def _end(self, id_: str | None = None) -> None:
        self.in_flight -= 1
        if self._asking is not None and id_ is not None:
            self._asking.end(id_)
        self._release()

    def _freeze(self, limits: Limits | None, seconds: float | None) -> None:
        now, is_stated = time.monotonic(), seconds is not None
        is_first = now >= self._bucket.frozen_until
        if seconds is None:
            if not is_first:
                return  # of the calls that were under way together, the first has said it for all
            seconds = min(FIRST_PAUSE * 2.0 ** min(self._unexplained, 10), LONGEST_PAUSE)
            self._unexplained += 1
        if is_first:  # one is enough to learn from
            workers = self._commons.workers if self._commons is not None else 1
            self._easing.learn(now, now + seconds, limits, workers)
        self._bucket.freeze(now + seconds, self._own(limits))
        if self._asking is not None:
            self._asking.freeze(self.eased(limits), seconds, self._easing, first=not is_stated)
        self._turn_away(now)
        self._release()

    def _turn_away(self, now: float) -> None:
        """Those that can no longer be served in time learn it now."""
        for waiter in list(self._turns.disband()):
            before = self._turns.before(waiter.account, waiter.urgency)
            ready_at = self._bucket.ready_at(now, self._own(waiter.limits), before)
            if ready_at <= waiter.latest:
                self._turns.join(waiter)
            elif not waiter.turn.done():
                waiter.turn.set_exception(_throttled(ready_at - now))

    def _release(self) -> None:
        """Lets go who may go, and comes back when the next may; one that ends comes by itself."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._asking is not None and self._asking.begin():
            return
        while (head := self._turns.head()) and self._has_room(own := self._own(head.limits)):
            now = time.monotonic()
            ready_at = self._bucket.ready_at(now, own)
            if ready_at > now:
                self._timer = asyncio.get_running_loop().call_later(ready_at - now, self._release)
                return
            self._turns.pop()
            if not head.turn.done():
                head.turn.set_result(self._let_go(own))

    def _leave(self, waiter: Waiter) -> None:
        """A caller that goes away frees its place in line, and its turn where it had got one already."""
        if not self._turns.remove(waiter) and not waiter.turn.cancelled() and waiter.turn.exception() is None:
            if self._asking is not None and self._is_shared:
                self._asking.give_back(waiter.limits)
            else:
                self._bucket.give_back(self._own(waiter.limits))
            waiter.turn.result().close()
        self._release()


def _throttled(wait: float) -> Throttled:
    return Throttled("Too many calls to this vendor at once: wait as retry-after says.", wait=wait)

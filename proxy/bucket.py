"""A vendor's rate limit as arithmetic: when the next call may go, without a clock, a queue or a network."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from providers.provider import Limits
from proxy.figures import Figures

# The part of a declared burst that is left unused: calls that leave in step arrive bunched, and a vendor whose
# bucket is kept full to the brim refuses those that come early.
SPARE = 0.25


@dataclass
class Bucket:
    """The generic cell rate algorithm. `due` is when the calls so far would have gone at the sustained rate.

    All times are seconds on one steady clock. Where a provider declares no rate, only a freeze holds calls back.
    """

    due: float = 0.0
    frozen_until: float = 0.0

    def ready_at(self, now: float, limits: Limits | None, ahead: int = 0) -> float:
        """When a call may go, with `ahead` others before it."""
        start, step = max(now, self.frozen_until), step_of(limits)
        if not step:
            return start
        return max(start, max(self.due, start) + ahead * step - slack_of(limits))

    def take(self, now: float, limits: Limits | None) -> None:
        """A call goes now."""
        self.due = max(self.due, now) + step_of(limits)

    def give_back(self, limits: Limits | None) -> None:
        """A call that was to go did not."""
        self.due -= step_of(limits)

    def freeze(self, until: float, limits: Limits | None) -> None:
        """No call before `until`, and no burst then: the vendor's own bucket is full."""
        self.frozen_until = max(self.frozen_until, until)
        self.due = max(self.due, until + slack_of(limits))

    def figures(self, now: float, limits: Limits | None) -> Figures | None:
        """What is left for calls that go at once, and the seconds until all of it is back; None without a rate."""
        if limits is None or limits.rate is None:
            return None
        step, slack = step_of(limits), slack_of(limits)
        spent = max(0.0, self.due - now)
        left = 0 if now < self.frozen_until else max(0, math.floor((slack - spent) / step + 1 + 1e-9))
        window = f";w={math.ceil(limits.per)}"
        return Figures(f"{limits.rate}{window}", min(left, limits.rate), math.ceil(spent))


def step_of(limits: Limits | None) -> float:
    """Seconds between calls at the sustained rate; 0 where no rate is declared."""
    return 0.0 if limits is None or limits.rate is None else limits.per / limits.rate


def slack_of(limits: Limits | None) -> float:
    """Seconds by which a burst may run ahead of that."""
    return 0.0 if limits is None else math.floor(limits.burst * (1 - SPARE)) * step_of(limits)


def share_of(limits: Limits | None, workers: int) -> Limits | None:
    """What one of so many may use on its own; at least one call at a time."""
    return limits if limits is None or workers == 1 else _share(limits, workers)


@lru_cache(maxsize=256)
def _share(limits: Limits, workers: int) -> Limits:
    places = None if limits.concurrency is None else max(1, limits.concurrency // workers)
    return replace(limits, per=limits.per * workers, burst=limits.burst // workers, concurrency=places)

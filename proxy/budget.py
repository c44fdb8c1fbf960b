"""Bounds how much repeating adds to the load of a vendor that is failing already."""

from collections import OrderedDict
from dataclasses import dataclass

SHARE = 0.2  # repeats for each call, and for each call in flight
LEAST = 3.0
QUIET = 30.0  # seconds without a call after which a budget is as good as new
MOST_KEPT = 10_000


@dataclass
class Budget:
    """For one account: every call earns a fifth of a repeat, every repeat costs one.

    However long a vendor fails, it sees at most 1.2 times the calls, and three more. What is saved up in good times
    is bounded by the calls in flight, so that it can't be spent all at once.
    """

    saved: float = LEAST
    in_flight: int = 0
    last: float = 0.0

    def begin(self, now: float) -> None:
        if now - self.last > QUIET and not self.in_flight:
            self.saved = LEAST
        self.last = now
        self.in_flight += 1
        self.saved = min(self.saved + SHARE, max(LEAST, SHARE * self.in_flight))

    def end(self, now: float) -> None:
        self.last = now
        self.in_flight -= 1

    def spend(self) -> bool:
        """Whether one more repeat is allowed; it counts as made."""
        if self.saved < 1:
            return False
        self.saved -= 1
        return True


class Budgets:
    """The budget of each account; those that were not used for longest are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Budget] = OrderedDict()

    def of(self, account_id: str) -> Budget:
        budget = self._kept.setdefault(account_id, Budget())
        self._kept.move_to_end(account_id)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return budget

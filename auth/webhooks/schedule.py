"""When an event is sent again: the schedule of Standard Webhooks, and what an answer changes about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Seconds after the first attempt, the second, …: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h.
PAUSES = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2  # either way, so that what failed together does not come again together
HOLD = 60.0  # seconds for which an overloaded receiver that names no time is left alone
OVERLOADED = frozenset({429, 502, 504})
GONE = 410
PATIENCE = timedelta(days=5)  # of nothing but failure, after which a webhook is switched off


@dataclass(frozen=True)
class Result:
    """How one attempt went; `error` is None where it succeeded. `wait`: the seconds of a `retry-after`."""

    at: datetime
    seconds: float
    status_code: int | None = None
    error: str | None = None
    wait: float | None = None

    @property
    def ended(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)

    @property
    def hold(self) -> datetime | None:
        """Until when the receiver asks to be left alone."""
        if self.error is None or (self.wait is None and self.status_code not in OVERLOADED):
            return None
        return self.ended + timedelta(seconds=self.wait or HOLD)


def next_attempt(result: Result, tries: int, chance: float) -> datetime | None:
    """When to send again after so many attempts, None for never. `chance` is between 0 and 1."""
    if tries >= ATTEMPTS or result.status_code == GONE:
        return None
    pause = PAUSES[tries - 1] * (1 - JITTER + 2 * JITTER * chance)
    due = result.ended + timedelta(seconds=pause)
    return max(due, result.hold) if result.hold else due


def is_hopeless(result: Result, failing_since: datetime) -> bool:
    """Whether a failure is a reason to switch the webhook off."""
    return result.status_code == GONE or result.ended - failing_since >= PATIENCE

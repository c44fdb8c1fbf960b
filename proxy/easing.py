"""What a vendor's 429s teach where it declares no rate, or takes fewer calls than it said: to go slower for a while."""

import math
from dataclasses import dataclass, replace

from providers.provider import Limits

DOUBLING = 30.0  # seconds in which a lowered pace doubles
REGAIN = 10.0  # seconds after which one more call may be under way
FORGOTTEN = 600.0  # seconds after which a lowered pace is none any more
SLOWEST = 0.2  # calls a second
# calls a second that count as made before the first 429: one out of the blue says little of a pace
FIRST = 20.0


@dataclass
class Easing:
    """`pace`: calls a second, and `cut`: places, from `at` on; 0 where nothing was learnt. `at` is when the vendor may
    be called again, in seconds on one steady clock.
    """

    pace: float = 0.0
    cut: int = 0
    at: float = 0.0
    recent: float = 0.0  # calls within the last second or so, at `recent_at`
    recent_at: float = 0.0

    def count(self, now: float) -> None:
        """A call goes now."""
        self.recent = self._recent(now) + 1
        self.recent_at = now

    def learn(self, now: float, until: float, limits: Limits | None, workers: int) -> None:
        """A 429 stops calls `until` then. `workers`: how many call like this one."""
        if limits is None or limits.rate is None:
            if limits is not None and limits.concurrency is not None:
                self.cut = max(1, self._places(now, limits.concurrency) // 2)
            else:
                self.pace = max((self._pace(now) or max(self._recent(now) * workers, FIRST)) / 2, SLOWEST)
            self.at = until

    def limits(self, now: float, limits: Limits | None) -> Limits | None:
        """Those to keep for now; a declared rate stands."""
        if limits is not None and limits.rate is not None:
            return limits
        if limits is not None and limits.concurrency is not None:
            return replace(limits, concurrency=self._places(now, limits.concurrency)) if self.cut else limits
        pace = self._pace(now)
        return replace(limits or Limits(), rate=1, per=1 / pace) if pace else limits

    def _places(self, now: float, most: int) -> int:
        return min(most, self.cut + int(max(0.0, now - self.at) / REGAIN)) if self.cut else most

    def _pace(self, now: float) -> float:
        since = max(0.0, now - self.at)
        return self.pace * 2 ** (since / DOUBLING) if since < FORGOTTEN else 0.0

    def _recent(self, now: float) -> float:
        return self.recent * math.exp(self.recent_at - now)

"""A leaky bucket that first delays callers and then refuses them, as front servers of hosted systems do."""


class LeakyBucket:
    """Lets `rate` calls per second through; up to `queue` quicker ones wait their turn, the rest are refused."""

    def __init__(self, rate: float, queue: int) -> None:
        self.rate = rate
        self.queue = queue
        self._excess = 0.0
        self._last: float | None = None

    def delay(self, now: float) -> float | None:
        """Seconds the caller must wait, or None where the queue is full. `now` in seconds, never falling."""
        waiting = 0.0
        if self._last is not None:
            waiting = max(0.0, self._excess - (now - self._last) * self.rate + 1.0)
        if waiting > self.queue:
            return None
        self._excess, self._last = waiting, now
        return waiting / self.rate

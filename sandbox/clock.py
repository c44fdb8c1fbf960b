"""The clock a stand-in lives by, so that tests can let tokens expire and rate windows pass without waiting."""

import time


class Clock:
    """Epoch seconds. With `start` the clock stands still and moves by `advance` alone; else it follows real time."""

    def __init__(self, start: float | None = None) -> None:
        self._start = time.time() if start is None else start
        self._began = time.monotonic()
        self._moves = start is None
        self._advanced = 0.0

    def now(self) -> float:
        passed = time.monotonic() - self._began if self._moves else 0.0
        return self._start + passed + self._advanced

    def outside(self) -> float:
        """What the clocks of callers say, who do not know of advances."""
        return self.now() - self._advanced

    def advance(self, seconds: float) -> None:
        self._advanced += seconds

"""Slows down whoever guesses tokens: failures are counted per client address."""

import time
from collections import OrderedDict
from collections.abc import Callable

from schemas.errors import Problem

MOST_FAILURES = 30
SECONDS = 60.0
MOST_CLIENTS = 10_000


class TooManyGuesses(Problem):
    status = 429
    reason = "token_rate"


class Guesses:
    """Failures in the present window by client; a known token is never refused for what others at its address do."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def failed(self, client: str) -> None:
        """Counts one. Raises TooManyGuesses where there were too many in the last minute."""
        now = self._clock()
        since, count = self._failures.pop(client, (now, 0))
        if now - since >= SECONDS:
            since, count = now, 0
        self._failures[client] = (since, count + 1)
        if len(self._failures) > MOST_CLIENTS:
            self._failures.popitem(last=False)
        if count >= MOST_FAILURES:
            wait = max(1, int(since + SECONDS - now))
            raise TooManyGuesses(
                "Too many unknown tokens from this address.", headers={"retry-after": str(wait)}
            )

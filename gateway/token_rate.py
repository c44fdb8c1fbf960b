"""How often one API token may call: `KOINE_TOKEN_RATE`, kept by all workers together where Redis is set."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from schemas.errors import Throttled

if TYPE_CHECKING:  # Redis is loaded where it is used
    from proxy.commons import Commons

MOST_KEPT = 10_000


class TokenRate:
    """`count` requests may come at once, and each comes back `seconds / count` after it was spent.

    Where the common state is out of reach, or there is none, each process counts what it sees.
    """

    def __init__(
        self,
        count: int,
        seconds: float,
        commons: "Commons | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step = seconds / count
        self._slack = seconds - self._step
        self._commons = commons
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()

    async def spend(self, token_id: str) -> None:
        """One request of this token's. Raises `Throttled` (`token_rate`) where it has none left."""
        wait = None
        if self._commons is not None:
            wait = await self._commons.spend(f"token {token_id}", self._step, self._slack)
        if wait is None:
            wait = self._spend(token_id)
        if wait > 0:
            raise Throttled(
                "This API token calls more often than it may: wait as retry-after says.",
                wait=wait,
                reason="token_rate",
            )

    def _spend(self, token_id: str) -> float:
        """Seconds to wait where there is none left, else 0."""
        now = self._clock()
        due = max(self._due.get(token_id, now), now)
        if due - self._slack > now:
            return due - self._slack - now
        self._due[token_id] = due + self._step
        self._due.move_to_end(token_id)
        if len(self._due) > MOST_KEPT:
            self._due.popitem(last=False)
        return 0.0

"""How long a renewal waits for those of other processes."""

import asyncio
import random

from auth.renewal.problems import busy

WAIT = 45.0  # seconds at most: another process's lease, should it have died, and a request of one's own
SHORTEST, LONGEST = 0.05, 0.5  # seconds between two looks


class Wait:
    """Begins when it is made."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._pause = SHORTEST
        self._orphan: tuple[str, float] | None = None

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    def seconds_for(self, orphan: str) -> float:
        """Since when this attempt has been seen to be without a process."""
        if self._orphan is None or self._orphan[0] != orphan:
            self._orphan = orphan, self._clock()
        return self._clock() - self._orphan[1]

    async def a_little(self) -> None:
        """Raises VendorTrouble where it has been long enough."""
        if self.seconds > WAIT:
            raise busy()
        chance = random.random()  # noqa: S311 - it spreads the load, and is no secret
        await asyncio.sleep(self._pause * (0.5 + chance))
        self._pause = min(self._pause * 1.5, LONGEST)

"""What a process may remember for a few seconds so that a warm call asks the database nothing."""

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from auth.single_flight import SingleFlight

T = TypeVar("T")

SECONDS = 3.0  # a change made by another process counts within this time; the contract allows 5
MOST = 10_000


class Recent(Generic[T]):
    """Values by key for `SECONDS`. What this process changes it forgets at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._loads: SingleFlight[T] = SingleFlight()
        self._changes = 0

    async def get(self, key: str, load: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The value remembered, else what `load` brings; its errors are not remembered."""
        kept = self._values.get(key)
        if kept and self._clock() < kept[0]:
            return kept[1]
        return await self._loads.run(key, lambda: self._load(key, load))

    def forget(self, key: str) -> None:
        self._changes += 1
        self._loads.part(key)
        self._values.pop(key, None)

    def clear(self) -> None:
        for key in (*self._values, *self._loads.keys()):
            self.forget(key)

    async def _load(self, key: str, load: Callable[[], Coroutine[Any, Any, T]]) -> T:
        changes = self._changes
        value = await load()
        if changes == self._changes:  # else it may have been read before the change
            self._keep(key, value)
        return value

    def _keep(self, key: str, value: T) -> None:
        self._values[key] = (self._clock() + SECONDS, value)
        self._values.move_to_end(key)
        if len(self._values) > MOST:
            self._values.popitem(last=False)

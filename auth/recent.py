"""What a process may remember for a few seconds so that a warm call asks the database nothing."""

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from auth.single_flight import SingleFlight

T = TypeVar("T")

SECONDS = 3.0  # for which a value is good that nobody is told the changes of; the contract allows 5
LONGEST = 600.0  # seconds for which one is good whose changes are told
MOST = 10_000


class Recent(Generic[T]):
    """Values by key. What this process changes it forgets at once; `told_until` is the time of `clock` until which
    it would have been told of what others have changed.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        told_until: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._clock = clock
        self._told_until = told_until
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()  # each with the time that it was read
        self._loads: SingleFlight[T] = SingleFlight()
        self._changes = 0

    async def get(self, key: str, load: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The value remembered, else what `load` brings; its errors are not remembered."""
        kept = self._values.get(key)
        if kept and self._clock() < max(kept[0] + SECONDS, min(kept[0] + LONGEST, self._told_until())):
            return kept[1]
        return await self._loads.run(key, lambda: self._load(key, load))

    def forget(self, *keys: str) -> None:
        self._changes += 1
        for key in keys:
            self._loads.part(key)
            self._values.pop(key, None)

    def forget_where(self, concerned: Callable[[str], bool]) -> None:
        self.forget(*filter(concerned, (*self._values, *self._loads.keys())))

    def clear(self) -> None:
        self.forget_where(lambda _: True)

    async def _load(self, key: str, load: Callable[[], Coroutine[Any, Any, T]]) -> T:
        changes, began = self._changes, self._clock()
        value = await load()
        if changes == self._changes:  # else it may have been read before the change
            self._keep(key, began, value)
        return value

    def _keep(self, key: str, began: float, value: T) -> None:
        self._values[key] = (began, value)
        self._values.move_to_end(key)
        if len(self._values) > MOST:
            self._values.popitem(last=False)

"""One run of a piece of work for any number of callers that want its result at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs keyed work as tasks of its own: a caller that leaves ends its waiting, never the work."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result, or the error, of the run that is under way, else of a new one."""
        return await asyncio.shield(self.start(key, work))

    def start(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """The run that is under way, else a new one; nobody need wait for it."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._end(key, done))
        return task

    def part(self, key: str) -> None:
        """Lets the run under way finish for those who wait for it; the next caller starts a new one."""
        self._tasks.pop(key, None)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._tasks)

    async def drain(self) -> None:
        """Waits until nothing is under way."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _end(self, key: str, task: asyncio.Task[T]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # seen, even where nobody waited

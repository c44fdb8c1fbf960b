"""A database that keeps silent is asked by one connection, not by everybody: the others need not wait to learn it."""

import asyncio
from collections.abc import Awaitable, Callable

PAUSE = 0.25  # seconds between two questions


class Outage:
    """`answers` says whether the database answers now; it may take its time."""

    def __init__(self, answers: Callable[[], Awaitable[bool]]) -> None:
        self._answers = answers
        self._task: asyncio.Task[None] | None = None

    @property
    def lasts(self) -> bool:
        return self._task is not None

    def begin(self) -> None:
        """Until the database answers again, at the latest until `end`."""
        if self._task is None:
            self._task = asyncio.create_task(self._ask())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _ask(self) -> None:
        try:
            while True:
                if await self._answers():
                    return
                await asyncio.sleep(PAUSE)
        finally:
            self._task = None

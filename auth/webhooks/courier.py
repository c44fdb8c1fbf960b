"""Carries events to webhooks while a process runs: at once when one is committed here, soon when elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.database import Database, Unavailable
from auth.rounds import passed
from auth.webhooks.outbox import Outbox, Parcel, Settled
from auth.webhooks.schedule import Result
from auth.webhooks.sending import Sender

MOST = 32  # deliveries under way at once in one process
POLL_SECONDS = 2.0  # between two looks for what is due by now, or was committed by another process
FIGURE_SECONDS = 15.0  # between two readings of the oldest undelivered event
PRUNE_SECONDS = 3600.0
LINGER_SECONDS = 5.0  # for deliveries under way when the process stops; others take over what is left


@dataclass(frozen=True)
class Attempt:
    """What is told of each attempt."""

    parcel: Parcel
    result: Result
    settled: Settled


OnAttempt = Callable[[Attempt], object]
OnFault = Callable[[BaseException], object]


class Courier:
    """`oldest`: when the oldest event was made that a webhook waits for, as it was read last."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        sender: Sender,
        *,
        days: int,
        on_attempt: OnAttempt,
        on_fault: OnFault,
    ) -> None:
        self._news = database.news
        self._outbox = outbox
        self._sender = sender
        self._days = days
        self._on_attempt = on_attempt
        self._on_fault = on_fault
        self._end = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Parcel] = {}
        self.oldest: datetime | None = None

    async def run(self) -> None:
        """Until `end`; a database that is away is tried again, and so is all after a fault of ours."""
        works = (
            self._deliver_for_ever,
            lambda: self._every(FIGURE_SECONDS, self._read_oldest),
            lambda: self._every(PRUNE_SECONDS, lambda: self._outbox.prune(self._days)),
        )
        await asyncio.gather(*(self._kept_up(work) for work in works))

    def end(self) -> None:
        """Nothing more is begun: `run` returns, between two statements."""
        self._end.set()
        self._news.set()

    async def start_due(self) -> None:
        """Begins to send what is due, as far as there is room. Raises Unavailable."""
        while room := MOST - len(self._under_way):
            parcels = await self._outbox.take(room)
            for parcel in parcels:
                task = asyncio.create_task(self._deliver(parcel))
                self._under_way[task] = parcel
                task.add_done_callback(self._ended)
            if not parcels:
                return

    async def work_off(self) -> None:
        """Sends all that is due by now, and waits for it."""
        await self.start_due()
        while self._under_way:
            await asyncio.wait(list(self._under_way))
            await self.start_due()

    async def stop(self) -> None:
        """Waits a little for what is under way, and hands the rest back."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=LINGER_SECONDS)
        left = dict(self._under_way)
        for task, parcel in left.items():
            task.cancel()
            with suppress(asyncio.CancelledError, Unavailable):
                await task
            with suppress(Unavailable):
                await self._outbox.give_back(parcel)

    async def _deliver_for_ever(self) -> None:
        while not self._end.is_set():
            self._news.clear()
            with suppress(Unavailable):
                await self.start_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._news.wait()

    async def _deliver(self, parcel: Parcel) -> None:
        result = await self._sender.send(parcel)
        settled = Settled("lost")  # without its result the event is sent again, when the lease has run out
        with suppress(Unavailable):
            settled = await self._outbox.settle(parcel, result)
        self._on_attempt(Attempt(parcel, result, settled))

    def _ended(self, task: asyncio.Task[None]) -> None:
        """After a fault of ours the event is sent again when the lease has run out, and not for ever."""
        del self._under_way[task]
        self._report(task)
        self._news.set()

    async def _kept_up(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begins the work anew where a fault of ours has ended it."""
        while not self._end.is_set():
            task = asyncio.create_task(work())
            await asyncio.wait([task])
            self._report(task)
            await passed(self._end, POLL_SECONDS)

    async def _every(self, seconds: float, deed: Callable[[], Awaitable[None]]) -> None:
        while not self._end.is_set():
            with suppress(Unavailable):
                await deed()
            await passed(self._end, seconds)

    def _report(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_fault(error)

    async def _read_oldest(self) -> None:
        self.oldest = await self._outbox.oldest()


@asynccontextmanager
async def carrying(courier: Courier) -> AsyncIterator[Courier]:
    """The courier at work within this context."""
    running = asyncio.create_task(courier.run())
    try:
        yield courier
    finally:
        courier.end()
        await running
        await courier.stop()

"""Work that is done round after round beside the requests, and is never broken off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from auth.database import Unavailable

Deed = Callable[[], Awaitable[object]]


@asynccontextmanager
async def rounds(seconds: float, deed: Deed, seldom: Mapping[Deed, float]) -> AsyncIterator[None]:
    """Within this context `deed` is done every so many seconds, each of `seldom` at the start and as seldom as it says.

    A database that is away is tried again in the next round. Nothing is cancelled at the end: a statement that is
    broken off may leave its connection, and a lock, behind.
    """
    ended = asyncio.Event()
    runner = asyncio.create_task(_run(ended, seconds, deed, seldom))
    try:
        yield
    finally:
        ended.set()
        await runner


async def passed(ended: asyncio.Event, seconds: float) -> bool:
    """Waits so long, or until the end has come; whether it has."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()
    return ended.is_set()


async def _run(ended: asyncio.Event, seconds: float, deed: Deed, seldom: Mapping[Deed, float]) -> None:
    clock = asyncio.get_running_loop().time
    due = dict.fromkeys(seldom, clock())
    while not ended.is_set():
        with suppress(Unavailable):
            await deed()
            for other, pause in seldom.items():
                if clock() >= due[other]:
                    await other()
                    due[other] = clock() + pause
        await passed(ended, seconds)

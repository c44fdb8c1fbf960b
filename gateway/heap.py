"""Spares the garbage collector walks over what lives as long as the process, and gives back what a rush has taken."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

# New objects after which the youngest are looked through; Python's own 700 is for small programs.
YOUNG = 20_000
TRIM_EVERY = 10.0  # seconds


def settle() -> None:
    """To be called when all is loaded: a walk over it takes 100 ms, in which nobody is served."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


@asynccontextmanager
async def trimmed(seconds: float = TRIM_EVERY) -> AsyncIterator[None]:
    """Within this context, freed memory that the allocator keeps goes back to the system every so many seconds.

    The allocator is told to keep it (`MALLOC_TRIM_THRESHOLD_`), as large bodies come and go by the hundred each second;
    but then it keeps for good what one rush took. It takes a few milliseconds. Without glibc nothing is done.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        yield
        return
    trimming = asyncio.create_task(_trim(trim, seconds))
    try:
        yield
    finally:
        trimming.cancel()


async def _trim(trim: Callable[[int], object], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        trim(0)

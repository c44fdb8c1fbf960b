"""How many large pages are unpacked at once: parsed, one takes several times the memory of its bytes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 2  # one event loop maps them, so more would only share its time
LARGE = 64 * 1024  # bytes of an answer; smaller ones are never kept waiting


class Room:
    """Before a large answer is parsed there must be room; it is taken while it is parsed, and while it is mapped.

    What a page has to ask the vendor for in between takes no room, as it may take long.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._freed = asyncio.Event()

    async def wait(self, size: int) -> None:
        """Until an answer of so many bytes may be parsed."""
        while size >= LARGE and self._taken >= MOST:
            self._freed.clear()
            await self._freed.wait()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Within this context it is worked on."""
        count = 1 if size >= LARGE else 0
        self._taken += count
        try:
            yield
        finally:
            self._taken -= count
            self._freed.set()

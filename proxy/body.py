"""An answer's body between the connection that brings it and the caller that reads it, with a bound on what is held."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx

MOST_HELD = 256 * 1024  # bytes; above it the vendor is not read until half of them are taken


class Body(httpx.AsyncByteStream):
    """The bytes as they come, still encoded. It ends cleanly only where the vendor ended it.

    `pause` and `resume` hold the vendor back, `abort(error)` drops the connection. `seconds` bounds each silence.
    """

    def __init__(
        self,
        pause: Callable[[], None],
        resume: Callable[[], None],
        abort: Callable[[Exception], None],
        seconds: float | None,
    ) -> None:
        self._pause, self._resume, self._abort, self._seconds = pause, resume, abort, seconds
        self._chunks: list[bytes] = []
        self._held = 0
        self._is_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self.is_over = False

    def feed(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._held > MOST_HELD and not self._is_paused:
            self._is_paused = True
            self._pause()
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """All has come, or, with an error, what has come is not all."""
        if not self.is_over:
            self.is_over, self._error = True, error
            self._wake()

    @property
    def is_spent(self) -> bool:
        """All of it has been read, to the end that the vendor gave it."""
        return self.is_over and not self._chunks and self._error is None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """No generator: the event loop keeps a list of those, which costs more than a small body."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self.is_over:
                raise StopAsyncIteration
            await self._wait()
        return self._take()

    async def aclose(self) -> None:
        """Drops the connection unless the body has ended; then it is back in the pool already."""
        self._chunks.clear()
        self._held = 0
        if not self.is_over:
            self._abort(httpx.ReadError("The answer was closed"))

    def _take(self) -> bytes:
        found = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._held = 0
        if self._is_paused and not self.is_over:
            self._is_paused = False
            self._resume()
        return found

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        late = partial(self._abort, httpx.ReadTimeout("No progress within the read timeout"))
        timer = None if self._seconds is None else loop.call_later(self._seconds, late)
        try:
            await self._waiter
        except asyncio.CancelledError:
            self._abort(httpx.ReadError("The caller has left"))
            raise
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

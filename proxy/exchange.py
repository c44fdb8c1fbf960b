"""One request on a connection: written whole or piece by piece, each step within its time, up to the answer's head."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial

import httpx

from proxy.wire import Head, Turn, Wire

PIECE = 64 * 1024  # bytes of a request body that are written, and timed, at once
Seconds = Mapping[str, float | None]


async def exchange(
    wire: Wire, request: httpx.Request, head: bytes, length: int | None, seconds: Seconds
) -> Head:
    turn = wire.begin(is_bodiless=request.method == "HEAD", read_seconds=seconds["read"])
    clock = _Clock(wire, seconds)
    try:
        if isinstance(request.stream, httpx.ByteStream) and len(request.content) <= PIECE:
            wire.write(head + request.content)
            clock.expect("read")
        else:
            turn.is_sent = False
            wire.write(head)
            turn.upload = asyncio.create_task(_upload(wire, turn, _chunks(request), length, clock))
            turn.upload.add_done_callback(partial(_note_upload, wire, turn))
        return await turn.head
    except asyncio.CancelledError:
        wire.abort(httpx.ReadError("The caller has left"))
        raise
    finally:
        clock.stop()


class _Clock:
    """The one timer of a request, up to the head of its answer: what is expected next must come within its time."""

    def __init__(self, wire: Wire, seconds: Seconds) -> None:
        self._wire, self._seconds = wire, seconds
        self._timer: asyncio.TimerHandle | None = None
        self._has_stopped = False

    def expect(self, step: str | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        seconds = self._seconds[step] if step else None
        if seconds is not None and not self._has_stopped:
            self._timer = self._wire.loop.call_later(seconds, self._late, step)

    def stop(self) -> None:
        self._has_stopped = True
        self.expect(None)

    def _late(self, step: str | None) -> None:
        kind = httpx.WriteTimeout if step == "write" else httpx.ReadTimeout
        self._wire.abort(kind(f"No progress within the {step} timeout"))


async def _upload(
    wire: Wire, turn: Turn, chunks: AsyncIterator[bytes], length: int | None, clock: _Clock
) -> None:
    """Writes the request's body piece by piece; the clock stands still while the caller makes the next chunk.

    Raises what the caller's body raises, and LocalProtocolError for a body that belies its length.
    """
    turn.step_error = httpx.WriteError
    left = length
    async for chunk in chunks:
        if left is not None and (left := left - len(chunk)) < 0:
            raise httpx.LocalProtocolError("The body is longer than its Content-Length")
        for piece in _pieces(chunk):
            clock.expect("write")
            wire.write(piece if length is not None else b"%x\r\n%b\r\n" % (len(piece), piece))
            await wire.drain()
            if wire.is_closed:
                return
        clock.expect(None)
    if left:
        raise httpx.LocalProtocolError("The body is shorter than its Content-Length")
    if length is None:
        wire.write(b"0\r\n\r\n")
    turn.is_sent, turn.step_error = True, httpx.ReadError
    clock.expect("read")


def _note_upload(wire: Wire, turn: Turn, upload: asyncio.Task[None]) -> None:
    """A request whose body broke off can't be finished: whoever made the body hears why."""
    error = None if upload.cancelled() else upload.exception()
    if isinstance(error, Exception):
        wire.abort(httpx.WriteError("The request's body broke off") if turn.head.done() else error)


def _pieces(chunk: bytes) -> Iterator[bytes]:
    for start in range(0, len(chunk), PIECE):
        yield chunk[start : start + PIECE]


async def _chunks(request: httpx.Request) -> AsyncIterator[bytes]:
    if isinstance(request.stream, httpx.ByteStream):
        yield request.content
        return
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise TypeError("The request's body must be an asynchronous stream")
    async for chunk in request.stream:
        yield chunk

"""One HTTP/1.1 connection to a vendor: a request goes out, its answer is parsed, and what breaks is told exactly."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import httptools
import httpx

from proxy.body import Body

# What the head of one answer may hold; with what the parser gathers, memory stays below half a MiB.
MOST_HEADERS = 128
LONGEST_HEADER = 16 * 1024
LONGEST_HEAD = 256 * 1024

SWITCHING = 101
CLOSED = "The connection was closed without an answer"
BROKEN = "The connection broke before the answer"
TOO_LARGE = "The answer's head is too large"
CUT = "The answer's body is cut short or malformed"


class Head(NamedTuple):
    status: int
    reason: bytes
    headers: list[tuple[bytes, bytes]]
    body: Body


@dataclass
class Turn:
    """One request and its answer on a connection. `is_sent`: no byte of the request is still to be written."""

    head: asyncio.Future[Head]
    is_bodiless: bool  # the answer to HEAD
    read_seconds: float | None
    is_sent: bool = True
    step_error: type[httpx.TransportError] = httpx.ReadError
    body: Body | None = None
    reason: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    ends_with_connection: bool = False
    is_complete: bool = False
    keeps_alive: bool = False
    upload: asyncio.Task[None] | None = None

    def stop_upload(self) -> None:
        """Nobody needs the rest of the request any more."""
        if self.upload is not None and self.upload is not asyncio.current_task():
            self.upload.cancel()


class Wire(asyncio.Protocol):
    """`on_free(wire)` hears once of each turn's end, when the connection is either idle or closed."""

    def __init__(self, on_free: Callable[["Wire"], None]) -> None:
        self._on_free = on_free
        self.loop = asyncio.get_running_loop()  # asking for it costs a system call each time
        self._turn: Turn | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_stopped = False  # the vendor takes no more for now
        self._fault = ""
        self._in_head = 0
        self.is_closed = False
        self.idle_since = 0.0

    # -- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        turn = self._turn
        if turn is None:
            self._on_free(self)
        elif turn.head.done() and turn.ends_with_connection and exc is None:
            self._complete(turn)
            self._settle(turn)
        elif turn.body is not None:
            self.abort(httpx.RemoteProtocolError(CUT))
        else:
            self.abort(httpx.RemoteProtocolError(CLOSED) if exc is None else turn.step_error(BROKEN))
        self._wake_writer()

    def eof_received(self) -> None:
        """The connection closes; one that was idle must not be given out meanwhile."""
        self.is_closed = self.is_closed or self._turn is None

    def pause_writing(self) -> None:
        self._is_stopped = True

    def resume_writing(self) -> None:
        self._is_stopped = False
        self._wake_writer()

    def data_received(self, data: bytes) -> None:
        turn = self._turn
        if turn is None:  # an answer that nobody asked for must not become the answer to the next request
            self._close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fault = self._fault or "The answer ends HTTP on the connection"
        except httptools.HttpParserError:
            self._fault = self._fault or ("" if turn.is_complete else "The answer is not valid HTTP")
        if turn.body is None and not turn.is_complete:
            self._in_head += len(data)
            if self._in_head > LONGEST_HEAD:
                self._fault = TOO_LARGE
        if turn.is_complete:
            self._settle(turn)
        elif self._fault:
            self.abort(httpx.RemoteProtocolError(self._fault if turn.body is None else CUT))

    # -- what the parser calls

    def on_status(self, status: bytes) -> None:
        if self._turn is not None:
            self._turn.reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        turn = self._turn
        if turn is None or turn.body is not None:  # a trailer
            return
        turn.headers.append((name, value))
        if len(name) + len(value) > LONGEST_HEADER:
            self._fault = TOO_LARGE

    def on_headers_complete(self) -> None:
        turn, status = self._turn, self._parser.get_status_code()
        if turn is None or turn.is_complete or self._fault:
            return
        if len(turn.headers) > MOST_HEADERS:
            self._fault = TOO_LARGE
            return
        if 100 <= status < 200 and status != SWITCHING:
            turn.headers, turn.reason, self._in_head = [], b"", 0
            return
        if status < 200:
            self._fault = f"The answer has the status {status}"
            return
        turn.body = Body(self._pause, self._resume, self.abort, turn.read_seconds)
        turn.ends_with_connection = not (_is_framed(turn.headers) or status in (204, 304))
        if not turn.head.done():
            turn.head.set_result(Head(status, turn.reason, turn.headers, turn.body))
        if turn.is_bodiless:
            self._complete(turn)

    def on_body(self, chunk: bytes) -> None:
        turn = self._turn
        if turn is None or turn.body is None or turn.is_complete:
            self._fault = self._fault or "The answer goes on behind its end"
        else:
            turn.body.feed(chunk)

    def on_message_complete(self) -> None:
        turn = self._turn
        if turn is not None and turn.body is not None and not turn.is_complete and not self._fault:
            self._complete(turn)

    def on_message_begin(self) -> None:
        if self._turn is not None and self._turn.is_complete:
            self._fault = "The vendor answered twice"

    # -- what the transport calls

    def begin(self, *, is_bodiless: bool, read_seconds: float | None) -> Turn:
        """A request is about to be written."""
        self._fault, self._in_head = "", 0
        self._parser = httptools.HttpResponseParser(self)
        self._turn = Turn(self.loop.create_future(), is_bodiless, read_seconds)
        return self._turn

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    async def drain(self) -> None:
        """Waits until the vendor has taken most of what was written; returns at once when the connection is gone."""
        if self._is_stopped and not self.is_closed:
            self._drained = self.loop.create_future()
            await self._drained

    def abort(self, error: Exception) -> None:
        """Drops the connection at once: a polite close waits for a peer that may have stopped reading.

        Whoever waits for the answer's head, or reads its body, gets the error.
        """
        turn, self._turn = self._turn, None
        self._close()
        if turn is None:
            return
        if not turn.head.done():
            turn.head.set_exception(error)
        if turn.body is not None:
            turn.body.end(error)
        turn.stop_upload()
        self._on_free(self)

    def _pause(self) -> None:
        if not self.is_closed:
            self._transport.pause_reading()

    def _resume(self) -> None:
        if not self.is_closed:
            self._transport.resume_reading()

    def _complete(self, turn: Turn) -> None:
        turn.is_complete = True
        turn.keeps_alive = self._parser.should_keep_alive() and not turn.ends_with_connection
        if turn.body is not None:
            turn.body.end()

    def _settle(self, turn: Turn) -> None:
        """The turn is over: the connection waits for the next one, or can't."""
        self._turn = None
        if self.is_closed or self._fault or not (turn.keeps_alive and turn.is_sent):
            self._close()
        else:
            self._transport.resume_reading()
        turn.stop_upload()
        self._on_free(self)

    def _close(self) -> None:
        self.is_closed = True
        self._transport.abort()
        self._wake_writer()

    def _wake_writer(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)


def _is_framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the answer says where its body ends; else the connection's end is its end."""
    for name, value in headers:
        lower = name.lower()
        if lower == b"content-length" or (lower == b"transfer-encoding" and b"chunked" in value.lower()):
            return True
    return False

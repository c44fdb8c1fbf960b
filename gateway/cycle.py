"""One request on its way through the application, and how its answer is written: few writes, and nothing twice."""

import asyncio
import logging
import re
import struct
from collections.abc import Callable
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BODILESS = (204, 304)
MOST_UNHEARD = 8 * 1024 * 1024  # bytes: so much of an answer may be kept for a caller that comes back for it
AT_ONCE = struct.pack("ii", 1, 0)  # a socket does not linger when it is closed: its peer sees a reset
# All headers at once, each behind a single line feed: a name is a token, nothing holds a control character.
HEADERS = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\x00-\x08\x0a-\x1f\x7f]*\n)*")

log = logging.getLogger(__name__)


class Cycle:
    """In place of uvicorn's `RequestResponseCycle`, with the members that its protocol works with.

    An answer's head waits, until the event loop's next round at most, for what follows it: both are one write.
    `close` ends the connection, `on_end` hears that the answer is complete.
    """

    def __init__(
        self,
        scope: Scope,
        transport: asyncio.Transport,
        flow: FlowControl,
        loop: asyncio.AbstractEventLoop,
        close: Callable[[], None],
        on_end: Callable[[], None],
        *,
        keep_alive: bool,
        expects_continue: bool,
    ) -> None:
        self.scope = scope
        self._transport, self._flow, self._loop = transport, flow, loop
        self._close, self._on_end = close, on_end
        self.keep_alive = keep_alive
        self._expects_continue = expects_continue
        self.body = bytearray()
        self.more_body = True
        self.message_event = asyncio.Event()
        self.disconnected = False
        self.response_started = False
        self.response_complete = False
        self._head: bytes | None = None  # that has not left yet
        self._is_chunked = False
        self._ends_with_connection = False  # a body for HTTP/1.0, which knows no chunks
        self._left = 0  # bytes of the body that the head has promised
        self._unheard = 0  # bytes since the caller has left

    async def run_asgi(self, app: ASGIApp) -> None:
        """Never raises: what breaks behind the answer's head breaks the connection."""
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:  # the server's edge: Front has told of it where an answer had begun
            if not self.response_started:
                log.error("a request broke before it was watched", exc_info=error)
        finally:
            await self._make_sure()
            del self._on_end, self._close  # which hold the connection, which holds this
            del self.scope  # idle connections by the thousand keep no requests

    async def receive(self) -> Message:
        if self._expects_continue and not self._transport.is_closing():
            self._transport.write(CONTINUE)
            self._expects_continue = False
        if not (self.disconnected or self.response_complete):
            self._flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: Message) -> None:
        """Raises ClientDisconnect where a body goes on and on for a caller that has left."""
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        if self.disconnected:
            self._unheard += len(message.get("body", b""))
            if self._unheard > MOST_UNHEARD:
                raise ClientDisconnect
            return
        if not self.response_started:
            self._begin(message["status"], message.get("headers", ()))
        elif self.response_complete:
            raise RuntimeError("the answer is complete already")
        else:
            self._go_on(message.get("body", b""), is_last=not message.get("more_body", False))

    def flush(self) -> None:
        """The head leaves, whether anything follows it yet or not."""
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)

    def _begin(self, status: int, headers: Any) -> None:
        self.response_started, self._expects_continue = True, False
        length, closes = None, False
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                closes = closes or b"close" in value.lower()
        text = b"".join([b"%b: %b\n" % header for header in headers])
        if HEADERS.fullmatch(text) is None or text.count(b"\n") != len(headers):
            raise RuntimeError("the answer's headers are no headers")
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            text += b"connection: close\n"
        self._left = length or 0
        if length is None and self.scope["method"] != "HEAD" and status not in BODILESS:
            self._is_chunked = self.scope["http_version"] != "1.0"
            self._ends_with_connection = not self._is_chunked
        if self._is_chunked:
            text += b"transfer-encoding: chunked\n"
        self._head = STATUS_LINE[status] + text.replace(b"\n", b"\r\n") + b"\r\n"
        self._loop.call_soon(self.flush)

    def _go_on(self, body: bytes, *, is_last: bool) -> None:
        self._write(self._framed(body, is_last))
        if not is_last:
            return
        if self._left:
            raise RuntimeError("the answer's body is shorter than its head has said")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self._close()
        self._on_end()

    def _framed(self, body: bytes, is_last: bool) -> list[bytes]:
        if self.scope["method"] == "HEAD":
            self._left = 0
            return []
        if self._is_chunked:
            end = b"0\r\n\r\n" if is_last else b""
            size = [b"%x\r\n" % len(body), body, b"\r\n"] if body else []
            return [*size, end] if end else size
        if self._ends_with_connection:
            return [body] if body else []
        self._left -= len(body)
        if self._left < 0:
            raise RuntimeError("the answer's body is longer than its head has said")
        return [body] if body else []

    def _write(self, parts: list[bytes]) -> None:
        if self._head is not None:
            parts.insert(0, self._head)
            self._head = None
        if len(parts) > 1:
            self._transport.writelines(parts)
        elif parts:
            self._transport.write(parts[0])

    def _reset(self) -> None:
        """Not a close, which would look like the body's end."""
        socket = self._transport.get_extra_info("socket")
        socket.setsockopt(SOL_SOCKET, SO_LINGER, AT_ONCE)
        self._transport.abort()

    async def _make_sure(self) -> None:
        """Nobody waits for an answer that will not come."""
        if self.disconnected or self.response_complete:
            return
        if self._ends_with_connection:
            self._reset()
            return
        if self.response_started:
            self.flush()
            self._close()
            return
        words = b"Internal Server Error"
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(words))]
        await self.send(
            {"type": "http.response.start", "status": 500, "headers": [*headers, (b"connection", b"close")]}
        )
        await self.send({"type": "http.response.body", "body": words})

"""One request on its way out: which step it is in, how long that may take, and what a failure there is called."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import aiohttp
import httpx
from aiohttp.connector import Connection

PIECE = 64 * 1024  # bytes of a request body that are written, and timed, at once


class Step(NamedTuple):
    """`name` is the timeout's key in httpx; `late` and `broken` say what a timeout and a failure are in this step."""

    name: str
    late: type[httpx.TimeoutException]
    broken: type[httpx.NetworkError]


POOL = Step("pool", httpx.PoolTimeout, httpx.ConnectError)
CONNECT = Step("connect", httpx.ConnectTimeout, httpx.ConnectError)
WRITE = Step("write", httpx.WriteTimeout, httpx.WriteError)
READ = Step("read", httpx.ReadTimeout, httpx.ReadError)


class Exchange:
    """Holds one request's step and the one timer that serves all steps in turn, up to the head of the answer.

    `seconds` has the time for each step under its name; None is for ever.
    """

    def __init__(self, seconds: Mapping[str, float | None]) -> None:
        self.seconds = seconds
        self.step = POOL
        self.timer = asyncio.timeout(seconds[POOL.name])
        self.streams = False  # whether the body goes through `send`
        self.answered = False
        self._caller_error: OSError | None = None
        self._transport: asyncio.Transport | None = None

    def enter(self, step: Step) -> None:
        self.step = step
        self._expect_within(self.seconds[step.name])

    def connected(self, connection: Connection) -> None:
        """From here on the vendor may have seen the request."""
        self._transport = connection.transport
        self.enter(WRITE if self.streams else READ)

    def abort(self) -> None:
        """Drop the connection at once: a polite close waits for a peer that may have stopped reading."""
        if self._transport is not None:
            self._transport.abort()

    async def send(self, chunks: AsyncIterator[bytes], length: int | None) -> AsyncIterator[bytes]:
        """The request's body in pieces; the timer stands still while the caller makes the next chunk.

        Raises `httpx.LocalProtocolError` where the body is not `length` bytes long.
        """
        left = length
        self._expect_within(None)
        try:
            async for chunk in chunks:
                if left is not None and (left := left - len(chunk)) < 0:
                    raise httpx.LocalProtocolError("The body is longer than its Content-Length")
                for start in range(0, len(chunk), PIECE):
                    self.enter(WRITE)
                    yield chunk[start : start + PIECE]
                self._expect_within(None)
            if left:
                raise httpx.LocalProtocolError("The body is shorter than its Content-Length")
            self.enter(READ)
        except OSError as error:
            self._caller_error = error
            raise
        finally:
            if self.answered and self.step is WRITE:
                self.abort()  # the vendor may wait for the rest before it ends its answer

    def failure(self, error: Exception) -> Exception:
        """What to raise for aiohttp's error. Its texts hold URLs, addresses and headers; ours do not."""
        if self._caller_error is not None:
            return self._caller_error
        if type(error) is aiohttp.ClientConnectionError and isinstance(error.__cause__, Exception):
            return error.__cause__  # whatever else the caller's body raised
        if isinstance(error, TimeoutError):
            return self.step.late(f"No progress within the {self.step.name} timeout")
        if self.step in (POOL, CONNECT):
            return httpx.ConnectError(_connect_text(error))
        if isinstance(error, aiohttp.ServerDisconnectedError):
            return httpx.RemoteProtocolError("The connection was closed without an answer")
        if isinstance(error, aiohttp.ClientResponseError):
            return httpx.RemoteProtocolError("The answer is not valid HTTP")
        return self.step.broken("The connection broke before the answer")

    def _expect_within(self, seconds: float | None) -> None:
        if not self.answered:
            now = asyncio.get_running_loop().time()
            self.timer.reschedule(None if seconds is None else now + seconds)


def body_failure(error: Exception) -> httpx.TransportError:
    """What to raise for an error that cut an answer's body short."""
    if isinstance(error, TimeoutError):
        return httpx.ReadTimeout("No progress within the read timeout")
    if isinstance(error, aiohttp.ClientPayloadError):
        return httpx.RemoteProtocolError("The answer's body is cut short or malformed")
    return httpx.ReadError("The connection broke before the end of the body")


def _connect_text(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "The host name could not be resolved"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "The certificate could not be verified"
    if isinstance(error, aiohttp.ClientSSLError):
        return "The TLS handshake failed"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "The connection could not be made"

"""A caller's body on its way to the vendor: at hand for a repeat where it is short, else a stream that is read once."""

from collections.abc import AsyncIterator

import httpx
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from auth.signing import MOST_REPLAYED
from proxy.headers import Headers, value_of


class Upload(httpx.AsyncByteStream):
    """The body as it comes in, no faster than it is sent on. Raises `ClientDisconnect` where it breaks off."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = bytearray()
        self._has_more = True

    async def hold(self, most: int) -> bytes | None:
        """The whole body, or None where it is longer than `most` bytes; what was read of it is not lost."""
        while self._has_more and len(self._held) <= most:
            self._held += await self._next()
        return None if self._has_more or len(self._held) > most else bytes(self._held)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held, self._held = bytes(self._held), bytearray()
        yield held
        while self._has_more:
            yield await self._next()

    def again(self) -> Receive:
        """Gives what was held, then what is still to come."""
        messages = [{"type": "http.request", "body": bytes(self._held), "more_body": self._has_more}]

        async def receive() -> Message:
            return messages.pop() if messages else await self._receive()

        return receive

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._has_more = message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body


async def take(receive: Receive, headers: Headers, most: int) -> tuple[bytes | None, Receive]:
    """The whole body, or None where it is longer than `most` bytes; and what gives it, whole, to whom reads it next.

    `headers` are the caller's. A body that is known to be too long is not waited for.
    """
    if not has_body(headers):
        return b"", receive
    length = value_of(headers, b"content-length")
    if length.isdigit() and int(length[:20]) > most:
        return None, receive
    body = Upload(receive)
    whole = await body.hold(most)
    return whole, body.again()


def has_body(headers: Headers) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)


async def upload(receive: Receive, headers: Headers) -> httpx.ByteStream | Upload:
    """`headers` are the caller's. A body that is known to be long is not waited for."""
    if not has_body(headers):
        return httpx.ByteStream(b"")
    body = Upload(receive)
    length = value_of(headers, b"content-length")
    if length.isdigit() and int(length[:20]) > MOST_REPLAYED:
        return body
    whole = await body.hold(MOST_REPLAYED)
    return body if whole is None else httpx.ByteStream(whole)

"""The outermost layer of a stand-in: counts and records every request, and breaks answers as the faults ask."""

import asyncio
import socket
import struct
from collections.abc import Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.control import ROOT
from sandbox.faults import ANSWERED, Fault, Faults
from sandbox.traffic import Exchange, Traffic, shown_headers, shown_target

TRANSPORT = "sandbox.transport"
HUGE = 80_000_000
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
STATUS = {"html": 502, "login_page": 200, "redirect": 302, "huge": 200, "token_500": 500}


THROTTLED = (b'{"errors":{"throttle":["Too many requests"]}}', b"application/json; charset=utf-8")

Bodies = Mapping[int, tuple[bytes, bytes]]


class Wire:
    """ASGI middleware. Calls of the control API pass it unseen.

    `bodies`: what refusals with a JSON body say, with its type, by status.
    """

    def __init__(
        self, app: ASGIApp, traffic: Traffic, faults: Faults, bodies: Bodies = MappingProxyType({})
    ) -> None:
        self.app, self.traffic, self.faults, self.bodies = app, traffic, faults, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ROOT):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        raw = scope.get("raw_path") or scope["path"].encode()
        headers = shown_headers(scope["headers"])
        exchange = Exchange(
            scope["method"], scope["path"], shown_target(raw, scope["query_string"]), headers, body
        )
        self.traffic.begin(exchange)
        hits = self.faults.hits(scope["method"], scope["path"])
        scope["sandbox.faults"] = hits
        try:
            await self._perform(scope, _replay(body, receive), _counted(send, exchange), hits)
        finally:
            self.traffic.end(exchange)

    async def _perform(
        self, scope: Scope, receive: Receive, send: Send, hits: MutableMapping[str, Fault]
    ) -> None:
        fault = next((one for one in hits.values() if one.kind in BREAKS or one.kind in ANSWERED), None)
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind in ANSWERED:
            await _answer(fault, send, self.bodies)
        else:
            await BREAKS[fault.kind](self.app, scope, receive, send, fault)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _counted(send: Send, exchange: Exchange) -> Send:
    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
        else:
            exchange.sent += len(message.get("body", b""))
        await send(message)

    return counted


async def _collected(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """The whole answer, held back and not compressed."""
    plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    start: Message = {}
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app({**scope, "headers": plain}, receive, keep)
    return start, b"".join(parts)


async def _answer(fault: Fault, send: Send, bodies: Bodies) -> None:
    status = fault.status or STATUS.get(fault.kind) or int(fault.kind)
    headers = [(b"retry-after", str(fault.retry_after).encode())] if fault.retry_after is not None else []
    if fault.kind == "huge":
        await _huge(fault, send)
        return
    body, type_ = _refusal(fault, status, bodies)
    if fault.kind == "redirect":
        headers.append((b"location", b"/sessions/new"))
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, *_entity(body, type_)]}
    )
    await send({"type": "http.response.body", "body": body})


def _refusal(fault: Fault, status: int, bodies: Bodies) -> tuple[bytes, bytes]:
    if fault.kind in ("html", "login_page", "redirect") or fault.body == "html" or status in (502, 504):
        title = b"Sign in" if fault.kind in ("login_page", "redirect") else str(status).encode()
        return PAGE % (title, title), b"text/html; charset=utf-8"
    if fault.body == "json":
        return bodies.get(status, THROTTLED)
    return b"", b"text/plain"


def _entity(body: bytes, type_: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", type_), (b"content-length", str(len(body)).encode())]


async def _huge(fault: Fault, send: Send) -> None:
    """A JSON list of `size` bytes in chunks, without a length."""
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'["', "more_body": True})
    left = fault.size or HUGE
    while left > 0:
        await send({"type": "http.response.body", "body": b"x" * min(left, 65536), "more_body": True})
        left -= 65536
    await send({"type": "http.response.body", "body": b'"]'})


async def _slow(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    await asyncio.sleep(2.0 if fault.delay is None else fault.delay)
    await app(scope, receive, send)


async def _drip(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    start, body = await _collected(app, scope, receive)
    await send(start)
    size = fault.size or max(1, len(body) // 20)
    for chunk in _chunks(body, size):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(0.1 if fault.delay is None else fault.delay)
    await send({"type": "http.response.body", "body": b""})


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[place : place + size] for place in range(0, len(body), size))


async def _truncate(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """The length is announced, part of the body follows, then the connection ends."""
    start, body = await _collected(app, scope, receive)
    cut = len(body) // 2 if fault.size is None else min(fault.size, len(body))
    await send(start)
    await send({"type": "http.response.body", "body": body[:cut], "more_body": True})
    _end(scope, abort=False)


async def _reset_before(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    _end(scope, abort=True)


async def _reset_after(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    await _collected(app, scope, receive)
    _end(scope, abort=True)


def _end(scope: Scope, *, abort: bool) -> None:
    """Breaks the connection: a reset, or an early close. In process there is none, so the client's error is raised."""
    transport: Any = scope.get(TRANSPORT)
    if transport is None:
        raise httpx.ReadError("connection reset") if abort else httpx.RemoteProtocolError("incomplete body")
    if not abort:
        transport.close()
        return
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _bad_json(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """The body ends inside, the length agrees."""
    start, body = await _collected(app, scope, receive)
    await _resend(send, start, body[: max(1, len(body) * 2 // 3)])


async def _bom(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    start, body = await _collected(app, scope, receive)
    await _resend(send, start, b"\xef\xbb\xbf" + body)


async def _no_content_type(app: ASGIApp, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    start, body = await _collected(app, scope, receive)
    start["headers"] = [pair for pair in start["headers"] if pair[0] != b"content-type"]
    await _resend(send, start, body)


async def _resend(send: Send, start: Message, body: bytes) -> None:
    kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


BREAKS = {
    "slow": _slow,
    "drip": _drip,
    "truncate": _truncate,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "bad_json": _bad_json,
    "bom": _bom,
    "no_content_type": _no_content_type,
}

"""Lets requests in that name a host of ours and whose bodies arrive in time; others, and those cut short, hear why."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import answer
from gateway.visit import SERVICE, VISIT
from schemas.errors import InvalidRequest, Problem, Refused

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
FRAMES = frozenset({b"content-length", b"transfer-encoding"})  # one of them stands before each body
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def hosts_of(public_url: str | None) -> frozenset[str] | None:
    """The names that callers may call us by; None where the settings name none, and any will do."""
    if public_url is None:
        return None
    name = urlsplit(public_url).hostname or ""
    return LOCAL | {f"[{name}]" if ":" in name else name}


class Gate:
    """Pure ASGI, within Front. `hosts` are without ports; `body_seconds` may pass without a byte of an awaited body.

    A page that has its own name point to our address (DNS rebinding) is refused by its Host header. Probes that know
    only our address pass.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, body_seconds: float) -> None:
        self._app = app
        self._hosts = hosts
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._hosts is not None and scope["path"] not in SERVICE:
            host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
            if _without_port(host) not in self._hosts:
                refusal = InvalidRequest(
                    f"This gateway is not called {host[:100]}: use its public URL, and let a proxy in front "
                    "hand on the Host header."
                )
                await answer(Request(scope), refusal)(scope, receive, send)
                return
        try:
            await self._app(scope, self._watched(scope, receive), send)
        except asyncio.CancelledError:
            visit = VISIT.get()
            if not scope["state"]["draining"].is_set() or visit is None or visit.status:
                raise
            await answer(Request(scope), _cut_short(scope["method"]))(scope, receive, send)

    def _watched(self, scope: Scope, receive: Receive) -> Receive:
        """Raises Refused where the body stalls, or is broken by what the server says is its `fault`."""
        if FRAMES.isdisjoint([name for name, _ in scope["headers"]]):
            return receive
        is_whole = False

        async def watched() -> Message:
            nonlocal is_whole
            if is_whole:
                return await receive()
            message = await self._in_time(receive)
            fault: Refused | None = scope["state"].get("fault")
            if fault is not None:
                raise fault
            is_whole = not message.get("more_body", False)
            return message

        return watched

    async def _in_time(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(self._body_seconds):
                return await receive()
        except TimeoutError:
            raise Refused(
                f"Nothing of the request's body arrived for {self._body_seconds:g} seconds.",
                status=408,
                reason="request_timeout",
                headers={"connection": "close"},
            ) from None


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower().removesuffix(".")


def _cut_short(method: str) -> Problem:
    """The drain is over before the request is."""
    details: dict[str, Any] = {} if method in SAFE else {"outcome": "uncertain"}
    return Problem(
        "This process is shutting down, and the call took longer than it could wait.",
        status=503,
        reason="shutting_down",
        headers={"connection": "close", "retry-after": "1"},
        **details,
    )

"""Browsers with an account token: cross-origin calls for the origins that the token's environment allows, never `*`."""

from collections.abc import Awaitable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.caller import Caller
from auth.database import Unavailable
from auth.origins import Origins

OPEN = ("/unified/", "/proxy/", "/custom/", "/integrated-account/me")
METHODS = "GET, POST, PUT, PATCH, DELETE, HEAD"
EXPOSED = (
    "x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, ratelimit, ratelimit-policy, "
    "server-timing, koine-ignored, koine-override-faults, idempotency-replayed, idempotency-recovered, "
    "truto-is-remote-error, content-disposition"
)


class Cors:
    """Pure ASGI, just within Front, so that browsers read all refusals.

    For preflights, which carry no token, and answers to nobody known (for the token, or given before it was looked at)
    it is enough that any environment allows the origin.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_crossing = scope["type"] == "http" and b"origin" in [name for name, _ in scope["headers"]]
        if not is_crossing or not scope["path"].startswith(OPEN):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers["origin"]
        origins: Origins = scope["state"]["origins"]
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(send, origin, headers, is_allowed=await _known(origins.any_allows(origin)))
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                found.add_vary_header("origin")
                if await _known(_may_read(origins, origin, scope["state"].get("caller"))):
                    found["access-control-allow-origin"] = origin
                    found["access-control-expose-headers"] = EXPOSED
            await send(message)

        await self._app(scope, receive, opened)


async def _may_read(origins: Origins, origin: str, caller: Caller | None) -> bool:
    if caller is None:
        return await origins.any_allows(origin)
    return caller.kind == "account" and await origins.allows(caller.environment_id, origin)


async def _known(is_allowed: Awaitable[bool]) -> bool:
    """A database that is away allows nobody; the answer has its own word on that."""
    try:
        return await is_allowed
    except Unavailable:
        return False


async def _preflight(send: Send, origin: str, headers: Headers, *, is_allowed: bool) -> None:
    """200 without a body either way: a browser reads the headers alone."""
    answer = MutableHeaders({"content-length": "0", "vary": "origin"})
    if is_allowed:
        answer["access-control-allow-origin"] = origin
        answer["access-control-allow-methods"] = METHODS
        answer["access-control-allow-headers"] = headers.get(
            "access-control-request-headers", "authorization"
        )
        answer["access-control-max-age"] = "600"
    await send({"type": "http.response.start", "status": 200, "headers": answer.raw})
    await send({"type": "http.response.body", "body": b""})

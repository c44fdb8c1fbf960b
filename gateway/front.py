"""The outermost layer: names every request, watches it to its end, answers 500 for what nobody foresaw."""

import asyncio
import re
import time
from email.utils import formatdate
from functools import lru_cache

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import unforeseen_answer
from gateway.visit import VISIT, Visit
from gateway.watch import Watch
from proxy.headers import REMOTE_ERROR
from proxy.tally import current
from schemas.errors import Cut
from schemas.ids import timed_hex

WANTED = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class Front:
    """Pure ASGI. The id is the caller's own where it is fit to be one; it comes back as `x-request-id`.

    A run of leading slashes is read as one. Answers with vendor data carry `server-timing`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = Visit(_wanted(scope) or timed_hex(), scope)
        scope["state"]["request_id"] = visit.request_id
        if scope["path"].startswith("//"):
            scope["path"] = "/" + scope["path"].lstrip("/")
        watch: Watch = scope["state"]["watch"]
        watch.began(visit)
        token = VISIT.set(visit)
        current.set(visit.tally)
        try:
            await self._serve(visit, watch, receive, send)
        except asyncio.CancelledError:
            visit.outcome = "left"
            raise
        finally:
            VISIT.reset(token)
            visit.ended = time.perf_counter()
            watch.ended(visit)

    async def _serve(self, visit: Visit, watch: Watch, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            visit.request_bytes += len(message.get("body", b""))
            return message

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(visit, message)
            else:
                visit.response_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(visit.scope, counted, marked)
        except ClientDisconnect:
            visit.outcome = "left"
        except Cut:
            visit.outcome = "cut"
            raise
        except Exception as error:  # the one place where anything at all may arrive
            watch.unforeseen(visit, error)
            if visit.status:  # the server drops the connection, so that what was sent does not end cleanly
                visit.outcome = "cut"
                raise
            await unforeseen_answer(visit.scope)(visit.scope, counted, marked)


def _wanted(scope: Scope) -> str:
    """The caller's own id for the request, empty where there is none that is fit to be one."""
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    return given[0].decode() if given and WANTED.fullmatch(given[0]) else ""


def _mark(visit: Visit, message: Message) -> None:
    """Writes our headers over a vendor's of the same names, but for its date and its own part of `server-timing`."""
    visit.answered = time.perf_counter()
    visit.status = message["status"]
    ours = {b"x-request-id": visit.request_id.encode()}
    if visit.is_data and visit.tally.figures:
        ours |= visit.tally.figures.headers()
    headers = [header for header in message.get("headers", ()) if header[0] not in ours]
    visit.is_remote_error = REMOTE_ERROR in headers
    headers += ours.items()
    if b"date" not in [name for name, _ in headers]:
        headers.append((b"date", _date(int(time.time()))))
    if visit.is_data:
        headers.append((b"server-timing", _timing(visit)))
    message["headers"] = headers


@lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    """Many answers share one."""
    return formatdate(second, usegmt=True).encode()


def _timing(visit: Visit) -> bytes:
    """What the caller waited for until now, in milliseconds: vendors, and this gateway."""
    whole = visit.answered - visit.started
    vendor = min(visit.tally.vendor_seconds, whole)
    return b"vendor;dur=%.1f, gateway;dur=%.1f" % (vendor * 1000, (whole - vendor) * 1000)

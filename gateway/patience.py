"""`X-Request-Timeout`: how long a caller waits for an answer to begin, which bounds what is asked of vendors for it."""

import re
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import answer
from proxy import tally
from schemas.errors import InvalidRequest

NAME = b"x-request-timeout"
SECONDS = re.compile(rb"\d{1,6}(?:\.\d{1,6})?")


class Patience:
    """Pure ASGI. A time longer than the gateway's own changes nothing; what is no positive number is 400."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = [value for name, value in scope["headers"] if name == NAME] if scope["type"] == "http" else []
        counted = tally.current.get()
        if not given or counted is None:
            await self._app(scope, receive, send)
            return
        seconds = _read(given)
        if not seconds:
            problem = InvalidRequest("X-Request-Timeout must be a positive number of seconds, such as 2.5.")
            await answer(Request(scope), problem)(scope, receive, send)
            return
        counted.until = time.monotonic() + seconds

        async def begun(message: Message) -> None:
            counted.until = None  # a stream lives as long as bytes flow
            await send(message)

        await self._app(scope, receive, begun)


def _read(given: list[bytes]) -> float:
    """Zero where it is no number, or several."""
    return float(given[0]) if len(given) == 1 and SECONDS.fullmatch(given[0]) else 0.0

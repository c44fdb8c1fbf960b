"""Turns requests away while there is too much to do, before those that wait pile up; probes are always answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import answer
from gateway.visit import SERVICE
from schemas.errors import Overloaded

BEAT = 0.05  # seconds between two looks at the event loop
LATE = 0.5  # seconds that a look comes too late where the loop is behind
PATIENCE = 2.0  # seconds that it must be behind without a break; one long piece of work is no overload


class Load:
    """What this process has to do. `lag` is how late the event loop came to its last look, in seconds."""

    def __init__(self, most: int, patience: float = PATIENCE) -> None:
        self._most = most
        self._patience = patience
        self.in_flight = 0
        self.lag = 0.0
        self._behind_since: float | None = None

    def is_too_much(self, now: float) -> bool:
        is_behind = self._behind_since is not None and now - self._behind_since >= self._patience
        return is_behind or self.in_flight >= self._most

    def looked(self, now: float, lag: float) -> None:
        """The event loop has come to a look at `now`, on the steady clock."""
        self.lag = lag
        if lag < LATE:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now


@asynccontextmanager
async def watched(load: Load, observe: Callable[[float], object]) -> AsyncIterator[Load]:
    """Looks at the event loop within this context, and tells `observe` each lag."""
    looking = asyncio.create_task(_look(load, observe))
    try:
        yield load
    finally:
        looking.cancel()


async def _look(load: Load, observe: Callable[[float], object]) -> None:
    while True:
        due = time.monotonic() + BEAT
        await asyncio.sleep(BEAT)
        now = time.monotonic()
        load.looked(now, max(0.0, now - due))
        observe(load.lag)


class Shedding:
    """Pure ASGI, within Front."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in SERVICE:
            await self._app(scope, receive, send)
            return
        load: Load = scope["state"]["load"]
        is_beyond = scope["state"].get("is_beyond", False)  # the server's word on the connection
        if is_beyond or load.is_too_much(time.monotonic()):
            scope["state"]["metrics"].shed.inc()
            await answer(Request(scope), Overloaded())(scope, receive, send)
            return
        load.in_flight += 1
        try:
            await self._app(scope, receive, send)
        finally:
            load.in_flight -= 1

"""Opens what requests need once the database lets it; until then the process lives, and says that it is not ready."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.database import Unavailable
from auth.rounds import passed
from gateway.errors import answer
from gateway.health import CHECKS, healthz, ping, readiness
from gateway.readiness import AWAY, Complaint

PATIENCE = 3.0  # seconds that a start waits for the database before it goes on without
PAUSE = 0.5  # seconds between two attempts

log = logging.getLogger(__name__)

Examine = Callable[[], Awaitable[Complaint | None]]
Open = Callable[[], AbstractAsyncContextManager[dict[str, Any]]]


class Opening:
    """`examine` tells what keeps the database from being used, `open_` opens the state; both may raise Unavailable."""

    def __init__(self, examine: Examine, open_: Open) -> None:
        self._examine, self._open = examine, open_
        self._shared: dict[str, Any] = {}
        self._told: Complaint | None = None

    @property
    def checks(self) -> Mapping[str, str]:
        """What `/readyz` shows until the state is open."""
        complaint = self._told or AWAY
        return {**CHECKS, complaint.part: complaint.state}

    def share(self, state: dict[str, Any]) -> None:
        """The server's own, of which every request gets a copy."""
        self._shared = state

    @asynccontextmanager
    async def run(self) -> AsyncIterator[dict[str, Any]]:
        """Within this context the state is opened, at once or later; any other fault at once ends the start."""
        ended, tried = asyncio.Event(), asyncio.Event()
        self._shared["draining"] = asyncio.Event()
        task = asyncio.create_task(self._run(ended, tried))
        waiting = asyncio.create_task(tried.wait())
        await asyncio.wait({task, waiting}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        task.add_done_callback(_tell)
        try:
            yield {"draining": self._shared["draining"]}
        finally:
            ended.set()
            await asyncio.wait({task})

    async def _run(self, ended: asyncio.Event, tried: asyncio.Event) -> None:
        """One task opens and closes everything."""
        while not ended.is_set():
            async with AsyncExitStack() as stack:
                is_open = await self._try(stack)
                tried.set()
                if is_open:
                    await ended.wait()
            await passed(ended, PAUSE)

    async def _try(self, stack: AsyncExitStack) -> bool:
        try:
            complaint = await self._examine()
            state = {} if complaint else await stack.enter_async_context(self._open())
        except Unavailable:
            complaint = AWAY
        if complaint:
            self._note(complaint)
            return False
        self._shared.update(state, draining=self._shared["draining"])
        return True

    def _note(self, complaint: Complaint) -> None:
        if complaint != self._told:
            self._told = complaint
            log.warning("not ready: %s", complaint.text)


def _tell(task: asyncio.Task[None]) -> None:
    """A fault that comes later than the start; the process stays not ready."""
    if not task.cancelled() and (error := task.exception()):
        log.error("what requests need could not be opened", exc_info=error)


class Waiting:
    """Pure ASGI, outermost: answers for a process whose state is not open yet."""

    def __init__(self, app: ASGIApp, opening: Opening) -> None:
        self._app, self._opening = app, opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._opening.share(scope["state"])
        elif "watch" not in scope["state"]:
            await (await self._answer(Request(scope, receive)))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request.state.request_id = secrets.token_hex(16)
        response = await self._response(request)
        response.headers["x-request-id"] = request.state.request_id
        return response

    async def _response(self, request: Request) -> Response:
        match request.scope["path"]:
            case "/ping":
                return await ping(request)
            case "/healthz":
                return await healthz(request)
            case "/readyz":
                return readiness(request, self._opening.checks)
        return answer(request, Unavailable())

"""Ends a read when its caller hangs up, so that no vendor works for nobody; a write runs on, for its outcome counts."""

import asyncio
from collections.abc import Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.visit import DATA

READS = ("GET", "HEAD")


class Hangup:
    """A connection's own word that its caller is gone; whoever serves a request on it sets `then`.

    The connection takes it back once the answer is complete.
    """

    __slots__ = ("then",)

    def __init__(self) -> None:
        self.then: Callable[[], None] | None = None

    def happen(self) -> None:
        if self.then is not None:
            self.then()


class Leaving:
    """Pure ASGI, outermost. Starlette runs a plain endpoint to its end whether anybody still waits for it or not.

    The request's task is cancelled; what must not be broken off (a token renewal) shields itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in READS and _path(scope).startswith(DATA)
        task = asyncio.current_task()
        if not is_read or task is None:
            await self._app(scope, receive, send)
            return
        hangup: Hangup | None = scope["state"].get("hangup")
        if hangup is None:
            ear: _Ear = _Listening(task, receive, send, has_body=_has_body(scope["headers"]))
        else:
            ear = _Ear(task, receive, send)
            hangup.then = ear.leave
        try:
            await self._app(scope, ear.receive, ear.send)
        except asyncio.CancelledError:
            if not ear.has_cancelled or task.uncancel() > 0:
                raise
        finally:
            ear.close()
            if hangup is not None and hangup.then == ear.leave:  # else the connection serves the next request
                hangup.then = None


class _Ear:
    """Ends the request's task when the caller leaves before its answer is whole."""

    def __init__(self, task: asyncio.Task[object], receive: Receive, send: Send) -> None:
        self._task, self.receive, self.send = task, receive, send
        self.has_cancelled = False

    def leave(self) -> None:
        self.has_cancelled = True
        self._task.cancel()

    def close(self) -> None:
        """The request is over."""


class _Listening(_Ear):
    """Where the server says nothing by itself: listens as soon as nothing else is to be heard from the caller."""

    def __init__(self, task: asyncio.Task[object], receive: Receive, send: Send, *, has_body: bool) -> None:
        super().__init__(task, self._heard, self._said)
        self._receive, self._send = receive, send
        self._is_answered = False
        self._gone = asyncio.Event()
        self._is_unread = not has_body
        self._listening: asyncio.Task[None] | None = None
        if not has_body:
            self._listen()

    async def _heard(self) -> Message:
        if self._is_unread:
            self._is_unread = False
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._listening is None:
            message = await self._receive()
            if not message.get("more_body"):
                self._listen()
            return message
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _said(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._is_answered = True
        await self._send(message)

    def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()

    def _listen(self) -> None:
        self._listening = asyncio.create_task(self._await_leaving())

    async def _await_leaving(self) -> None:
        while (await self._receive())["type"] == "http.request":
            pass
        self._gone.set()
        if not self._is_answered:
            self.leave()


def _path(scope: Scope) -> str:
    """A run of leading slashes is one."""
    path: str = scope["path"]
    return "/" + path.lstrip("/")


def _has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )

"""How the application is served: by uvicorn, on the same terms for development and production."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from gateway.listening import BACKLOG, listen
from gateway.readiness import ready
from gateway.settings import Settings, read_settings
from gateway.telemetry import take_over_logging

DRAIN_SECONDS = 20  # for calls in flight when the process is told to stop
# Longer than proxies in front keep a connection (60 is usual): they must not reuse one that is just being closed.
IDLE_SECONDS = 75
TERMS: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "lifespan": "on",
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
    "backlog": BACKLOG,
    "timeout_keep_alive": IDLE_SECONDS,
    "timeout_graceful_shutdown": DRAIN_SECONDS,
}


def serve(host: str, port: int, workers: int) -> int:
    """The production server, until it is told to stop. Raises BadSettings, or CommandFailed with status 2."""
    settings = read_settings()
    asyncio.run(_check(settings))
    listen(host, port).close()
    take_over_logging(settings.log_level)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it has drained
    uvicorn.run(
        "gateway.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level=settings.log_level,
        **TERMS,
    )
    return 0


def application() -> Starlette:
    """What each worker serves; the process that only minds workers does not load it."""
    from gateway.app import create_app

    settings = read_settings()
    take_over_logging(settings.log_level)
    return create_app(settings)


def _leave(number: int, frame: object) -> None:
    sys.exit(0)


class Server(uvicorn.Server):
    """Runs within another program: says when it answers, and leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


@contextlib.asynccontextmanager
async def serving(app: Starlette, plug: socket.socket, log_level: str) -> AsyncIterator[None]:
    """The application answers on the socket within this context, and has drained after it."""
    take_over_logging(log_level)
    server = Server(uvicorn.Config(app, log_level=log_level, **TERMS))
    running = asyncio.create_task(server.serve([plug]))
    await server.answers.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await running


async def _check(settings: Settings) -> None:
    async with ready(settings):
        pass

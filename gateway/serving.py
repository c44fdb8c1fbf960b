"""How the application is served: by uvicorn, on the same terms for development and production."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from gateway.limits import LIMITS, Limits
from gateway.listening import BACKLOG, listen
from gateway.protocol import Protocol
from gateway.readiness import ready
from gateway.settings import Settings, read_settings
from gateway.telemetry import take_over_logging

TERMS: dict[str, Any] = {
    "loop": "uvloop",
    "ws": "none",
    "lifespan": "on",
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
    "backlog": BACKLOG,
}


def terms(app: Starlette | str, log_level: str, limits: Limits = LIMITS, **more: Any) -> uvicorn.Config:
    """How the application is served. `more` goes to uvicorn."""
    return uvicorn.Config(
        app,
        log_level=log_level,
        http=cast(type[Protocol], partial(Protocol, limits=limits)),
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=limits.drain_seconds,
        **TERMS,
        **more,
    )


def serve(host: str, port: int, workers: int) -> int:
    """The production server, until it is told to stop. Raises BadSettings, or CommandFailed with status 2."""
    settings = read_settings()
    asyncio.run(_check(settings))
    listen(host, port).close()
    take_over_logging(settings.log_level)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it has drained
    config = terms(
        "gateway.serving:application", settings.log_level, factory=True, host=host, port=port, workers=workers
    )
    if workers > 1:
        Workers(config, [config.bind_socket()]).run()
    else:
        uvicorn.Server(config).run()
    return 0


def application() -> Starlette:
    """What each worker serves; the process that only minds workers does not load it."""
    from gateway.app import create_app

    settings = read_settings()
    take_over_logging(settings.log_level)
    return create_app(settings)


def _leave(number: int, frame: object) -> None:
    sys.exit(0)


class Workers(Multiprocess):
    """The processes that serve on one socket, and the one that minds them."""

    def terminate_all(self) -> None:
        super().terminate_all()
        for plug in self.sockets:  # they let go of it as they begin to drain: new callers are refused
            plug.close()


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
async def serving(
    app: Starlette, plug: socket.socket, log_level: str, limits: Limits = LIMITS
) -> AsyncIterator[None]:
    """The application answers on the socket within this context, and has drained after it."""
    take_over_logging(log_level)
    server = Server(terms(app, log_level, limits))
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

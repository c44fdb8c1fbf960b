"""How the application is served: by uvicorn, on the same terms for development and production."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from auth.database import Unavailable
from gateway.descriptors import claim, for_callers
from gateway.failure import CommandFailed
from gateway.governing import warning
from gateway.limits import LIMITS, Limits
from gateway.listening import BACKLOG, listen
from gateway.protocol import Protocol
from gateway.readiness import complaint
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
    "timeout_worker_healthcheck": 30,  # seconds; a worker that starts on a busy machine is not hung
}


def terms(
    app: Starlette | Callable[[], Starlette], log_level: str, limits: Limits = LIMITS, **more: Any
) -> uvicorn.Config:
    """How the application is served. `more` goes to uvicorn."""
    limits = replace(limits, connections=min(limits.connections, for_callers()))
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
    claim()
    asyncio.run(_check(settings))
    listen(host, port).close()
    take_over_logging(settings.log_level)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it has drained
    if words := warning(settings, workers):
        sys.stderr.write(f"koine: {words}\n")
    if workers > 1:
        _serve_several(host, port, workers, settings.log_level)
    else:
        uvicorn.Server(terms(application, settings.log_level, factory=True, host=host, port=port)).run()
    return 0


def _serve_several(host: str, port: int, workers: int, log_level: str) -> None:
    with meeting_place() as folder:
        app = partial(application, Path(folder), workers)
        config = terms(app, log_level, factory=True, host=host, port=port, workers=workers)
        Workers(config, [config.bind_socket()]).run()


def meeting_place() -> "TemporaryDirectory[str]":
    """Where workers meet. Raises CommandFailed, status 2."""
    try:
        return TemporaryDirectory(prefix="koine-")
    except OSError:
        raise CommandFailed(
            "--workers needs a folder for temporary files: let TMPDIR name one that may be written to.", 2
        ) from None


def application(workers_folder: Path | None = None, workers: int = 1) -> Starlette:
    """What each worker serves; the process that only minds workers does not load it."""
    from gateway.app import create_app

    settings = read_settings()
    take_over_logging(settings.log_level)
    return create_app(settings, workers_folder=workers_folder, workers=workers)


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
    """Raises CommandFailed for what only an operator can mend. A database that is away may come."""
    try:
        found = await complaint(settings)
    except Unavailable:
        found = None
    if found:
        raise CommandFailed(found.text, 2)

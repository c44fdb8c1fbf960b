"""What an idle connection costs: nothing of the requests that it brought stays, and once closed nothing of itself."""

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.protocol import Protocol
from gateway.serving import Server, terms

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Trace:
    """Stands for what a request leaves in its scope and in its context."""


TRACE: ContextVar[Trace] = ContextVar("trace")
left: "list[weakref.ref[Trace]]" = []


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": True}


async def ask(request: Request) -> Response:
    trace = request.scope["trace"] = Trace()
    TRACE.set(trace)
    left.append(weakref.ref(trace))
    return Response("ok")


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The port of an application under our server."""

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        yield {"draining": asyncio.Event()}

    with socket.create_server(("127.0.0.1", 0)) as plug:
        server = Server(terms(Starlette(routes=[Route("/", ask)], lifespan=living), "critical"))
        running = asyncio.create_task(server.serve([plug]))
        await server.answers.wait()
        try:
            yield plug.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[None]:
    """A connection that has asked once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
    try:
        yield
    finally:
        writer.close()
        await writer.wait_closed()


def connections() -> int:
    return sum(type(one) is Protocol for one in gc.get_objects())


async def test_an_idle_connection_keeps_nothing_of_its_last_request() -> None:
    async with served() as port, connected(port):
        await asyncio.sleep(0.05)
        gc.collect()
        assert (connections(), left[-1]()) == (1, None)


async def test_a_connection_is_gone_when_it_is_closed_without_the_garbage_collector() -> None:
    async with served() as port:
        gc.collect()
        gc.disable()
        try:
            async with connected(port):
                assert connections() == 1
            await asyncio.sleep(0.05)
            assert connections() == 0
        finally:
            gc.enable()

"""What an idle connection costs: nothing of the requests that it brought stays, and once closed nothing of itself."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.protocol import Protocol
from tests.gateway.around import around

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
    async with around(ask) as port, connected(port):
        await asyncio.sleep(0.05)
        gc.collect()
        assert (connections(), left[-1]()) == (1, None)


async def test_a_connection_is_gone_when_it_is_closed_without_the_garbage_collector() -> None:
    async with around(ask) as port:
        gc.collect()
        gc.disable()
        try:
            async with connected(port):
                assert connections() == 1
            await asyncio.sleep(0.05)
            assert connections() == 0
        finally:
            gc.enable()

"""Our server, in this process, around an endpoint of a test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from gateway.limits import LIMITS, Limits
from gateway.listening import listen
from gateway.serving import Server, terms


@asynccontextmanager
async def around(endpoint: Callable[..., Any], limits: Limits = LIMITS) -> AsyncIterator[int]:
    """The port at which it answers."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, asyncio.Event]]:
        yield {"draining": asyncio.Event()}

    app = Starlette(routes=[Route("/", endpoint)], lifespan=lifespan)
    plug = listen("127.0.0.1", 0)
    server = Server(terms(app, "warning", limits))
    running = asyncio.create_task(server.serve([plug]))
    await server.answers.wait()
    try:
        yield plug.getsockname()[1]
    finally:
        server.should_exit = True
        await running

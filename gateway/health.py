"""Service endpoints: is the process alive, is it ready."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import json_response
from auth.database import Unavailable

PATIENCE = 2.0  # seconds after which a database that has not answered a probe counts as away
CHECKS: Mapping[str, str] = {"database": "ok", "redis": "not_configured", "keys": "ok"}


async def ping(request: Request) -> Response:
    return json_response({"result": "pong"})


async def healthz(request: Request) -> Response:
    """200 while the process serves."""
    return json_response({"status": "ok"})


async def readyz(request: Request) -> Response:
    """503 while the database can't be reached or takes no writes, or the process shuts down: send calls elsewhere.

    The keys were opened at start, or nothing would serve. Without Redis calls go on at this worker's share.
    """
    found = {"database": await _database(request), "redis": request.state.governor.redis}
    return readiness(request, {**CHECKS, **found})


def readiness(request: Request, checks: Mapping[str, str]) -> Response:
    """`checks` as they are shown; without Redis a process serves on."""
    is_ready = all(found == "ok" for part, found in checks.items() if part != "redis")
    status = "ready" if is_ready else "not_ready"
    if request.state.draining.is_set():
        status = "shutting_down"
    return json_response({"status": status, "checks": dict(checks)}, 200 if status == "ready" else 503)


async def _database(request: Request) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await request.state.database.look()
    except (Unavailable, TimeoutError):
        return "unreachable"
    return "ok"


ROUTES = [Route("/ping", ping), Route("/healthz", healthz), Route("/readyz", readyz)]

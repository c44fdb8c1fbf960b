"""Service endpoints: is the process alive, is it ready."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import json_response
from auth.database import Unavailable


async def ping(request: Request) -> Response:
    return json_response({"result": "pong"})


async def healthz(request: Request) -> Response:
    """200 while the process serves."""
    return json_response({"status": "ok"})


async def readyz(request: Request) -> Response:
    """503 while the database can't be reached or the process is shutting down: send calls elsewhere.

    The keys were opened at start, or nothing would serve.
    """
    checks = {"database": "ok", "redis": "not_configured", "keys": "ok"}
    try:
        await request.state.database.ping()
    except Unavailable:
        checks["database"] = "unreachable"
    status = "ready" if checks["database"] == "ok" else "not_ready"
    if request.state.draining.is_set():
        status = "shutting_down"
    return json_response({"status": status, "checks": checks}, 200 if status == "ready" else 503)


ROUTES = [Route("/ping", ping), Route("/healthz", healthz), Route("/readyz", readyz)]

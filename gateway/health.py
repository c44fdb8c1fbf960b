"""Service endpoints: is the process alive, is it ready."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import json_response
from auth.database import Database, Unavailable


async def ping(request: Request) -> Response:
    return json_response({"result": "pong"})


async def healthz(request: Request) -> Response:
    """200 while the process serves."""
    return json_response({"status": "ok"})


async def readyz(request: Request) -> Response:
    """503 while the database can't be reached; the keys were opened at start, or nothing would serve."""
    database: Database = request.state.database
    try:
        await database.ping()
    except Unavailable:
        return json_response({"checks": {"database": "unreachable", "keys": "ok"}}, 503)
    return json_response({"checks": {"database": "ok", "keys": "ok"}})


ROUTES = [Route("/ping", ping), Route("/healthz", healthz), Route("/readyz", readyz)]

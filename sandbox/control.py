"""The control API of a stand-in, the same for every provider: figures, log, faults, rows, clock; loopback only."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Protocol

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.pages import foreign
from sandbox.traffic import Traffic

Endpoint = Callable[[Request], Awaitable[Response]]

ROOT = "/_sandbox"
IN_PROCESS = ("testclient", "testserver")


class Rows(Protocol):
    """A provider's records as the control API changes them, past all its rules. Unknown names raise KeyError."""

    def ids(self, collection: str) -> list[int]: ...

    def insert(self, collection: str, values: Mapping[str, Any]) -> int: ...

    def change(self, collection: str, id_: int, values: Mapping[str, Any]) -> None: ...

    def remove(self, collection: str, id_: int) -> None: ...


class Grants(Protocol):
    """What people consented to, as far as the control API shows and ends it."""

    def shown(self) -> list[dict[str, Any]]: ...

    def revoke(self, id_: str | None = None) -> int: ...

    def figures(self) -> dict[str, int]: ...

    def reset(self) -> None: ...


class Counters(Protocol):
    """Further figures of a provider."""

    def figures(self) -> dict[str, Any]: ...

    def reset(self) -> None: ...


@dataclass(frozen=True)
class Control:
    """What the control API works on."""

    clock: Clock
    traffic: Traffic
    faults: Faults
    rows: Rows
    grants: Grants
    further: tuple[Counters, ...] = ()

    def routes(self) -> list[Route]:
        """Routes under /_sandbox."""
        return [
            loopback_route("/stats", self.stats, "GET"),
            loopback_route("/stats/reset", self.reset, "POST"),
            loopback_route("/log", self.log, "GET"),
            loopback_route("/faults", self.list_faults, "GET"),
            loopback_route("/faults", self.add_fault, "POST"),
            loopback_route("/faults", self.clear_faults, "DELETE"),
            loopback_route("/rows/{collection}", self.list_rows, "GET"),
            loopback_route("/rows/{collection}", self.insert_row, "POST"),
            loopback_route("/rows/{collection}/{id:int}", self.change_row, "PATCH"),
            loopback_route("/rows/{collection}/{id:int}", self.remove_row, "DELETE"),
            loopback_route("/grants", self.list_grants, "GET"),
            loopback_route("/grants", self.revoke_all, "DELETE"),
            loopback_route("/grants/{id}", self.revoke, "DELETE"),
            loopback_route("/clock", self.read_clock, "GET"),
            loopback_route("/clock", self.advance, "POST"),
        ]

    def figures(self) -> dict[str, Any]:
        """All counters by name."""
        counted = {name: figure for one in self.further for name, figure in one.figures().items()}
        return {**self.traffic.stats(), **self.grants.figures(), **counted}

    def forget(self) -> None:
        """Counters and log start anew."""
        self.traffic.reset()
        self.grants.reset()
        for one in self.further:
            one.reset()

    def time(self) -> str:
        """The stand-in's clock in words."""
        return datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    async def stats(self, request: Request) -> Response:
        return _json(self.figures())

    async def reset(self, request: Request) -> Response:
        self.forget()
        return _json({})

    async def log(self, request: Request) -> Response:
        limit = int(request.query_params.get("limit", "100"))
        return _json({"requests": [one.shown() for one in list(self.traffic.log)[-limit:]]})

    async def list_faults(self, request: Request) -> Response:
        return _json({"faults": [one.shown() for one in self.faults.rules]})

    async def add_fault(self, request: Request) -> Response:
        try:
            fault = self.faults.add(await _object(request))
        except (ValueError, TypeError) as error:
            raise HTTPException(400, str(error)) from error
        return _json(fault.shown(), 201)

    async def clear_faults(self, request: Request) -> Response:
        self.faults.clear()
        return _json({})

    async def list_rows(self, request: Request) -> Response:
        try:
            return _json({"ids": self.rows.ids(request.path_params["collection"])})
        except KeyError as error:
            raise HTTPException(404, "no such collection") from error

    async def insert_row(self, request: Request) -> Response:
        try:
            id_ = self.rows.insert(request.path_params["collection"], await _object(request))
        except KeyError as error:
            raise HTTPException(404, "no such collection") from error
        return _json({"id": id_}, 201)

    async def change_row(self, request: Request) -> Response:
        try:
            self.rows.change(
                request.path_params["collection"], request.path_params["id"], await _object(request)
            )
        except KeyError as error:
            raise HTTPException(404, "no such row") from error
        return _json({"id": request.path_params["id"]})

    async def remove_row(self, request: Request) -> Response:
        try:
            self.rows.remove(request.path_params["collection"], request.path_params["id"])
        except KeyError as error:
            raise HTTPException(404, "no such row") from error
        return _json({})

    async def list_grants(self, request: Request) -> Response:
        return _json({"grants": self.grants.shown()})

    async def revoke_all(self, request: Request) -> Response:
        return _json({"revoked": self.grants.revoke()})

    async def revoke(self, request: Request) -> Response:
        try:
            return _json({"revoked": self.grants.revoke(request.path_params["id"])})
        except KeyError as error:
            raise HTTPException(404, "no such grant") from error

    async def read_clock(self, request: Request) -> Response:
        return _json({"now": self.clock.now()})

    async def advance(self, request: Request) -> Response:
        given = await _object(request)
        try:
            seconds = float(given.get("advance_seconds", 0))
        except (TypeError, ValueError) as error:
            raise HTTPException(400, "advance_seconds is a number") from error
        self.clock.advance(seconds)
        return _json({"now": self.clock.now()})


class LoopbackOnly:
    """An endpoint that refuses callers from other machines, and what pages of other sites send in a browser here.

    A call in process has no address and passes.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client, request = scope.get("client"), Request(scope, receive, send)
        if client and client[0] not in IN_PROCESS and not ip_address(client[0]).is_loopback:
            response = Response("loopback only", 403)
        elif request.method != "GET" and foreign(request):
            response = Response("not from other sites", 403)
        else:
            response = await self.endpoint(request)
        await response(scope, receive, send)


def loopback_route(path: str, endpoint: Endpoint, method: str) -> Route:
    """A route under the root of the control API, which takes calls of this machine alone."""
    return Route(f"{ROOT}{path}", LoopbackOnly(endpoint), methods=[method])


async def _object(request: Request) -> dict[str, Any]:
    try:
        given = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, "the body is not JSON") from error
    if not isinstance(given, dict):
        raise HTTPException(400, "the body is not an object")
    return given


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")

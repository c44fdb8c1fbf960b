"""The front of /api: format, rate, caller, scope, then the endpoint that a path and a verb name."""

import re
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sandbox.coupa import bulk, carts, files, graphql, nested, reading, scans, writing
from sandbox.coupa.access import caller_of, check_scope, faults_of
from sandbox.coupa.actions import CREATIONS
from sandbox.coupa.answers import JSON, XML, Refusal, accepted, answer, not_found
from sandbox.coupa.call import Call
from sandbox.coupa.drift import drifted
from sandbox.coupa.nested import NESTED
from sandbox.coupa.query import parse
from sandbox.coupa.schema import COLLECTIONS, LETTERS, Kind
from sandbox.coupa.store import Record
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.throttle import throttled

PIECE = 65536
ON_COLLECTION, ON_RECORD = ("GET", "POST"), ("GET", "PUT", "PATCH", "DELETE")
ALIASES = {"inventory_transactions": "receiving_transactions"}


class Api:
    """The interface of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    async def __call__(self, request: Request) -> Response:
        refused = await throttled(self.tenant)
        if refused:
            return refused
        faults = faults_of(request)
        format_ = XML if "xml" in faults else accepted(request, self.tenant.switches)
        if format_ is None:
            return Refusal(406, "request", "Not acceptable").response(JSON)
        try:
            response = await self._served(request, format_)
        except Refusal as refusal:
            return refusal.response(format_)
        if "drift" in faults and format_ == JSON and response.status_code < 300 and response.body:
            response = Response(
                drifted(bytes(response.body)), response.status_code, media_type=response.media_type
            )
        return _in_pieces(response)

    async def _served(self, request: Request, format_: str) -> Response:
        caller = caller_of(self.tenant, request)
        if (
            request.path_params["path"] == "graphql"
            and request.method == "POST"
            and self.tenant.switches.graphql
        ):
            return graphql.answered(self.tenant, caller, await request.body())
        words = [word for word in request.path_params["path"].split("/") if word]
        kind = COLLECTIONS.get(ALIASES.get(words[0], words[0])) if words else None
        if kind is None:
            raise not_found("path")
        query = parse(request.scope["query_string"], self.tenant.switches)
        call = Call(self.tenant, caller, kind, request, query, format_, faults_of(request))
        return await self._dispatched(call, kind, words[1:])

    async def _dispatched(self, call: Call, kind: Kind, rest: list[str]) -> Response:
        method = call.request.method
        number = re.match(r"[0-9]{1,18}", rest[0]) if rest else None
        word = "/".join(rest) if rest and not number else "/".join(rest[1:2])
        check_scope(call.caller, kind, method, word, call.faults)
        if method == "PATCH" and self.tenant.switches.patch == "404":
            raise not_found("path")
        record = self.tenant.store.get(kind.name, int(number[0])) if number else None
        if number and len(rest) > 1:
            return await self._below(call, record, rest[1:])
        if rest and not number:
            return await self._named(call, "/".join(rest))
        offered = ON_RECORD if number else ON_COLLECTION
        if method not in offered or LETTERS[method] not in kind.verbs:
            raise Refusal(405, "request", f"{method} is not offered for {kind.path}")
        if number is None:
            return reading.collection(call) if method == "GET" else await self._made(call)
        if method == "GET":
            return reading.record(call, _visible(record))
        if method == "DELETE":
            return writing.delete(call, _visible(record))
        return await writing.update(call, _visible(record))

    async def _made(self, call: Call) -> Response:
        if bulk.wanted(call):
            return await bulk.write(call)
        if call.kind.name == "attachment":
            return await files.attach(call, {})
        answer = await writing.create(call)
        return (
            old_address(answer)
            if call.kind.name == "address" and self.tenant.switches.old_address_answer
            else answer
        )

    async def _below(self, call: Call, record: Record | None, rest: list[str]) -> Response:
        below = NESTED.get((call.kind.name, rest[0]))
        if below:
            if record is None:
                raise not_found(call.kind.model)
            return await nested.serve(call, record, below, rest[1:])
        if (call.request.method, call.kind.name, rest) == ("GET", "attachment", ["download"]):
            return files.download(call, record)
        if len(rest) == 1 and (call.request.method, call.kind.name, rest[0]) in scans.ENDPOINTS:
            return await scans.serve(call, record, rest[0])
        if call.request.method in ("PUT", "PATCH") and len(rest) == 1:
            return await writing.act(call, record, rest[0])
        raise not_found("path")

    async def _named(self, call: Call, word: str) -> Response:
        """Words below a collection: creations that go on at once, and lists of the caller's own."""
        if call.request.method == "POST" and (call.kind.name, word) in CREATIONS:
            return await writing.create(call, word)
        if call.kind.name == "requisition" and (call.request.method, word) in carts.ENDPOINTS:
            return await carts.serve(call, word)
        if call.request.method == "GET" and (call.kind.name, word) == ("requisition", "mine"):
            found = self.tenant.store.where("requisition", "requested-by", call.caller.user)
            return reading.collection(call, within=[one["id"] for one in found])
        raise not_found("path")


def _visible(record: Record | None) -> Record | None:
    return None if record is None or "~deleted" in record else record


def old_address(response: Response) -> Response:
    """An old page has new addresses with underscores, the country as text."""
    found = orjson.loads(bytes(response.body))
    found["country"] = (found.get("country") or {}).get("name")
    return answer(
        orjson.dumps({key.replace("-", "_"): value for key, value in found.items()}),
        JSON,
        response.status_code,
    )


def _in_pieces(response: Response) -> Response:
    """Long answers of the interface travel in chunks, without a length."""
    body = bytes(response.body)
    if len(body) <= PIECE:
        return response

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(body), PIECE):
            yield body[place : place + PIECE]

    return StreamingResponse(pieces(), response.status_code, media_type=response.media_type)

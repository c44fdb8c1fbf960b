"""One call of a batch: a request like any other, made in this process and answered by the endpoint it is for."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson
from starlette.requests import Request
from starlette.routing import Router
from starlette.types import Message, Receive, Scope

from auth.connections import Connection
from proxy import tally
from proxy.turns import Urgency
from schemas.errors import Problem, RemoteProblem, TooLarge, UnsupportedMedia
from unified.batch.form import Entry

MOST_SENT = 10 * 1024 * 1024  # bytes of one call's body
NDJSON = "application/x-ndjson"
SAFE = "/%:@!$&'()*+,;=~-._"
VERBS = {"list": "GET", "get": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
OF_VENDORS = {**VERBS, "update": "PUT"}  # on a vendor's own path


@dataclass(frozen=True)
class Call:
    """What an entry asks for, its templates filled in. `key`: an idempotency key, for a write of a keyed batch."""

    verb: str
    path: str
    query: Sequence[tuple[str, str]]
    body: Any = field(default=None, repr=False)
    crawls: bool = False
    key: str = ""


class Enough(Exception):
    """The batch takes no more records."""


@dataclass
class Allowance:
    """How much a batch may still take in, in records and bytes."""

    records: int
    bytes: int

    @property
    def is_spent(self) -> bool:
        return self.records < 1

    def take(self, size: int, *, is_due: bool) -> None:
        """Raises `Enough`, but never for what `is_due`: the answer to a write that is done."""
        if not is_due and (self.is_spent or self.bytes < size):
            raise Enough
        self.records -= 1
        self.bytes -= size


def call_of(
    entry: Entry, connection: Connection, id_: str | None, query: Mapping[str, Any], body: Any
) -> Call:
    """`id_`, `query` and `body` are the entry's, filled in."""
    pairs = [("integrated_account_id", connection.account_id), *_pairs(query)]
    if entry.is_unified:
        if entry.response_format == "raw":
            pairs.append(("truto_response_format", "raw"))
        place = id_ if entry.method in VERBS else entry.method
        named = body if entry.method in VERBS or id_ is None else {"id": id_, **(body or {})}
        path = f"/unified/{_quoted(entry.resource)}" + (f"/{quote(place, safe='')}" if place else "")
        return Call(VERBS.get(entry.method, "POST"), path, pairs, named, entry.is_list)
    verb = OF_VENDORS.get(entry.method, entry.method)
    path = f"/{_quoted(entry.resource.lstrip('/'))}" + (f"/{quote(id_, safe='')}" if id_ else "")
    crawls = verb == "GET" and unquote(path) in connection.provider.collections
    return Call(verb, f"/custom{path}", pairs, body, crawls)


async def records_of(
    call: Call, outer: Request, routes: Router, allowance: Allowance, found: list[Any]
) -> None:
    """Adds what the call is answered with to `found`. Raises the `Problem` that it ends in, and `Enough`."""
    collector = Collector(call, allowance, found)
    body = _bytes(call)
    outside, counted = tally.current.get(), tally.Tally(urgency=Urgency.PATIENT)
    counted.until = outside.until if outside else None
    token = tally.current.set(counted)
    try:
        await routes(_scope(call, outer, len(body)), _receive(body), collector.send)
    finally:
        tally.current.reset(token)
        if outside is not None:
            outside.calls += counted.calls
            outside.vendor_seconds += counted.vendor_seconds
            outside.figures = counted.figures or outside.figures
    collector.end()


class Collector:
    """Takes an answer in: lines of a crawl one by one, any other as a whole."""

    def __init__(self, call: Call, allowance: Allowance, found: list[Any]) -> None:
        self._allowance, self._found = allowance, found
        self._is_crawl, self._is_write = call.crawls, call.verb != "GET"
        self._held = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._is_whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._headers = dict(message.get("headers", ()))
            return
        self._held += message.get("body", b"")
        if self._is_crawl:
            await self._read_lines()
        elif not self._is_write and len(self._held) > self._allowance.bytes:
            raise Enough

    def end(self) -> None:
        """What the whole answer holds. Raises `Problem` for one that is no success, or cut off."""
        if self._is_crawl:
            if not self._is_whole:
                raise RemoteProblem("The list was cut off.", status=502, reason="vendor_invalid_response")
            return
        value = self._parsed()
        for record in _records(value):
            self._take(record, len(self._held))
            self._held.clear()  # its bytes count once

    async def _read_lines(self) -> None:
        *lines, rest = bytes(self._held).split(b"\n")
        self._held = bytearray(rest)
        for line in lines:
            self._read_line(line)
        await asyncio.sleep(0)

    def _read_line(self, line: bytes) -> None:
        if line.startswith(b'{"_end":'):
            self._is_whole = True
        elif line.startswith(b'{"_error":'):
            raise problem_in(orjson.loads(line)["_error"])
        else:
            self._take(orjson.loads(line), len(line))

    def _take(self, record: Any, size: int) -> None:
        self._allowance.take(size, is_due=self._is_write)
        self._found.append(record)

    def _parsed(self) -> Any:
        kind = self._headers.get(b"content-type", b"").split(b";")[0].strip()
        if not self._held:
            return None
        if kind != b"application/json" and not kind.endswith(b"+json"):
            raise UnsupportedMedia("The answer is no JSON: a batch holds JSON alone.")
        return orjson.loads(self._held)


def problem_in(body: Mapping[str, Any]) -> Problem:
    """The problem that an error's envelope tells of."""
    details = dict(body.get("details") or {})
    reason = details.pop("reason", None)
    if body.get("truto_is_remote_error"):
        return RemoteProblem(
            body["message"],
            status=body["statusCode"],
            raw=body.get("raw_response"),
            insight=body.get("truto_error_insight"),
            reason=reason,
            **details,
        )
    return Problem(body["message"], status=body["statusCode"], reason=reason, **details)


def with_key(call: Call, key: str) -> Call:
    return replace(call, key=key) if call.verb != "GET" else call


def _records(value: Any) -> Iterator[Any]:
    """Several from a list, one from anything else; of the forms around them none."""
    inner = value["result"] if isinstance(value, dict) and "result" in value else value
    yield from inner if isinstance(inner, list) else [inner]


def _pairs(query: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """A query's objects and lists in brackets; null leaves a parameter out."""
    for name, value in query.items():
        key = f"{above}[{name}]" if above else name
        if isinstance(value, dict):
            yield from _pairs(value, key)
        elif isinstance(value, list):
            yield from ((f"{key}[]", _text(each)) for each in value)
        elif value is not None:
            yield key, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _quoted(path: str) -> str:
    return quote(path, safe=SAFE)


def _scope(call: Call, outer: Request, length: int) -> Scope:
    headers = [
        (b"authorization", outer.headers["authorization"].encode("latin-1")),
        (b"accept", NDJSON.encode() if call.crawls else b"application/json"),
    ]
    if call.body is not None:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", b"%d" % length))
    if call.key:
        headers.append((b"idempotency-key", call.key.encode()))
    return {
        **{
            name: outer.scope[name]
            for name in ("http_version", "scheme", "client", "server")
            if name in outer.scope
        },
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": call.verb,
        "path": unquote(call.path),
        "raw_path": call.path.encode(),
        "query_string": urlencode(call.query, quote_via=quote, safe="[]").encode(),
        "root_path": "",
        "headers": headers,
        "state": dict(outer.scope["state"]),
    }


def _bytes(call: Call) -> bytes:
    body = b"" if call.body is None else orjson.dumps(call.body)
    if len(body) > MOST_SENT:
        raise TooLarge(f"The body of a call grows beyond {MOST_SENT} bytes.")
    return body


def _receive(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive

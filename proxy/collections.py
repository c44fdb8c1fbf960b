"""Declared collections by passthrough: pages in one envelope with cursors and crawls, their records untouched."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

import httpx
import orjson

from auth.connections import Connections
from providers.paging import Params, Position
from providers.resource import Resource, Source
from proxy.ahead import following
from proxy.answer import Answer, not_understood
from proxy.book import Leaf
from proxy.crawl import wants_crawl
from proxy.cursors import Cursors, Place, binding, check_rising
from proxy.headers import BODY, accepts_json, is_json, readable, value_of, without
from proxy.pages import DEFAULT_LIMIT, read_limit
from proxy.passthrough import Passthrough
from proxy.pipe import Pipe, whole_answer
from proxy.query import Asked
from proxy.records import BOM, Keys, NoList, cut, key_of, on_one_line
from proxy.refusals import refuse
from schemas.errors import InvalidRequest, VendorTrouble

BREATH = 1024 * 1024  # bytes of records after which other tasks have their turn
NOTHING = httpx.ByteStream(b"")


@dataclass(frozen=True)
class Page:
    """An answer, and what was found in it: None where it is no list of records. `after`: the place behind them."""

    answer: Answer
    records: list[bytes] | None
    after: Place | None = None


@dataclass(frozen=True)
class Unread:
    """An answer that is not a page, with its body still to come."""

    request: httpx.Request
    response: httpx.Response


def declared(call: Passthrough) -> tuple[Resource, Source] | None:
    """What the provider declares of the collection that a call lists, if it is to be answered in the envelope."""
    if call.method != "GET" or call.asked.is_raw:
        return None
    found = call.connection.provider.collections.get("/" + unquote(call.path.decode()))
    if found is None or not (accepts_json(call.headers) or crawls(call)):
        return None
    return found


def crawls(call: Passthrough) -> bool:
    """Whether the caller wants the whole collection."""
    return wants_crawl(value_of(call.headers, b"accept").decode("latin-1"))


class Collection:
    """One question about a declared collection: gives pages.

    `room` is bound into its cursors. A page is asked for by keyset. It is by offset where the caller's own query sets
    the vendor's order or offset, and from the first page on where records come without the key.
    """

    def __init__(
        self,
        call: Passthrough,
        resource: Resource,
        source: Source,
        *,
        pipe: Pipe,
        connections: Connections,
        cursors: Cursors,
        room: bytes,
    ) -> None:
        self._call, self._resource, self._source = call, resource, source
        self._pipe, self._connections, self._cursors = pipe, connections, cursors
        asked = call.asked
        self._crawls = crawls(call)
        self._limit = _limit(asked, resource, default=resource.crawl_page if self._crawls else None)
        self._ordered = _orders(asked, resource)
        self._first = _offset(asked, resource) if self._ordered else None
        vendors = asked.without({"limit", "next_cursor"}).decode()
        self._bind = binding(call.connection.account_id, room.decode(), source.path, vendors)
        self._headers = _headers(call)

    def start(self) -> Place:
        """Where the caller's cursor points, or the beginning."""
        cursor = self._call.asked.one("next_cursor")
        return self._cursors.open(cursor, self._bind) if cursor else Place(0, self._first)

    def seal(self, place: Place | None) -> str | None:
        return self._cursors.seal(place, self._bind) if place else None

    async def page(self, place: Place) -> Page | Unread:
        """What the vendor answers for the page at a place."""
        request = self._call.request(NOTHING, self._query(place.after), self._headers)
        response = await self._pipe.send(self._call.connection, request)
        if not (response.is_success and is_json(_lower(response.headers.raw))):
            return Unread(request, response)
        answer = await whole_answer(self._call.connection, request, response)
        records = await _records(answer.body)
        if records is None:
            return Page(answer, None)
        following = self._following(place.after, records)
        return Page(answer, records, None if following is None else Place(0, following))

    async def leaf(self, place: Place) -> Leaf:
        """A page of a crawl. Raises `RemoteProblem` for whatever is none."""
        found = await self.page(place)
        connection, scopes = self._call.connection, self._source.scopes
        if isinstance(found, Unread):
            answer = await whole_answer(connection, found.request, found.response)
            if answer.is_success:
                raise not_understood(answer, "no list of records")
            raise await refuse(self._connections, connection, answer, scopes)
        if found.records is None:
            raise not_understood(found.answer, "no list of records")
        lines = list(map(on_one_line, found.records))
        by_numbers = self.goes_by_numbers(place)
        return Leaf(lines, found.after, Keys(lines, self._resource.keyset.key) if by_numbers else ())

    def beyond(self, place: Place) -> Place | None:
        """What follows a place, where that is known before its page is read."""
        paging = self._resource.offset if self._by_count(place.after) else self._resource.keyset
        return following(paging, self._limit, place)

    def goes_by_numbers(self, place: Place | None) -> bool:
        """Whether pages from a place on go by a key that is a number, and may start behind any."""
        return self._resource.keyset.numbers and not self._by_count(place and place.after)

    def envelope(self, page: Page, records: list[bytes]) -> bytes:
        """The list answer, with the vendor's array in it as it came."""
        array = page.answer.body.removeprefix(BOM).strip(b" \t\r\n")
        rest = orjson.dumps(
            {"next_cursor": self.seal(page.after), "prev_cursor": None, "result_count": len(records)}
        )
        return b'{"result":%s,%s' % (array, rest[1:])

    def _query(self, after: Position) -> bytes:
        params = self._ask(after)
        taken = {_plain(name) for name, _ in params}
        gone = {name for name in self._call.asked.names() if _plain(name) in taken}
        kept = self._call.asked.without({"limit", "next_cursor", *gone})
        return b"&".join(filter(None, (kept, urlencode(params, quote_via=quote).encode())))

    def _ask(self, after: Position) -> Params:
        keyset, offset = self._resource.keyset, self._resource.offset
        if self._ordered:
            return offset.ask(self._limit, after)
        if isinstance(after, int):
            return (*keyset.order, *offset.ask(self._limit, after))
        return keyset.ask(self._limit, after)

    def _following(self, after: Position, records: list[bytes]) -> Position:
        keyset, offset = self._resource.keyset, self._resource.offset
        if self._by_count(after):
            return offset.next(self._limit, after, [{}] * len(records))
        if not records:
            return None
        first, last = key_of(records[0], keyset.key), key_of(records[-1], keyset.key)
        if first is None or last is None:
            return self._without_keys(after, len(records))
        check_rising(keyset, after, [{keyset.key: key} for key in dict.fromkeys((first, last))])
        return keyset.next(self._limit, after, [{keyset.key: last}] * len(records))

    def _by_count(self, after: Position) -> bool:
        return self._ordered or isinstance(after, int)

    def _without_keys(self, after: Position, count: int) -> Position:
        if after is not None:
            raise VendorTrouble(
                f"The vendor gives records without {self._resource.keyset.key!r} in the middle of the list.",
                reason="vendor_invalid_response",
            )
        return self._resource.offset.next(self._limit, None, [{}] * count)


async def _records(body: bytes) -> list[bytes] | None:
    """The records of an array; None where the body is none."""
    found: list[bytes] = []
    unrested = 0
    try:
        for record in cut(body):
            found.append(record)
            unrested += len(record)
            if unrested > BREATH:
                unrested = 0
                await asyncio.sleep(0)
    except NoList:
        return None
    return found


def _headers(call: Passthrough) -> list[tuple[bytes, bytes]]:
    """Asks for JSON, in an encoding that can be undone, and sends no body."""
    headers = readable(without(call.headers, BODY))
    if not crawls(call):
        return headers
    defaults = {name.encode(): value.encode() for name, value in call.connection.provider.headers}
    accept = defaults.get(b"accept", b"application/json")
    return [*without(headers, {b"accept"}), (b"accept", accept)]


def _limit(asked: Asked, resource: Resource, default: int | None) -> int:
    most = resource.keyset.most
    given = asked.one("limit")
    limit = min(default or DEFAULT_LIMIT, most) if given is None else read_limit(given, most)
    return most if asked.whole_pages else limit


def _orders(asked: Asked, resource: Resource) -> bool:
    """Whether the caller's own query sets the vendor's order or offset."""
    reserved = {_plain(name) for name, _ in resource.keyset.order} | {_plain(resource.offset.start)}
    return any(_plain(name) in reserved for name in asked.names())


def _offset(asked: Asked, resource: Resource) -> int:
    given = asked.one(resource.offset.start)
    if not given:
        return 0
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise InvalidRequest.about(resource.offset.start, "takes a whole number of at least 0")
    return int(given)


def _plain(name: str) -> str:
    """Vendors read both spellings of a name."""
    return name.lower().replace("-", "_")


def _lower(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers]

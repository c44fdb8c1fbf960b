"""Lists: one page of unified records with the cursor of the next, from one or several vendor collections."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from auth.connections import Connection
from providers.overrides.override import Faults
from providers.paging import Keyset, Position
from providers.resource import Params, Resource
from proxy.ahead import following
from proxy.answer import Answer, Call
from proxy.book import Leaf
from proxy.cursors import Cursors, Place, binding, check_rising, rank
from proxy.pages import DEFAULT_LIMIT
from schemas.errors import InvalidRequest, VendorTrouble
from schemas.unified import UnifiedResource
from unified.question import Flags, ListQuestion
from unified.reader import Reader
from unified.rows import Row, Rows, behind
from unified.target import Target

TURN = 0.005  # seconds of mapping after which others get theirs
MOST_EMPTY = 200  # vendor pages in a row without a record that belongs to the resource


@dataclass(frozen=True)
class Page:
    """Mapped (or raw) records, and the place behind them, None at the end.

    `rows`: what they were made of. `answer`: the vendor's last, if any. `faults`: fields that an override could not
    give on some record.
    """

    records: list[dict[str, Any]]
    after: Place | None = None
    partial: bool = False
    answer: Answer | None = None
    faults: Faults = field(default_factory=dict)
    rows: Sequence[Row] = ()


class Listing:
    """One list question about one connection: gives pages."""

    def __init__(
        self,
        reader: Reader,
        cursors: Cursors,
        connection: Connection,
        unified: UnifiedResource,
        resource: Resource,
        question: ListQuestion,
    ) -> None:
        self._reader, self._cursors = reader, cursors
        self._resource, self._question = resource, question
        self._targets = [Target(connection, resource, source) for source in resource.sources]
        self._bind = binding(connection.account_id, unified.key, question.bound)
        self.limit = question.limit or DEFAULT_LIMIT
        order = question.order
        self._paging = resource.paging(order.attribute, order.direction) if order else resource.keyset

    def start(self) -> Place:
        """Where the question's cursor points, or the beginning."""
        cursor = self._question.cursor
        place = self._cursors.open(cursor, self._bind) if cursor else Place(0, None)
        return self._offered(place)

    async def leaf(self, place: Place) -> Leaf:
        """One page of the vendor's, though it may have no record that belongs here."""
        page = await self._page(place)
        lines = [orjson.dumps(record) + b"\n" for record in page.records]
        by_numbers = self.goes_by_numbers(place)
        keys = [rank(row[self._resource.keyset.key]) for row in page.rows] if by_numbers else ()
        return Leaf(lines, page.after, keys)

    def beyond(self, place: Place) -> Place | None:
        """What follows a place, where that is known before its page is read."""
        return following(self._paging, self.limit, place)

    def goes_by_numbers(self, place: Place | None) -> bool:
        """Whether pages from a place on go by a key that is a number, and may start behind any."""
        return isinstance(self._paging, Keyset) and self._paging.numbers

    def seal(self, place: Place | None) -> str | None:
        return self._cursors.seal(place, self._bind) if place else None

    def call(self, place: Place) -> Call:
        """The vendor call for the page at a place."""
        return self._targets[place.source].list_call(self._params(place.after), self._question.flags.lean)

    async def page(self, place: Place) -> Page:
        """The next page that has records, or the empty last one."""
        for _ in range(MOST_EMPTY):
            page = await self._page(place)
            if page.records or page.after is None:
                return page
            place = page.after
        raise VendorTrouble(
            "The vendor has too many records in a row that do not belong here: narrow the list by a filter.",
            reason="vendor_timeout",
            status=504,
        )

    async def _page(self, place: Place) -> Page:
        if self._question.narrowing.nothing:
            return Page([])
        found, after = await self._vendor_page(place)
        kept = self._kept(place, found)
        records, faults = await self._records(place, found, kept)
        return Page(records, after, self._partial(place, found), found.answer, faults, kept)

    async def _vendor_page(self, place: Place) -> tuple[Rows, Place | None]:
        found = await self._reader.rows(self._targets[place.source], self.call(place))
        check_rising(self._paging, place.after, found.rows)
        statement = self._resource.sources[place.source].statement
        language = statement.language if statement else None
        after = behind(self._paging, self.limit, place.after, found.rows, found.answer, language)
        if after is not None:
            return found, Place(place.source, after)
        later = [index for index in self._sources() if index > place.source]
        return found, Place(later[0], None) if later else None

    def _sources(self) -> list[int]:
        narrowing = self._question.narrowing
        paths = narrowing.paths
        sources = enumerate(self._resource.sources)
        return [
            place
            for place, source in sources
            if source.apart == narrowing.apart and (paths is None or source.path in paths)
        ]

    def _offered(self, place: Place) -> Place:
        return (
            place
            if place.source in self._sources() or self._question.narrowing.nothing
            else Place(self._sources()[0], None)
        )

    def _params(self, after: Position) -> Params:
        question = self._question
        remote = {name for name, _ in question.remote}
        kept = tuple(pair for pair in question.narrowing.params if pair[0] not in remote)
        order: Params = ()
        if question.order and self._paging == self._resource.offset:
            order = self._resource.order(question.order.attribute, question.order.direction)
        return (*kept, *question.remote, *order, *self._paging.ask(self.limit, after))

    def _kept(self, place: Place, found: Rows) -> list[Row]:
        keep = self._resource.sources[place.source].keep
        return [row for row in found.rows if keep is None or keep(found.readable(row))]

    def _partial(self, place: Place, found: Rows) -> bool:
        source = self._resource.sources[place.source]
        if source.statement:
            return bool(found.rows) and (found.cut or source.is_partial)
        addition = source.addition
        return found.is_thin or (
            bool(found.rows) and addition is not None and (found.cut or not addition.listed)
        )

    async def _records(
        self, place: Place, found: Rows, kept: list[Row]
    ) -> tuple[list[dict[str, Any]], Faults]:
        """Where it takes long, as expressions may, others get their turn between records."""
        if self._question.flags.format == "raw":
            return [found.remote(row) for row in kept], {}
        target, flags = self._targets[place.source], self._question.flags
        faults: Faults = {}
        records, since = [], time.perf_counter()
        with self._reader.room.taken(len(found.answer.body)):
            for row in kept:
                records.append(mapped(target, found, row, flags, faults))
                if time.perf_counter() - since > TURN:
                    await asyncio.sleep(0)
                    since = time.perf_counter()
        return records, faults


def mapped(
    target: Target, found: Rows, row: Row, flags: Flags, faults: Faults | None = None
) -> dict[str, Any]:
    """The unified record of a vendor record, as the flags want it; `faults` takes up those of an override."""
    record = target.record(found.readable(row), {} if faults is None else faults)
    if not flags.lean:
        record["remote_data"] = found.remote(row)
    for name in flags.exclude:
        record.pop(name, None)
    return record


def envelope(page: Page, next_cursor: str | None, question: ListQuestion) -> Mapping[str, Any]:
    """The list answer of the contract."""
    return {
        "result": keyed(page.records, question.key_by) if question.key_by else page.records,
        "next_cursor": next_cursor,
        "prev_cursor": None,
        "result_count": len(page.records),
        "is_partial_response": page.partial,
    }


def keyed(records: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The records by one field; two with one key are refused, never lost."""
    found: dict[str, Any] = {}
    for record in records:
        key = record.get(name)
        text = key if isinstance(key, str) else str(key)
        if key is None or isinstance(key, list | dict) or text in found:
            what = "has no value to key by" if key is None else f"shares the key '{text[:100]}' with another"
            raise InvalidRequest(
                f"A record {what}: choose another field than '{name}'", reason="duplicate_key"
            )
        found[text] = record
    return found

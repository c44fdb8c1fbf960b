"""Reads vendor records for unified calls: one page or one record, whole or lean, with what a first answer left out."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from auth.connections import Connections
from providers.paging import Position
from providers.resource import Addition, Resource, Source
from proxy.answer import Answer, Call, not_understood
from proxy.cursors import check_rising
from proxy.pipe import Pipe
from proxy.refusals import refuse
from schemas.errors import NotFound, Problem
from unified.asking import Asking
from unified.companions import Companions
from unified.facts import Facts
from unified.room import Room
from unified.rows import Row, Rows, records
from unified.target import Target, merged

REFUSED = (400, 403, 404, 405)  # how a record is answered for that can be asked for, but not read by itself


class Reader:
    """Knows how a source is asked. Remembers which tenants refused what is not known everywhere."""

    def __init__(
        self, pipe: Pipe, connections: Connections, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pipe = pipe
        self._connections = connections
        self._asking = Asking(pipe, clock)
        self._companions = Companions(self._asking, connections)
        self.room = Room()
        self.informed = Facts(pipe, connections, clock).informed

    async def rows(self, target: Target, call: Call) -> Rows:
        """One page. A collection that answers 404 is empty, as some tenants say it so."""
        answer = await self._asking.ask(target, call)
        if answer.status == 404 or (answer.status == 400 and target.source.spare):
            return Rows((), answer)
        size = len(answer.body)
        await self.room.wait(size)
        with self.room.taken(size):
            found = await self._records(target, answer)
        if target.source.statement:
            return await self._companions.laid(target, Rows(found, answer))
        fuller = await self._fuller(target, call, found)
        return await self._with_additions(target, Rows(found, answer, fuller), listed=True)

    async def row(self, target: Target, call: Call, *, lean: bool = False) -> Rows:
        """One record, with all its additions; a lean one is not read whole where the mapping does not ask for it."""
        answer = await self._asking.ask(target, call)
        if target.source.statement:
            return await self._stated(target, answer, lean=lean)
        found = await self._records(target, answer, single=True)
        fuller = await self._fuller(target, call, found, single=True)
        return await self._with_additions(target, Rows(found, answer, fuller), listed=False)

    async def _stated(self, target: Target, answer: Answer, *, lean: bool) -> Rows:
        """The one row that a statement gives, its companions, and the record itself where the vendor has it."""
        found = await self._records(target, answer)
        if not found:
            raise NotFound("The vendor has no such record.")
        if len(found) > 1:
            raise not_understood(answer, "one record")
        page = await self._companions.laid(target, Rows(found, answer))
        whole = target.source.whole
        path = whole.path(found[0]) if whole else None
        if whole is None or path is None or (lean and whole.into not in target.source.needs):
            return page
        record = await self._pipe.read(target.connection, Call(path, whole.params))
        if record.is_success:
            (body,) = await self._records(target, record, single=True)
            return replace(page, whole=(whole.into, body))
        if record.status in REFUSED:
            return page
        raise await refuse(self._connections, target.connection, record, target.source.scopes)

    async def completed(self, target: Target, row: Row, answer: Answer) -> Rows:
        """The record that a write was answered with, read back where that lacks what the mapping reads.

        The write is done, whatever becomes of the reading: what is unknown then is null.
        """
        found = Rows((row,), answer)
        source = target.source
        wanted = [path.split(".") for path in target.source.insist]
        if not (source.addition or source.statement or any(_lacks(row, path) for path in wanted)):
            return found
        try:
            return await self.row(target, target.get_call(f"{target.source.prefix}{row['id']}", (), False))
        except Problem:
            return found

    async def _records(self, target: Target, answer: Answer, *, single: bool = False) -> list[Row]:
        source, connection = target.source, target.connection
        language = source.statement.language if source.statement and not single else None
        return await records(self._connections, connection, answer, source.scopes, language, single=single)

    async def _fuller(
        self, target: Target, call: Call, rows: Sequence[Row], *, single: bool = False
    ) -> Mapping[Any, Row]:
        """Where a row of a whole answer lacks what is insisted on: the rows once more, all needed fields by name."""
        source, refused = target.source, self._asking.refused(target)
        also = source.also if refused & {name for name, _ in source.query} else ()
        wanted = [path.split(".") for path in (*source.insist, *also) if path not in refused]
        if target.names_fields(call) or not any(_lacks(row, path) for path in wanted for row in rows):
            return {}
        answer = await self._asking.ask(target, replace(call, params=merged(call.params, target.selection)))
        if answer.status == 404:
            return {}
        found = await self._records(target, answer, single=single)
        return {row["id"]: row for row in found}

    async def _with_additions(self, target: Target, page: Rows, *, listed: bool) -> Rows:
        addition = target.source.addition
        if addition is None or (listed and not addition.listed):
            return page
        most = addition.listed if listed else None
        added, cut = {}, False
        for row in page.rows:
            found, shortened = await self._addition(target, addition, row, most)
            added[row["id"]] = {addition.into: found}
            cut = cut or shortened
        return replace(page, added=added, cut=cut)

    async def _addition(
        self, target: Target, addition: Addition, row: Row, most: int | None
    ) -> tuple[list[Row], bool]:
        """All rows that belong to a record, at most `most`, and whether there were more."""
        keyset = target.resource.keyset
        selection = target.resource.select(target.source.addition_needs)
        found: list[Row] = []
        position: Position = None
        while most is None or len(found) < most:
            asked = (*addition.params(row), *keyset.ask(keyset.most, position), *selection)
            answer = await self._pipe.read(target.connection, Call(addition.path, asked))
            if answer.status == 404:
                return found, False
            rows = await records(self._connections, target.connection, answer, addition.scopes)
            check_rising(keyset, position, rows)
            found += rows
            position = keyset.next(keyset.most, position, rows)
            if position is None:
                return found, False
        return found, True


def source_of(resource: Resource, id_: str) -> Source:
    """The collection that an id belongs to; raises `NotFound` for one that no collection of the resource can have."""
    for source in resource.sources:
        if re.fullmatch(re.escape(source.prefix) + source.id_pattern, id_):
            return source
    raise NotFound(f"There is no record with the id '{id_[:100]}'")


def _lacks(record: Any, path: Sequence[str]) -> bool:
    """Whether a key is missing (not null or empty: missing) at a path, in any item of the lists on the way."""
    if not isinstance(record, dict):
        return False
    key, *further = path
    if key not in record and (key := key.replace("-", "_")) not in record:
        return True
    if not further:
        return False
    below = record[key]
    return any(_lacks(inner, further) for inner in (below if isinstance(below, list) else [below]))

"""Reads vendor records for unified calls: one page or one record, whole or lean, with what a first answer left out."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auth.connections import Connections
from providers.paging import Position
from providers.resource import Addition, Resource, Source
from providers.values import ident
from proxy.answer import Answer, Call, not_understood
from proxy.cursors import check_rising
from proxy.pipe import Pipe
from proxy.refusals import refuse
from schemas.errors import NotFound, Problem
from unified.target import Target, merged

Row = dict[str, Any]
MOST_REMEMBERED = 4096  # accounts × collections whose refusals are remembered
SECONDS_REMEMBERED = 3600.0


@dataclass(frozen=True)
class Rows:
    """The records of one vendor page, as the vendor sent them in `answer`.

    `fuller` and `added` hold by id what the mapping reads instead or besides; `cut`: some additions were shortened.
    """

    rows: Sequence[Row]
    answer: Answer
    fuller: Mapping[Any, Row] = field(default_factory=dict)
    added: Mapping[Any, Row] = field(default_factory=dict)
    cut: bool = False

    @property
    def is_thin(self) -> bool:
        """Whether some rows could not be read a second time: they left the collection in between."""
        return bool(self.fuller) and any(row["id"] not in self.fuller for row in self.rows)

    def readable(self, row: Row) -> Row:
        """What the mapping of a row reads."""
        fuller = self.fuller.get(row["id"])
        found = row if fuller is None else {**row, **fuller}
        return {**found, **self.added[row["id"]]} if row["id"] in self.added else found


class Reader:
    """Knows how a source is asked. Remembers which tenants refused what is not known everywhere."""

    def __init__(
        self, pipe: Pipe, connections: Connections, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pipe = pipe
        self._connections = connections
        self._clock = clock
        self._refused: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    async def rows(self, target: Target, call: Call) -> Rows:
        """One page. A collection that answers 404 is empty, as some tenants say it so."""
        answer = await self._ask(target, call)
        if answer.status == 404:
            return Rows((), answer)
        found = await self._records(target, answer, target.source.scopes)
        fuller = await self._fuller(target, call, found)
        return await self._with_additions(target, Rows(found, answer, fuller), listed=True)

    async def row(self, target: Target, call: Call) -> Rows:
        """One record, with all its additions."""
        answer = await self._ask(target, call)
        found = await self._records(target, answer, target.source.scopes, single=True)
        fuller = await self._fuller(target, call, found, single=True)
        return await self._with_additions(target, Rows(found, answer, fuller), listed=False)

    async def completed(self, target: Target, row: Row, answer: Answer) -> Rows:
        """The record that a write was answered with, read back where that lacks what the mapping reads.

        The write is done, whatever becomes of the reading: what is unknown then is null.
        """
        found = Rows((row,), answer)
        wanted = [path.split(".") for path in target.source.insist]
        if not (target.source.addition or any(_lacks(row, path) for path in wanted)):
            return found
        try:
            return await self.row(target, target.get_call(f"{target.source.prefix}{row['id']}", (), False))
        except Problem:
            return found

    async def _records(
        self, target: Target, answer: Answer, scopes: Sequence[str], *, single: bool = False
    ) -> list[Row]:
        """The records of an answer, each with an id. Raises `RemoteProblem` or `VendorTrouble`."""
        if 300 <= answer.status < 400:
            raise not_understood(answer, "a redirect")
        if not answer.is_success:
            raise await refuse(self._connections, target.connection, answer, scopes)
        body = answer.json()
        found = [body] if single else body
        if not isinstance(found, list) or not all(
            isinstance(row, dict) and ident(row.get("id")) for row in found
        ):
            raise not_understood(answer, "no record" if single else "no list of records")
        return found

    async def _ask(self, target: Target, call: Call) -> Answer:
        """The answer; after a 400 again without the parameters, then the fields, that not every tenant knows.

        It is remembered that a tenant refuses them only where the first call fails once more: a 400 may pass.
        """
        connection, refusable = target.connection, target.source.refusable
        refused = self._refusal(target) & refusable
        asked = _without(target, call, refused)
        answer = await self._pipe.read(connection, asked)
        if answer.status != 400:
            return answer
        for more in (refusable & {name for name, _ in call.params}, refusable):
            spare = _without(target, call, refused | more)
            if spare == asked:
                continue
            second = await self._pipe.read(connection, spare)
            if second.is_success:
                again = await self._pipe.read(connection, asked)
                if again.status == 400:
                    self._remember(target, refused | more)
                return second if again.status == 400 else again
        return answer

    def _refusal(self, target: Target) -> frozenset[str]:
        until, names = self._refused.get(_known(target), (0.0, frozenset()))
        return names if self._clock() < until else frozenset()

    def _remember(self, target: Target, names: frozenset[str]) -> None:
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        until = self._clock() + SECONDS_REMEMBERED
        self._refused[_known(target)] = (until, self._refusal(target) | names)

    async def _fuller(
        self, target: Target, call: Call, rows: Sequence[Row], *, single: bool = False
    ) -> Mapping[Any, Row]:
        """Where a row of a whole answer lacks what is insisted on: the rows once more, all needed fields by name."""
        source, refused = target.source, self._refusal(target)
        also = source.also if refused & {name for name, _ in source.query} else ()
        wanted = [path.split(".") for path in (*source.insist, *also) if path not in refused]
        if target.names_fields(call) or not any(_lacks(row, path) for path in wanted for row in rows):
            return {}
        answer = await self._ask(target, replace(call, params=merged(call.params, target.selection)))
        if answer.status == 404:
            return {}
        found = await self._records(target, answer, source.scopes, single=single)
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
            rows = await self._records(target, answer, addition.scopes)
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


def _known(target: Target) -> tuple[str, str]:
    return target.connection.account_id, target.source.path


def _without(target: Target, call: Call, refused: frozenset[str]) -> Call:
    """The call without refused parameters, and without refused fields where our own selection is in it."""
    if not refused:
        return call
    full, spare = dict(target.selection), dict(target.selection_without(refused))
    params = ((name, spare[name] if full.get(name) == value else value) for name, value in call.params)
    return replace(call, params=tuple((name, value) for name, value in params if name not in refused))


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

"""Reads vendor records for unified calls: one page or one record, whole or lean, with what a first answer left out."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auth.connections import Connection, Connections
from providers.mapping import Needs
from providers.paging import Position
from providers.resource import Params, Resource, Source
from providers.values import ident
from proxy.answer import Answer, Call, not_understood
from proxy.cursors import check_rising
from proxy.pipe import Pipe
from proxy.refusals import refuse
from schemas.errors import NotFound

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
        found = self.fuller.get(row["id"], row)
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

    def list_call(
        self, connection: Connection, resource: Resource, source: Source, params: Params, lean: bool
    ) -> Call:
        """The call for one page: `params` win over the source's own."""
        query = _merged(source.query, params)
        if lean and source.selects:
            query = _merged(resource.select(_needs(connection, source)), query)
        return Call(source.path, query)

    async def rows(self, connection: Connection, resource: Resource, source: Source, call: Call) -> Rows:
        """One page. A collection that answers 404 is empty, as some tenants say it so."""
        answer = await self._ask(connection, resource, source, call)
        if answer.status == 404:
            return Rows((), answer)
        found = await self._records(connection, answer, source.scopes)
        fuller = await self._fuller(connection, resource, source, call, found)
        return await self._with_additions(
            connection, resource, source, Rows(found, answer, fuller), listed=True
        )

    def get_call(
        self, connection: Connection, resource: Resource, id_: str, remote: Params, lean: bool
    ) -> Call:
        """The call for one record; raises `NotFound` for an id that no collection of the resource can have."""
        source = self.source_of(resource, id_)
        query = remote
        if lean and source.selects:
            query = _merged(resource.select(_needs(connection, source)), remote)
        return Call(f"{source.path}/{id_.removeprefix(source.prefix)}", query)

    @staticmethod
    def source_of(resource: Resource, id_: str) -> Source:
        for source in resource.sources:
            if re.fullmatch(re.escape(source.prefix) + source.id_pattern, id_):
                return source
        raise NotFound(f"There is no record with the id '{id_[:100]}'")

    async def row(self, connection: Connection, resource: Resource, source: Source, call: Call) -> Rows:
        """One record, with all its additions."""
        answer = await self._ask(connection, resource, source, call)
        found = await self._records(connection, answer, source.scopes, single=True)
        fuller = await self._fuller(connection, resource, source, call, found, single=True)
        return await self._with_additions(
            connection, resource, source, Rows(found, answer, fuller), listed=False
        )

    async def _records(
        self, connection: Connection, answer: Answer, scopes: Sequence[str], *, single: bool = False
    ) -> list[Row]:
        """The records of an answer, each with an id. Raises `RemoteProblem` or `VendorTrouble`."""
        if 300 <= answer.status < 400:
            raise not_understood(answer, "a redirect")
        if not answer.is_success:
            raise await refuse(self._connections, connection, answer, scopes)
        body = answer.json()
        found = [body] if single else body
        if not isinstance(found, list) or not all(
            isinstance(row, dict) and ident(row.get("id")) for row in found
        ):
            raise not_understood(answer, "no record" if single else "no list of records")
        return found

    async def _ask(self, connection: Connection, resource: Resource, source: Source, call: Call) -> Answer:
        """The answer; after a 400 again without the parameters, then the fields, that not every tenant knows.

        It is remembered that a tenant refuses them only where the first call fails once more: a 400 may pass.
        """
        known = (connection.account_id, source.path)
        refused = self._refusal(known) & source.refusable
        asked = self._without(connection, resource, source, call, refused)
        answer = await self._pipe.read(connection, asked)
        if answer.status != 400:
            return answer
        for more in (source.refusable & {name for name, _ in call.params}, source.refusable):
            spare = self._without(connection, resource, source, call, refused | more)
            if spare == asked:
                continue
            second = await self._pipe.read(connection, spare)
            if second.is_success:
                again = await self._pipe.read(connection, asked)
                if again.status == 400:
                    self._remember(known, refused | more)
                return second if again.status == 400 else again
        return answer

    def _refusal(self, known: tuple[str, str]) -> frozenset[str]:
        until, names = self._refused.get(known, (0.0, frozenset()))
        return names if self._clock() < until else frozenset()

    def _remember(self, known: tuple[str, str], names: frozenset[str]) -> None:
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        self._refused[known] = (self._clock() + SECONDS_REMEMBERED, self._refusal(known) | names)

    @staticmethod
    def _without(
        connection: Connection, resource: Resource, source: Source, call: Call, refused: frozenset[str]
    ) -> Call:
        full = dict(resource.select(_needs(connection, source)))
        spare = dict(resource.select(_needs(connection, source, refused)))
        params = ((name, spare[name] if full.get(name) == value else value) for name, value in call.params)
        return replace(call, params=tuple((name, value) for name, value in params if name not in refused))

    async def _fuller(
        self,
        connection: Connection,
        resource: Resource,
        source: Source,
        call: Call,
        rows: Sequence[Row],
        *,
        single: bool = False,
    ) -> Mapping[Any, Row]:
        """Where a row of a whole answer lacks what is insisted on: the rows once more, all needed fields by name."""
        refused = self._refusal((connection.account_id, source.path))
        also = source.also if refused & {name for name, _ in source.query} else ()
        wanted = [path.split(".") for path in (*source.insist, *also) if path not in refused]
        selection = resource.select(_needs(connection, source))
        if {name for name, _ in selection} & {name for name, _ in call.params}:
            return {}
        if not any(_lacks(row, path) for path in wanted for row in rows):
            return {}
        again = replace(call, params=_merged(call.params, selection))
        answer = await self._ask(connection, resource, source, again)
        if answer.status == 404:
            return {}
        return {
            row["id"]: row for row in await self._records(connection, answer, source.scopes, single=single)
        }

    async def _with_additions(
        self, connection: Connection, resource: Resource, source: Source, page: Rows, *, listed: bool
    ) -> Rows:
        addition = source.addition
        if addition is None or (listed and not addition.listed):
            return page
        most = addition.listed if listed else None
        added, cut = {}, False
        for row in page.rows:
            found, shortened = await self._addition(connection, resource, source, row, most)
            added[row["id"]] = {addition.into: found}
            cut = cut or shortened
        return replace(page, added=added, cut=cut)

    async def _addition(
        self, connection: Connection, resource: Resource, source: Source, row: Row, most: int | None
    ) -> tuple[list[Row], bool]:
        """All rows that belong to a record, at most `most`, and whether there were more."""
        addition, keyset = source.addition, resource.keyset
        assert addition is not None  # noqa: S101  narrowed by the caller
        found: list[Row] = []
        position: Position = None
        while most is None or len(found) < most:
            asked = (
                *addition.params(row),
                *keyset.ask(keyset.most, position),
                *resource.select(source.addition_needs),
            )
            answer = await self._pipe.read(connection, Call(addition.path, asked))
            if answer.status == 404:
                return found, False
            rows = await self._records(connection, answer, addition.scopes)
            check_rising(keyset, position, rows)
            found += rows
            position = keyset.next(keyset.most, position, rows)
            if position is None:
                return found, False
        return found, True


def _needs(connection: Connection, source: Source, refused: frozenset[str] = frozenset()) -> Needs:
    needs = {key: below for key, below in source.needs.items() if key not in refused}
    return {**needs, **{name: {} for name in custom_names(connection)}}


def custom_names(connection: Connection) -> tuple[str, ...]:
    """The custom fields that this tenant keeps among a record's own keys, as the account's context says."""
    named = connection.context.get("global_custom_fields")
    return tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()


def _merged(params: Params, winning: Params) -> Params:
    names = {name for name, _ in winning}
    return (*(pair for pair in params if pair[0] not in names), *winning)


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

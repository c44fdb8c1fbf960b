"""Reads vendor records for unified calls: one page or one record, whole or lean, with what a first answer left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auth.connections import Connection, Connections
from providers.mapping import Needs
from providers.paging import Keyset, Paging, Position
from providers.resource import Params, Resource, Source
from proxy.pipe import Answer, Call, Pipe, not_understood
from proxy.refusals import refuse
from schemas.errors import NotFound, VendorTrouble

Row = dict[str, Any]
MEMORY = 4096  # accounts × collections whose refusals are remembered


@dataclass(frozen=True)
class Rows:
    """The records of one vendor page; `answer` is what the vendor said, `cut` whether additions were shortened."""

    rows: Sequence[Row]
    answer: Answer
    cut: bool = False


class Reader:
    """Knows how a source is asked. Remembers which tenants refused what is not known everywhere."""

    def __init__(self, pipe: Pipe, connections: Connections) -> None:
        self._pipe = pipe
        self._connections = connections
        self._refused: dict[tuple[str, str], None] = {}

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
        if not answer.is_success:
            raise await refuse(self._connections, connection, answer, source.scopes)
        found = answer.json()
        if not isinstance(found, list) or not all(isinstance(row, dict) and row.get("id") for row in found):
            raise not_understood(answer, "no list of records")
        whole = await self._insisted(connection, resource, source, call, found)
        return await self._added(connection, resource, source, Rows(whole, answer), listed=True)

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
        if not answer.is_success:
            raise await refuse(self._connections, connection, answer, source.scopes)
        found = answer.json()
        if not isinstance(found, dict) or not found.get("id"):
            raise not_understood(answer, "no record")
        whole = await self._insisted(connection, resource, source, call, [found])
        return await self._added(connection, resource, source, Rows(whole, answer), listed=False)

    async def _ask(self, connection: Connection, resource: Resource, source: Source, call: Call) -> Answer:
        """The answer; after a 400 once more without what not every tenant knows."""
        spare = self._without_refusable(connection, resource, source, call)
        known = (connection.account_id, source.path)
        if known in self._refused:
            return await self._pipe.read(connection, spare)
        answer = await self._pipe.read(connection, call)
        if answer.status != 400 or spare == call:
            return answer
        second = await self._pipe.read(connection, spare)
        if not second.is_success:
            return answer
        if len(self._refused) >= MEMORY:
            self._refused.pop(next(iter(self._refused)))
        self._refused[known] = None
        return second

    def _without_refusable(
        self, connection: Connection, resource: Resource, source: Source, call: Call
    ) -> Call:
        full = dict(resource.select(_needs(connection, source)))
        spare = dict(resource.select(_needs(connection, source, refused=source.refusable)))
        return replace(
            call,
            params=tuple(
                (name, spare[name] if full.get(name) == value else value)
                for name, value in call.params
                if name not in source.refusable
            ),
        )

    async def _insisted(
        self, connection: Connection, resource: Resource, source: Source, call: Call, rows: list[Row]
    ) -> list[Row]:
        """Asks once more, by name, for keys that no row of a whole answer has."""
        missing = [key for key in source.insist if rows and not any(_has(row, key) for row in rows)]
        selected = {name for name, _ in resource.select({"id": {}})}
        if not missing or selected & {name for name, _ in call.params}:
            return rows
        needs: Needs = {"id": {}, **{key: source.needs[key] for key in missing}}
        answer = await self._pipe.read(
            connection, replace(call, params=_merged(call.params, resource.select(needs)))
        )
        found = answer.json() if answer.is_success else []
        extra = {row.get("id"): row for row in (found if isinstance(found, list) else [found])}
        return [{**row, **_members(extra.get(row["id"], {}), missing)} for row in rows]

    async def _added(
        self, connection: Connection, resource: Resource, source: Source, page: Rows, *, listed: bool
    ) -> Rows:
        addition = source.addition
        if addition is None or (listed and not addition.listed):
            return page
        most = addition.listed if listed else None
        whole, cut = [], False
        for row in page.rows:
            found, shortened = await self._addition(connection, resource, source, row, most)
            whole.append({**row, addition.into: found})
            cut = cut or shortened
        return replace(page, rows=whole, cut=cut)

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
            if not answer.is_success:
                raise await refuse(self._connections, connection, answer, addition.scopes)
            rows = answer.json()
            if not isinstance(rows, list):
                raise not_understood(answer, "no list of records")
            check_rising(keyset, position, rows)
            found += rows
            position = keyset.next(keyset.most, position, rows)
            if position is None:
                return found, False
        return found, True


def check_rising(paging: Paging, position: Position, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises `VendorTrouble` `paging_loop` where a keyset page starts at or before the place it was to start after."""
    if (
        isinstance(paging, Keyset)
        and position is not None
        and rows
        and _rank(rows[0]["id"]) <= _rank(position)
    ):
        raise VendorTrouble(
            "The vendor hands out the same page again and again: it seems to ignore where the page should start.",
            reason="paging_loop",
        )


def _rank(key: Any) -> tuple[int, str]:
    text = str(key)
    return (int(text), "") if text.isascii() and text.isdigit() else (0, text)


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


def _has(row: Row, key: str) -> bool:
    return key in row or key.replace("-", "_") in row


def _members(row: Row, keys: Sequence[str]) -> Row:
    return {key: row[key] for key in keys if key in row}

"""What a unified read is aimed at: one vendor collection of a resource, through one account's connection."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auth.connections import Connection
from providers.companions import Companion
from providers.filters import CannotFilter
from providers.local_time import UNKNOWN, Tenant
from providers.mapping import Needs
from providers.overrides.override import Faults
from providers.queries import ANY, NAME, Asked, OwnField, Statement
from providers.resource import Params, Resource, Source
from proxy.answer import Call, Content
from schemas.errors import InvalidRequest

SINGLE = "2"  # rows asked for where one is meant


@dataclass(frozen=True)
class Target:
    connection: Connection
    resource: Resource
    source: Source

    @cached_property
    def custom_names(self) -> Collection[str]:
        """Those of the connection's that this collection can have."""
        statement = self.source.statement
        return own_fields(self.connection, statement) if statement else custom_names(self.connection)

    @cached_property
    def tenant(self) -> Tenant:
        """What rows without a zone or a currency of their own are read by."""
        if self.source.statement is None:
            return UNKNOWN
        currency = self.connection.context.get("base_currency")
        return Tenant(zone_of(self.connection), currency if isinstance(currency, str) else None)

    @cached_property
    def selection(self) -> Params:
        """Asks for all that the mapping reads, by name."""
        return self.selection_without(frozenset())

    def selection_without(self, refused: frozenset[str]) -> Params:
        needs: Needs = {key: below for key, below in self.source.needs.items() if key not in refused}
        return self.resource.select({**needs, **{name: {} for name in self.custom_names}})

    def list_call(self, params: Params, lean: bool) -> Call:
        """The call for one page: `params` win over the source's own."""
        asked = merged(self.source.query, params)
        if self.source.statement:
            return asking(self.source.statement, asked, self.wanted(lean), self.own_columns)
        return self._call(self.source.path, asked, lean)

    def get_call(self, id_: str, remote: Params, lean: bool) -> Call:
        """The call for one record of this collection, by its unified id."""
        own, statement = id_.removeprefix(self.source.prefix), self.source.statement
        if statement:
            one = ((statement.key, own), ("limit", SINGLE))
            return asking(statement, (*one, *remote), self.wanted(lean), self.own_columns)
        return self._call(f"{self.source.path}/{own}", remote, lean)

    def _call(self, path: str, query: Params, lean: bool) -> Call:
        by_name = lean and self.source.selects and self.source.leans
        return Call(path, merged(self.selection, query) if by_name else query)

    def wanted(self, lean: bool) -> Collection[str] | None:
        """The declared columns of the statement that are to be selected; None: all."""
        return self.source.needs if lean and self.source.leans else None

    @cached_property
    def own_columns(self) -> Mapping[str, OwnField]:
        """Columns beside the declared ones: the tenant's own, and those that an override reads."""
        source = self.source
        own = own_fields(self.connection, source.statement) if source.statement else {}
        laid = {companion.into for companion in source.companions} | (
            {source.whole.into} if source.whole else set()
        )
        read = (name for name in source.extra if NAME.fullmatch(name) and name not in laid)
        return {**dict.fromkeys(read, ANY), **own}

    def companion_call(self, companion: Companion, params: Params) -> Call:
        return asking(companion.statement, params, None, own_fields(self.connection, companion.statement))

    def record(self, readable: dict[str, Any], faults: Faults) -> dict[str, Any]:
        """The unified record of a vendor's, without `remote_data`; `faults` takes up those of an override."""
        record = self.source.fields(readable, self.custom_names, self.tenant)
        if self.resource.reshaping:
            faults |= self.resource.reshaping(record, readable)
        return record

    def names_fields(self, call: Call) -> bool:
        """Whether a call selects fields, by our own or the caller's wish."""
        selecting = {name for name, _ in self.resource.select({"id": {}})}
        return any(name in selecting for name, _ in call.params)


def asking(
    statement: Statement,
    params: Params,
    wanted: Collection[str] | None,
    own: Mapping[str, OwnField],
    without: frozenset[str] = frozenset(),
) -> Call:
    """The call of a statement. Raises `InvalidRequest` for a condition that it can't have."""
    try:
        asked = statement.ask(params, wanted, own, without)
    except CannotFilter as error:
        raise InvalidRequest(f"The vendor can't be asked so: {error}", reason="unsupported_filter") from error
    return replace(
        call_of(asked),
        optional=statement.options,
        own=frozenset(own),
        spare=statement.spare,
        again=lambda refused: asking(statement, params, wanted, own, refused),
    )


def call_of(asked: Asked) -> Call:
    return Call(asked.path, asked.params, "POST", Content(asked.body), asked.headers)


def custom_names(connection: Connection) -> tuple[str, ...]:
    """The custom fields that this tenant keeps among a record's own keys, as the account's context says."""
    named, segments = (connection.context.get(name) for name in ("global_custom_fields", "custom_segments"))
    found = (
        *(named if isinstance(named, list | dict) else ()),
        *(segments if isinstance(segments, dict) else ()),
    )
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def own_fields(connection: Connection, statement: Statement) -> dict[str, OwnField]:
    """Those that a statement's table can have, with what is known of them."""
    told = {**_told(connection, "custom_segments"), **_told(connection, "global_custom_fields")}
    known = {name: told.get(name, ANY) for name in custom_names(connection)}
    return {name: field for name, field in known.items() if statement.has(name, field)}


def _told(connection: Connection, name: str) -> dict[str, OwnField]:
    found = connection.context.get(name)
    return {
        name: field
        for name, field in (found.items() if isinstance(found, dict) else ())
        if isinstance(field, OwnField)
    }


def zone_of(connection: Connection) -> ZoneInfo:
    """The tenant's time zone. Raises `InvalidRequest` where the account's context names none that exists."""
    name = connection.context.get("time_zone") or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidRequest.about(
            "context.time_zone",
            "no IANA time zone",
            message="The account's context.time_zone is no IANA time zone: "
            "PATCH the account with one such as Europe/Paris",
        ) from error


def merged(params: Params, winning: Params) -> Params:
    """Both, but of one name only what wins."""
    names = {name for name, _ in winning}
    return (*(pair for pair in params if pair[0] not in names), *winning)

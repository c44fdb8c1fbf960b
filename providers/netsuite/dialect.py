"""How SuiteQL is spoken: columns as NetSuite prints and compares them, a tenant's own columns, paging and filters."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from providers.companions import keyset, sorted_by
from providers.filters import NOTHING, AnyValue, Cases, Filter, Narrowing, Same, switch
from providers.local_time import Calendar, LocalMoments
from providers.paging import Offset, Sorted
from providers.queries import SPELLING, Column, Language, Own, OwnField, Part, Statement
from providers.resource import Params, Resource, Whole

SUITEQL = Language("/query/v1/suiteql", headers=(("prefer", "transient"),))
MOMENT, DAY = "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD"
CUSTOM = re.compile(r"(cust[a-z]+|cseg)[a-z0-9_]*")
ID = re.compile(r"-?[0-9]{1,18}")
SEGMENT = "cseg"
DIMENSIONS = ("department", "class", "location")  # that every account has; segments are its own
REFERENCES = frozenset({"List/Record"})  # kinds of own fields that hold the id of something with a name
NAMED = "_text"  # what is put behind the name of such a field for the column with the name

Columns = dict[str, Column]


def of(alias: str, *names: str) -> Columns:
    """Plain columns of a table."""
    return {name: Column(f"{alias}.{name}") for name in names}


def key(alias: str) -> Columns:
    return {"id": Column(f"{alias}.id", filled=True)}


def optional(alias: str, *names: str) -> Columns:
    """Columns that not every account, role or release has."""
    return {name: Column(f"{alias}.{name}", option=name) for name in names}


def moment(sql: str, option: str = "") -> Column:
    """A time, whole seconds in the zone of the token's user; unwrapped it prints in that user's format, date only."""
    return Column(sql, f"TO_CHAR({{}},'{MOMENT}')", f"TO_TIMESTAMP(?,'{MOMENT}')", option=option)


def day(sql: str) -> Column:
    return Column(sql, f"TO_CHAR({{}},'{DAY}')", f"TO_DATE(?,'{DAY}')")


def shown(sql: str, option: str = "") -> Column:
    """The text that people see of a reference or a list value."""
    return Column(f"BUILTIN.DF({sql})", option=option)


def folded(sql: str) -> Column:
    """For comparisons without regard to case."""
    return Column(f"UPPER({sql})", bind="UPPER(?)", hidden=True)


def named(key: str, sql: str, option: str = "") -> Columns:
    """A reference and its text."""
    return {key: Column(sql, option=option), f"{key}name": shown(sql, option)}


def dimensions(alias: str) -> Columns:
    return {
        key: column for name in DIMENSIONS for key, column in named(name, f"{alias}.{name}", name).items()
    }


def own(table: str, *prefixes: str) -> Own:
    """The columns of a tenant's own fields of these prefixes, where they are on this table, and any plain column."""

    def columns(name: str, sql: str, field: OwnField) -> Mapping[str, Column]:
        if CUSTOM.fullmatch(name) and not (name.startswith(prefixes) and (not field.on or table in field.on)):
            return {}
        if field.kind == "Date":
            return {name: day(sql)}
        if field.kind == "Date/Time":
            return {name: moment(sql)}
        if field.kind in REFERENCES or name.startswith(SEGMENT):
            return {name: Column(sql), f"{name}{NAMED}": shown(sql)}
        return {name: Column(sql)}

    return columns


statement = partial(Statement, SUITEQL)


WHOLE: Params = (("expandSubResources", "true"),)


def whole(kind: str, params: Params = WHOLE) -> Whole:
    """The record of this type behind a row."""
    return whole_by(lambda row: kind, params)


def whole_by(kind_of: Callable[[Mapping[str, Any]], str | None], params: Params = WHOLE) -> Whole:
    """The record behind a row of which it depends what type it has; None where that is not known."""

    def path(row: Mapping[str, Any]) -> str | None:
        kind = kind_of(row)
        return kind and f"/record/v1/{kind}/{row['id']}"

    return Whole(path, params=params)


def with_currency(alias: str) -> tuple[Columns, Part]:
    """The code of a table's currency; accounts without the feature Multiple Currencies have neither."""
    join = Part(f"LEFT JOIN currency c ON c.id = {alias}.currency", "currency")
    return {"currencycode": Column("c.symbol", option="currency")}, join


KEYSET = keyset(SUITEQL)
OFFSET = Offset(start="offset", limit="limit", most=SUITEQL.most)


def _sorted(attribute: str, direction: str) -> Sorted:
    return sorted_by(attribute, direction, SUITEQL)


def _order(attribute: str, direction: str) -> Params:
    return ()


def _no_selection(needs: Mapping[str, object]) -> Params:
    return ()


same = partial(Same, spelling=SPELLING)
flag = partial(switch, kept=("T", "F"), spelling=SPELLING)


@dataclass(frozen=True)
class Ids(AnyValue):
    """Equality and membership on ids: a column of numbers can't be compared with what is none."""

    attribute: str
    operators: tuple[str, ...] = ("eq", "in")

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        ids = tuple(value for value in found if ID.fullmatch(value))
        return Narrowing(SPELLING.condition(self.attribute, operator, ids)) if ids else NOTHING


@dataclass(frozen=True)
class PrefixedIds(AnyValue):
    """Ids of a resource that gathers several tables: what stands before a number says in which one it is, by path."""

    paths: Mapping[str, str]
    operators: tuple[str, ...] = ("eq", "in")

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        known = [value for value in found if ID.fullmatch(value[self._length(value) :])]
        prefixes = {value[: self._length(value)] for value in known} & self.paths.keys()
        if not prefixes:
            return NOTHING
        if len(prefixes) > 1:
            return Narrowing(SPELLING.condition("fullid", "in", known))
        (prefix,) = prefixes
        ids = tuple(value.removeprefix(prefix) for value in known if value.startswith(prefix))
        own = tuple(value for value in ids if ID.fullmatch(value))
        return Narrowing(SPELLING.condition("id", "in", own), paths=frozenset({self.paths[prefix]}))

    @staticmethod
    def _length(value: str) -> int:
        return value.find(":") + 1


@dataclass(frozen=True)
class OwnFields(AnyValue):
    """A field of the tenant's own. Check boxes are kept as T and F, and shown as truth values."""

    attribute: str
    operators: tuple[str, ...] = ("eq", "in")

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        kept = [*found, *(letter for word, letter in (("true", "T"), ("false", "F")) if word in found)]
        return Narrowing(SPELLING.condition(self.attribute, "in", kept))


def custom_filter(name: str, is_own_key: bool) -> Filter:
    return OwnFields(name)


IS_ACTIVE = flag("isinactive", on=("archived",), off=("active",))
DELETED = Cases({"true": Narrowing(apart=True), "false": Narrowing()}, operators=("eq",))
UPDATED: dict[str, Filter] = {"updated_at": LocalMoments("lastmodifieddate", SPELLING)}
MADE: dict[str, Filter] = {"created_at": LocalMoments("datecreated", SPELLING), **UPDATED}
DOCUMENT_MADE: dict[str, Filter] = {"created_at": LocalMoments("createddate", SPELLING), **UPDATED}
ID_FILTER: dict[str, Filter] = {"id": Ids("id")}
calendar = partial(Calendar, spelling=SPELLING)

resource = partial(
    Resource,
    keyset=KEYSET,
    offset=OFFSET,
    order=_order,
    select=_no_selection,
    sorting=_sorted,
    custom_filter=custom_filter,
    crawl_page=200,
)

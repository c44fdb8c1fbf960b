"""Collections that are asked for in a query language: statements as values, compiled with their values bound.

What a caller says reaches a statement in two forms only: as a bound value, or as the name of a column, which must look
like one. The pairs that make one (`Params`) are conditions named `column` or `column[operator]`, and what paging says:
`limit`, `order` (a column, `-` before it for falling), `after` (the key to start behind, or `[value, key]`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from providers.filters import CannotFilter, Spelling

Params = tuple[tuple[str, str], ...]
Row = dict[str, Any]
SEVERAL = "\x1f"  # between the values of one condition
NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")
NAMES = re.compile(r"\b[a-z]\w*\.([a-z]\w*)")  # of columns, in an expression
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CONDITION = re.compile(r"([a-z][a-z0-9_]{0,127})(?:\[(in|gt|gte|lt|lte)\])?")
COMPARISONS = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
LIMIT, ORDER, AFTER = "limit", "order", "after"


def _condition(column: str, operator: str) -> str:
    return column if operator == "eq" else f"{column}[{operator}]"


SPELLING = Spelling(_condition, SEVERAL)


@dataclass(frozen=True)
class Column:
    """`sql` is the expression, `read` how it is selected, `bind` how a value stands beside it in a comparison.

    `test` is a whole condition with one `?`, for what is no comparison. `option` names what a tenant must have for the
    vendor to know the column, several with blanks between. One that is `hidden` is compared with, and selected only
    where it is the order. `filled`: no row lacks a value.
    """

    sql: str
    read: str = "{}"
    bind: str = "?"
    test: str = ""
    option: str = ""
    hidden: bool = False
    filled: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        """The vendor's own names of what it reads."""
        return frozenset(NAMES.findall(self.sql))


@dataclass(frozen=True)
class Part:
    """A further table, or a fixed condition; `option` as of a column: without it the part is left out."""

    sql: str
    option: str = ""


@dataclass(frozen=True)
class Language:
    """Where a vendor takes statements: the text and its values go as `q` and `params` of a JSON object, the rows come
    as the list `rows`, and whether there are more as `more`. `most`: rows of an answer, and values of one membership
    test.
    """

    path: str
    rows: str = "items"
    more: str = "hasMore"
    headers: Params = ()
    most: int = 1000

    def read(self, body: Any) -> Any:
        """The rows of an answer, keys in lower case; anything else as it came."""
        rows = body.get(self.rows) if type(body) is dict else None
        return [_folded(row) for row in rows] if type(rows) is list else body

    def goes_on(self, body: Any) -> bool:
        """Whether the vendor says that there is more: it may hand out less at a time than it is asked for."""
        return type(body) is dict and body.get(self.more) is True


def _folded(row: Any) -> Any:
    if type(row) is not dict or "".join(row).islower():
        return row
    return {key.lower(): value for key, value in row.items()}


@dataclass(frozen=True)
class Asked:
    """A statement as it is sent."""

    path: str
    params: Params
    body: bytes
    headers: Params


@dataclass(frozen=True)
class OwnField:
    """What is known of a field of the tenant's own: its kind, and the tables that it is in where the vendor says so."""

    kind: str = ""
    on: frozenset[str] = frozenset()


ANY = OwnField()
Own = Callable[[str, str, OwnField], Mapping[str, Column]]


def _none(name: str, sql: str, field: OwnField) -> Mapping[str, Column]:
    return {}


@dataclass(frozen=True)
class Statement:
    """`table` with its alias, and what is read of it: answer name -> column; one is called by `key`, unique and rising.

    `own` says how a column that is not declared is selected, by its name, its expression and what is known of it: a
    tenant's own, or one that an override reads; nothing where the table can't have it.
    """

    language: Language
    table: str
    columns: Mapping[str, Column]
    joins: tuple[Part, ...] = ()
    where: tuple[str | Part, ...] = ()
    key: str = "id"
    own: Own = _none
    distinct: bool = False

    @cached_property
    def options(self) -> frozenset[str]:
        """What a tenant may lack of all that can be asked for."""
        parts = (*self.joins, *(part for part in self.where if isinstance(part, Part)))
        columns = " ".join(column.option for column in self.columns.values())
        return frozenset((*columns.split(), *" ".join(part.option for part in parts).split()))

    @cached_property
    def spare(self) -> frozenset[str]:
        """The vendor's names of columns that a role may not see: without one, what it fills is null."""
        found = {name for column in self.columns.values() if not column.filled for name in column.names}
        kept = {name for column in self.columns.values() if column.filled for name in column.names}
        return frozenset(found - kept - self.options)

    def has(self, name: str, field: OwnField = ANY) -> bool:
        """Whether the table can have a column of the tenant's own of that name."""
        return bool(self.own_column(name, field))

    def own_column(self, name: str, field: OwnField) -> Mapping[str, Column]:
        alias = self.table.split()[1]
        return self.own(name, f"{alias}.{name}", field) if NAME.fullmatch(name) else {}

    def ask(
        self,
        params: Params,
        wanted: Collection[str] | None,
        own: Mapping[str, OwnField],
        without: Collection[str],
    ) -> Asked:
        """`wanted`: of the declared columns only these (None: all); `own`: others by name; `without`: options and names
        that the tenant does not know. Raises CannotFilter for a name that is none, or is not to be had."""
        writer = _Writer(self, own, frozenset(without))
        given = dict(params)
        limit, order, after = given.pop(LIMIT, ""), given.pop(ORDER, self.key), given.pop(AFTER, "")
        for name, value in given.items():
            writer.narrow(name, value)
        if after:
            writer.start(order, after)
        selected = writer.selected(wanted, order.removeprefix("-"))
        return self._asked(writer, selected, writer.order(order), limit)

    def _asked(self, writer: "_Writer", selected: Iterable[str], order: str, limit: str) -> Asked:
        joins = "".join(f" {join}" for join in writer.parts(self.joins))
        conditions = (*writer.parts(self.where), *writer.conditions)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        select = "SELECT DISTINCT" if self.distinct else "SELECT"
        text = f"{select} {', '.join(selected)} FROM {self.table}{joins}{where} ORDER BY {order}"
        body = {"q": text, "params": writer.values} if writer.values else {"q": text}
        paging: Params = ((LIMIT, limit), ("offset", "0")) if limit else ()
        return Asked(self.language.path, paging, orjson.dumps(body), self.language.headers)


@dataclass
class _Writer:
    """One statement in the making: conditions, and the values in their order."""

    statement: Statement
    own: Mapping[str, OwnField]
    without: frozenset[str]
    conditions: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def column(self, name: str) -> Column:
        """A declared column, or the tenant's own of that name. Raises CannotFilter."""
        declared = self.statement.columns.get(name)
        found = declared or self.statement.own_column(name, self.own.get(name, ANY)).get(name)
        if found is None:
            raise CannotFilter(f"there is no column '{name[:100]}' here")
        if name in self.without or self._lacks(found):
            raise CannotFilter(f"the connected account knows no '{name[:100]}'")
        return found

    def parts(self, found: Iterable[str | Part]) -> list[str]:
        """The texts of those that the tenant knows."""
        parts = (Part(each) if isinstance(each, str) else each for each in found)
        return [part.sql for part in parts if not self._lacks(part)]

    def _lacks(self, part: Column | Part) -> bool:
        unknown = part.names & self.statement.spare if isinstance(part, Column) else ()
        return not self.without.isdisjoint((*part.option.split(), *unknown))

    def narrow(self, name: str, value: str) -> None:
        match = CONDITION.fullmatch(name)
        if match is None:
            raise CannotFilter(f"'{name[:100]}' is no column, nor a comparison with one")
        column, operator = self.column(match[1]), match[2] or ""
        values = value.split(SEVERAL) if operator == "in" else [value]
        if any(CONTROL.search(value) for value in values):
            raise CannotFilter("a value may not hold control characters")
        self.conditions.append(self._test(column, operator, len(values)))
        self.values += values

    def _test(self, column: Column, operator: str, count: int) -> str:
        if operator == "in":
            if count > self.statement.language.most:
                raise CannotFilter(f"takes at most {self.statement.language.most} values")
            if column.test:
                return f"({' OR '.join([column.test] * count)})"
            return f"{column.sql} IN ({', '.join([column.bind] * count)})"
        return column.test or f"{column.sql} {COMPARISONS[operator]} {column.bind}"

    def start(self, order: str, after: str) -> None:
        """Rows behind a key or, in another order, behind a value and a key; rows without a value come last."""
        key = self.column(self.statement.key)
        by, falls = self.column(order.removeprefix("-")), order.startswith("-")
        compare = "<" if falls else ">"
        if order.removeprefix("-") == self.statement.key:
            self._put(f"{key.sql} {compare} {key.bind}", after)
            return
        value, last = orjson.loads(after)
        if value is None:
            self._put(f"({by.sql} IS NULL AND {key.sql} > {key.bind})", last)
            return
        behind = f"{by.sql} {compare} {by.bind} OR ({by.sql} = {by.bind} AND {key.sql} > {key.bind})"
        missing = "" if by.filled else f" OR {by.sql} IS NULL"
        self._put(f"({behind}{missing})", str(value), str(value), last)

    def _put(self, condition: str, *values: str) -> None:
        self.conditions.append(condition)
        self.values += values

    def order(self, order: str) -> str:
        """Unique in any case, and without leaning on where a vendor puts what has no value."""
        name, falls = order.removeprefix("-"), order.startswith("-")
        key, by = self.column(self.statement.key).sql, self.column(name)
        direction = " DESC" if falls else ""
        if name == self.statement.key:
            return f"{key}{direction}"
        missing = "" if by.filled else f"CASE WHEN {by.sql} IS NULL THEN 1 ELSE 0 END, "
        return f"{missing}{by.sql}{direction}, {key}"

    def selected(self, wanted: Collection[str] | None, order: str) -> list[str]:
        always = {self.statement.key, order}
        shown = {
            name: column
            for name, column in self.statement.columns.items()
            if name in always or (not column.hidden and (wanted is None or name in wanted))
        }
        for name, known in self.own.items():
            if name not in self.statement.columns and name not in self.without:
                shown |= self.statement.own_column(name, known)
        return [
            f"{column.read.format(column.sql)} AS {name}"
            for name, column in shown.items()
            if not self._lacks(column)
        ]

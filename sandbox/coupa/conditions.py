"""Conditions of a query turned into tests on records: attributes, associations, collections, eleven operators."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from sandbox.coupa import times
from sandbox.coupa.answers import bad_query
from sandbox.coupa.plans import dashed, links, own
from sandbox.coupa.query import Condition, Query
from sandbox.coupa.render import line_count
from sandbox.coupa.schema import KINDS, CustomField, Field, Kind
from sandbox.coupa.store import Record, Store
from sandbox.coupa.switches import Switches

Test = Callable[[Record], bool]
Values = Callable[[Record], list[Any]]

TEXT = ("contains", "starts_with", "ends_with")
WORDS = {"true": True, "1": True, "yes": True, "t": True, "false": False, "0": False, "no": False, "f": False}
NEEDS = {("supplier", "po-email"): ("po-method", "email")}  # queryable together with this condition only
SPELLINGS = {("order", "status", "canceled"): "cancelled"}


class Unknown(Exception):
    """The path names nothing that can be queried."""


class Selection:
    """The records of one collection that a query asks for."""

    def __init__(
        self, store: Store, kind: Kind, query: Query, switches: Switches, within: Sequence[int] | None = None
    ) -> None:
        self.store, self.kind, self.query, self.switches = store, kind, query, switches
        self.ids = store.tables[kind.name].ids if within is None else sorted(within)
        self.empty = False
        self._joined: dict[str, tuple[str, ...]] = {}
        self._first, self._last = 0, len(self.ids)
        self.tests = [test for one in query.conditions if (test := self._compiled(one))]

    def page(self) -> list[Record]:
        """The page that offset and limit cut out, in the order asked for."""
        start, limit = self.query.offset(self.switches), self.query.limit(self.switches)
        return list(islice(self._ordered(), start, start + limit))

    def _ordered(self) -> Iterator[Record]:
        words = self.query.words
        name, descending = dashed(words.get("order_by") or "id"), words.get("dir", "asc").lower()
        if descending not in ("asc", "desc"):
            raise bad_query("dir is asc or desc")
        if name == "id":
            return self._matching(descending == "desc")
        field = own(self.kind, name)
        if not field:
            raise bad_query(f"Unknown attribute {words['order_by']} for {self.kind.path}")
        found = sorted(
            self._matching(), key=lambda one: _rank(self._own(field, one)), reverse=descending == "desc"
        )
        return iter(found)

    def _matching(self, descending: bool = False) -> Iterator[Record]:
        if self.empty:
            return
        rows = self.store.tables[self.kind.name].rows
        ids = self.ids[self._first : self._last]
        deleted = self.query.words.get("show_deleted_lines") == "true"
        for id_ in reversed(ids) if descending else ids:
            record = rows.get(id_)
            if record and (deleted or "~deleted" not in record) and all(test(record) for test in self.tests):
                yield record

    def _compiled(self, condition: Condition) -> Test | None:
        try:
            return self._test(condition)
        except Unknown as error:
            if self.switches.unknown_filter == "ignore":
                return None
            raise bad_query(f"Unknown attribute {condition.written} for {self.kind.path}") from error
        except (ValueError, InvalidOperation) as error:
            raise bad_query(f"Invalid value for {condition.written}: {condition.values[0]}") from error

    def _test(self, condition: Condition) -> Test | None:
        self._check_needs(condition)
        condition = self._aliased(condition)
        values, type_ = self._getter(condition)
        tests = [
            self._operation(condition, type_, self._spelled(condition, value)) for value in condition.values
        ]
        self._narrow(condition)
        if len(tests) == 1:
            only = tests[0]
            return lambda record: any(only(value) for value in values(record))
        return lambda record: any(test(value) for value in values(record) for test in tests)

    def _check_needs(self, condition: Condition) -> None:
        needed = NEEDS.get((self.kind.name, condition.path[0]))
        if needed and not any(
            one.path == (needed[0],) and needed[1] in one.values for one in self.query.conditions
        ):
            raise Unknown

    def _aliased(self, condition: Condition) -> Condition:
        """Users are also asked by status=active."""
        if self.kind.name == "user" and condition.path == ("status",) and not condition.operator:
            return Condition(
                ("active",), "", tuple(str(one == "active").lower() for one in condition.values), "status"
            )
        return condition

    def _spelled(self, condition: Condition, value: str) -> str:
        listed = value.split(",") if condition.operator in ("in", "not_in") else [value]
        return ",".join(SPELLINGS.get((self.kind.name, condition.path[-1], one), one) for one in listed)

    def _narrow(self, condition: Condition) -> None:
        """Starts a keyset page at its place instead of testing every id before it."""
        if condition.path != ("id",) or len(condition.values) > 1:
            return
        value = condition.values[0]
        if condition.operator == "gt":
            self._first = max(self._first, bisect_right(self.ids, int(value)))
        elif condition.operator == "":
            self._first = max(self._first, bisect_left(self.ids, int(value)))
            self._last = min(self._last, bisect_right(self.ids, int(value)))

    def _getter(self, condition: Condition) -> tuple[Values, str]:
        """A function to the values at a path (None where an association is empty) and their type."""
        if (
            self.kind.name == "user"
            and condition.path == ("type",)
            and self.switches.users_type_attribute == "400"
        ):
            raise Unknown
        if len(condition.path) > 1 and condition.path[0] != "custom-fields":
            self._join(condition.path[:-1])
        return self._walk(self.kind, condition.path)

    def _walk(self, kind: Kind, path: tuple[str, ...]) -> tuple[Values, str]:
        name, rest = path[0], path[1:]
        if name == "custom-fields" and rest and self.switches.custom_field_filter:
            custom = kind.customs.get(rest[0])
            if not custom or custom.old:
                raise Unknown
            return self._custom(
                custom, rest[1:], lambda record: record.get("custom-fields", {}).get(custom.name)
            )
        old = kind.customs.get(name)
        if old and old.old:
            return self._custom(old, rest, lambda record: record.get(name))
        if not rest:
            field = own(kind, name)
            if not field or field.type == "data":
                raise Unknown
            return lambda record: [self._own(field, record, kind)], field.type
        link = links(kind).get(name)
        if not link or link.kind == "none":
            raise Unknown
        below, type_ = self._below(link.kind, rest)

        def values(record: Record) -> list[Any]:
            _, found = self.store.follow(kind, link, record)
            return [value for one in found if "~deleted" not in one for value in below(one)] or [None]

        return values, type_

    def _below(self, target: str, rest: tuple[str, ...]) -> tuple[Values, str]:
        """Approvers are people or groups: whichever class knows the name."""
        if not target.startswith("@"):
            return self._walk(KINDS[target], rest)
        try:
            return self._walk(KINDS["user"], rest)
        except Unknown:
            return self._walk(KINDS["user-group"], rest)

    def _custom(
        self, custom: CustomField, rest: tuple[str, ...], get: Callable[[Record], Any]
    ) -> tuple[Values, str]:
        if custom.type in ("lookup", "user"):
            target = KINDS["lookup-value" if custom.type == "lookup" else "user"]
            below, type_ = self._walk(target, rest or (target.keys[0] if custom.type == "user" else "name",))

            def values(record: Record) -> list[Any]:
                found = self.store.get(target.name, get(record))
                return below(found) if found else [None]

            return values, type_
        if rest:
            raise Unknown
        if custom.type == "list":
            return lambda record: list(get(record) or [None]), "str"
        return lambda record: [get(record)], custom.type

    def _join(self, path: tuple[str, ...]) -> None:
        """Two ways to one table: the provider answers nothing then."""
        kind, target = self.kind, ""
        for name in path:
            link = links(kind).get(name)
            if not link or link.kind == "none" or link.kind.startswith("@"):
                return
            target = link.kind
            kind = KINDS[target]
        if self._joined.setdefault(target, path) != path and self.switches.same_table_twice == "nothing":
            self.empty = True

    def _own(self, field: Field, record: Record, kind: Kind | None = None) -> Any:
        if field.type == "ref":
            return record.get(field.name[:-3])
        if field.type == "size":
            return line_count(self.store, kind or self.kind, record)
        value = record.get(field.name)
        return Decimal(value) if field.type == "dec" and isinstance(value, str) and value else value

    def _operation(self, condition: Condition, type_: str, text: str) -> Callable[[Any], bool]:
        operator = condition.operator
        if operator == "blank":
            if type_ == "time":
                raise ValueError(text)
            wanted = WORDS[text.lower()] if text.lower() in WORDS else _fail(text)
            return lambda value: (value is None or value == "") is wanted
        if operator in TEXT:
            if type_ == "time":
                raise ValueError(text)
            return self._text(operator, text)
        exact = self.switches.text_case == "exact"
        fold: Callable[[Any], Any] = (lambda v: v) if exact else _folded
        if operator in ("in", "not_in"):
            listed = {fold(_typed(type_, one.strip())) for one in text.split(",") if one.strip()}
            if operator == "in":
                return lambda value: value is not None and fold(value) in listed
            return lambda value: value is not None and fold(value) not in listed
        wanted_value = fold(_typed(type_, text))
        if operator == "not_eq":
            nulls = self.switches.not_eq_and_null == "in"
            return lambda value: nulls if value is None else fold(value) != wanted_value
        if operator == "":
            return lambda value: (fold(value) if value is not None else None) == wanted_value
        compare = ORDER[operator]
        if wanted_value is None:
            raise ValueError(text)
        return lambda value: value is not None and compare(fold(value), wanted_value)

    def _text(self, operator: str, text: str) -> Callable[[Any], bool]:
        fold = str if self.switches.text_case == "exact" else (lambda value: str(value).casefold())
        part = fold(text)
        if operator == "contains":
            return lambda value: value is not None and part in fold(value)
        if operator == "starts_with":
            return lambda value: value is not None and fold(value).startswith(part)
        return lambda value: value is not None and fold(value).endswith(part)


ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda left, right: left > right,
    "lt": lambda left, right: left < right,
    "gt_or_eq": lambda left, right: left >= right,
    "lt_or_eq": lambda left, right: left <= right,
}


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _fail(text: str) -> bool:
    raise ValueError(text)


def _typed(type_: str, text: str) -> Any:
    """The value in the field's type; an empty one stands for null except on texts."""
    if type_ in ("str", "text", "date"):
        return text
    if not text:
        return None
    if type_ == "bool":
        return WORDS[text.lower()] if text.lower() in WORDS else _fail(text)
    if type_ == "time":
        return times.read(text)
    if type_ == "dec":
        number = Decimal(text)
        return number if number.is_finite() else _fail(text)
    return float(text) if type_ == "float" else int(text)


def _rank(value: Any) -> tuple[bool, Any]:
    """Empty values come first, text without regard to case."""
    return (False, 0) if value is None else (True, _folded(value))


def select(
    store: Store, kind: Kind, query: Query, switches: Switches, within: Sequence[int] | None = None
) -> list[Record]:
    """One page of a collection, or of the records `within` it. Raises Refusal where the query is not understood."""
    return Selection(store, kind, query, switches, within).page()

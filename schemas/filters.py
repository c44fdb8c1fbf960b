"""What a list can be filtered by: the name in the query, the comparisons it takes, the values it knows."""

from dataclasses import dataclass
from typing import Literal

Operator = Literal["eq", "in", "gt", "gte", "lt", "lte"]
Kind = Literal["text", "boolean", "date", "time", "enum", "id"]

EQUAL: frozenset[Operator] = frozenset({"eq"})
EQUAL_OR_IN: frozenset[Operator] = frozenset({"eq", "in"})
RANGE: frozenset[Operator] = frozenset({"gt", "gte", "lt", "lte"})


@dataclass(frozen=True)
class Filter:
    """`name` is written as in a query (`contact[id]`); `aliases` are other spellings of it.

    `values` are the unified values of an enum; a vendor may know more. Not every filter is a field of the
    record.
    """

    name: str
    operators: frozenset[Operator]
    kind: Kind
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


COMMON = (
    Filter("id", EQUAL_OR_IN, "id"),
    Filter("created_at", RANGE, "time"),
    Filter("updated_at", RANGE, "time"),
    Filter("is_deleted", EQUAL, "boolean"),
)


def texts(*names: str, operators: frozenset[Operator] = EQUAL) -> tuple[Filter, ...]:
    """Filters on text, matched as a whole."""
    return tuple(Filter(name, operators, "text") for name in names)


def ids(*names: str, operators: frozenset[Operator] = EQUAL_OR_IN) -> tuple[Filter, ...]:
    """Filters on the id of another record."""
    return tuple(Filter(name, operators, "id") for name in names)


def dates(*names: str) -> tuple[Filter, ...]:
    """Filters on a calendar day, by range."""
    return tuple(Filter(name, RANGE, "date") for name in names)

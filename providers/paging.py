"""How a vendor hands out a collection page by page: frozen values without state, the cursor is the memory.

A position is what the next page starts after: an id, a count, or a value and an id; None is the beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

Position = str | int | list[Any] | None
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Keyset:
    """By a unique rising key: rows that come and go elsewhere move nothing. A short page is the last.

    `numbers`: keys are whole numbers, and a page may start behind any number, also one that is no row's.
    """

    after: str
    order: Params
    limit: str
    most: int
    key: str = "id"
    numbers: bool = False
    kind: str = "keyset"
    drift_safe: bool = True

    def ask(self, limit: int, position: Position) -> Params:
        start: Params = () if position is None else ((self.after, str(position)),)
        return (*self.order, (self.limit, str(limit)), *start)

    def next(self, limit: int, position: Position, rows: Sequence[Mapping[str, Any]]) -> Position:
        return None if len(rows) < limit else str(rows[-1][self.key])


@dataclass(frozen=True)
class Offset:
    """By a count from the start: rows that come or go before it shift the rest."""

    start: str
    limit: str
    most: int
    kind: str = "offset"
    drift_safe: bool = False

    def ask(self, limit: int, position: Position) -> Params:
        return ((self.limit, str(limit)), (self.start, str(position or 0)))

    def next(self, limit: int, position: Position, rows: Sequence[Mapping[str, Any]]) -> Position:
        before = position if isinstance(position, int) else 0
        return None if len(rows) < limit else before + len(rows)


@dataclass(frozen=True)
class Sorted:
    """By an attribute and, among equals, by a unique key: a row moves only where its own attribute changes.

    `order` is the attribute as the vendor is told it, with the direction.
    """

    attribute: str
    order: Params
    after: str
    limit: str
    most: int
    key: str = "id"
    kind: str = "keyset"
    drift_safe: bool = True

    def ask(self, limit: int, position: Position) -> Params:
        found = position if isinstance(position, str) else orjson.dumps(position).decode()
        start: Params = () if position is None else ((self.after, found),)
        return (*self.order, (self.limit, str(limit)), *start)

    def next(self, limit: int, position: Position, rows: Sequence[Mapping[str, Any]]) -> Position:
        return None if len(rows) < limit else self.place(rows[-1])

    def place(self, row: Mapping[str, Any]) -> Position:
        key = str(row[self.key])
        return key if self.attribute == self.key else [row.get(self.attribute), key]


Paging = Keyset | Offset | Sorted

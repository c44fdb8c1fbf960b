"""How a vendor hands out a collection page by page: frozen values without state, the cursor is the memory.

A position is what the next page starts after: an id (`k`) or a count (`o`); None is the beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Position = str | int | None
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Keyset:
    """By a unique rising key: rows that come and go elsewhere move nothing. A short page is the last."""

    after: str
    order: Params
    limit: str
    most: int
    key: str = "id"
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
        return None if len(rows) < limit else int(position or 0) + len(rows)


Paging = Keyset | Offset

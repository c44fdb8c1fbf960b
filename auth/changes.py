"""Hears once a second of what any process has changed, so that this one may remember the rest for minutes."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from sqlalchemy import BigInteger, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, delete, select

from auth.database import Database
from schemas.tables import Change

EVERY = 1.0  # seconds between two looks
GOOD_FOR = 4.0  # seconds from a look for which what it did not name holds; the contract allows 5
SWEPT_EVERY = 60.0  # seconds
MOST_AT_ONCE = 1000
SWEPT = ("swept", "")  # the mark whose number says that what is below it may be gone

Forget = Callable[[Collection[str]], object]
Marks = dict[tuple[str, str], int]


class Changes:
    """`until`, on `clock`: when what has been remembered must be read anew, unless another look succeeds before."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._told: list[tuple[str, Forget]] = []
        self._beginnings: list[Callable[[], object]] = []
        self._since: int | None = None
        self._since_sweep: int | None = None
        self._seen: Marks = {}
        self.until = 0.0

    def tell(self, clear: Callable[[], object], **forget: Forget) -> None:
        """`forget` hears of the subjects of its kind; `clear`, once looking begins, that anything may have changed."""
        self._beginnings.append(clear)
        self._told += forget.items()

    async def look(self) -> None:
        """Tells of what was committed since the last look. Raises Unavailable."""
        began = self._clock()
        horizon, found = await self._read()
        if self._begins_anew(horizon, found):
            for clear in self._beginnings:
                clear()
        else:
            self._tell({mark for mark, number in found.items() if self._seen.get(mark) != number})
        self._since, self._seen = horizon, found
        self.until = began + GOOD_FOR

    async def sweep(self) -> None:
        """Removes what was there at the last sweep, some at a time. Raises Unavailable.

        All processes have heard of it since; one that was away, and has not, finds that there was a sweep.
        """
        if self._since is not None and self._since_sweep is not None:
            with suppress(IntegrityError):  # another process has been first to leave its mark
                await self._remove(self._since_sweep, self._since)
        self._since_sweep = self._since

    async def _remove(self, before: int, horizon: int) -> None:
        mark = tuple_(col(Change.kind), col(Change.subject))
        old = select(Change.kind, Change.subject).where(col(Change.number) < before, Change.kind != SWEPT[0])
        # What somebody is just changing is passed over: to wait for them might be to wait for each other.
        some = old.limit(MOST_AT_ONCE).with_for_update(skip_locked=True)
        async with self._database.write() as session:
            if (await session.exec(delete(Change).where(mark.in_(some)))).rowcount:
                swept = await session.get(Change, SWEPT, with_for_update=True)
                swept = swept or Change(kind=SWEPT[0], subject=SWEPT[1], number=0)
                is_of_this_database = swept.number <= horizon  # and not of the one that a dump was made of
                swept.number = max(swept.number, before) if is_of_this_database else before
                session.add(swept)

    def _begins_anew(self, horizon: int, found: Marks) -> bool:
        """The first time, with another database in the place of the one that was there, and after too long a pause."""
        if self._since is None or horizon < self._since:
            return True
        swept = found.get(SWEPT, 0)
        return swept > self._since and swept != self._seen.get(SWEPT)

    async def _read(self) -> tuple[int, Marks]:
        """Below the horizon nothing more will appear. It is read first: what is committed in between is seen twice."""
        async with self._database.read() as session:
            horizon = (await session.exec(select(Horizon()))).one()
            since = horizon if self._since is None else self._since
            rows = await session.exec(select(Change).where(col(Change.number) >= since))
            return horizon, {(row.kind, row.subject): row.number for row in rows}

    def _tell(self, marks: Collection[tuple[str, str]]) -> None:
        for wanted, forget in self._told:
            if subjects := {subject for kind, subject in marks if kind == wanted}:
                forget(subjects)


class Horizon(FunctionElement[int]):
    """The number below which every transaction is over."""

    type = BigInteger()
    inherit_cache = True


@compiles(Horizon, "postgresql")
def _of_postgres(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"


@compiles(Horizon, "sqlite")
def _of_sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    """Writers take turns, so that what is to come has higher numbers than what is there."""
    return "(SELECT coalesce(max(number), 0) + 1 FROM change)"

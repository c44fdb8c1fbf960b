"""SQLite's own ways, so that behind the database it behaves as Postgres does."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Table, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.clocks import STEADY
from auth.unavailable import Unavailable
from schemas.tables import UtcDateTime

LOCK_SECONDS = 20  # how long a writer waits for its turn
CACHE_KIB = 512  # pages that each connection keeps; beyond them the system's own cache is as good
SIZES = (250, 50, 10, 1)  # rows of one statement; each statement costs as much as a dozen rows
# Whether SQLite's file has room for a page, and takes one: the header is written as it was.
TRIAL = (
    "SAVEPOINT trial",
    "CREATE TABLE trial (page)",
    "ROLLBACK TO trial",
    "RELEASE trial",
    "PRAGMA user_version = 0",
)


def attend(engine: AsyncEngine, uptime: Callable[[], float]) -> None:
    """Makes the engine's connections as they must be. `uptime`: the clock that processes of a machine share."""

    def prepare(connection: Any, _record: object) -> None:
        """`isolation_level` None keeps the driver from beginning transactions of its own."""
        connection.isolation_level = None
        connection.create_function(STEADY, 0, uptime)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.close()

    event.listen(engine.sync_engine, "do_connect", _keep_private)
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "invalidate", _let_go)
    event.listen(engine.sync_engine, "begin", _begin)


def _keep_private(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """Makes a SQLite file that is not there for its owner alone; SQLite gives those it lays beside it the same mode.

    A file that is there is not opened: closing it would drop the locks that this process holds on it.
    """
    if not options.get("uri"):
        with suppress(FileExistsError):
            os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


def _let_go(connection: Any, _record: object, _error: object) -> None:
    """Ends the transaction of a connection that is given up, as when its caller leaves in the middle of a statement.

    Closing alone would not: a statement that is not at its end keeps SQLite's connection, and the lock that all
    writers wait for, until Python happens to collect it.
    """
    connection.rollback()


def statements(
    table: Table, rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, tuple[str | float | None, ...]]]:
    """What adds rows, with its parameters: many rows in one statement.

    Of a statement for each row the driver's thread would take turns with the event loop each time, which costs more
    than the row. There are few sizes of them, as every connection keeps those that it has prepared.
    """
    names = [column.name for column in table.columns]
    turned = {
        column.name: TURNED[type(column.type)] for column in table.columns if type(column.type) in TURNED
    }
    values = itemgetter(*names)
    marks, start = f"({', '.join('?' * len(names))})", 0
    for size in SIZES:
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([marks] * size)}"  # noqa: S608
        while len(rows) - start >= size:
            some, start = rows[start : start + size], start + size
            stored = [row | {name: turn(row[name]) for name, turn in turned.items()} for row in some]
            yield statement, tuple(chain.from_iterable(map(values, stored)))


def json_text(value: object) -> str:
    return orjson.dumps(value).decode()


def _moment(moment: datetime) -> str:
    """Times are compared as text."""
    return moment.astimezone(UTC).isoformat(" ", "milliseconds")[:23] + "000"


# How SQLAlchemy stores what SQLite has no type for.
TURNED: Mapping[type, Callable[[Any], str]] = {
    UtcDateTime: _moment,
    JSON: json_text,
}


async def keep_log(engine: AsyncEngine) -> None:
    """Gives a SQLite file its write-ahead log, once for good; for this SQLite itself waits for no other process."""
    for _ in range(LOCK_SECONDS * 20):
        try:
            async with engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            await asyncio.sleep(0.05)
    raise Unavailable("Another process holds the SQLite file.")


def _begin(connection: Connection) -> None:
    """A writer takes its turn at the start; a lock that is asked for later would fail without waiting."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")

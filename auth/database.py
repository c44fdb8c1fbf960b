"""The only place that opens database sessions: SQLite and Postgres behave alike from here on."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, event, literal, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.clocks import STEADY
from schemas.errors import Problem

T = TypeVar("T")

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 20  # how long a SQLite writer waits for its turn
COMMAND_SECONDS = 15  # after which a Postgres that does not answer counts as away
MIGRATION_LOCK = 0x6B6F696E65  # "koine": one process at a time changes the tables
BROKEN_OFF = {"40001", "40P01"}  # Postgres: serialization failure, deadlock
ATTEMPTS = 3
NEWS = "news"  # marks in a session's `info` that its transaction leaves something in the outbox


class Unavailable(Problem):
    """The database can't be reached or can't store; nothing of the transaction has happened."""

    status = 503
    reason = "database_unavailable"


class BrokenOff(Unavailable):
    """Postgres chose this transaction as the victim of a conflict; it may be run again."""


class Database:
    """One database, by SQLAlchemy URL: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`.

    `uptime`: the clock that SQLite's processes share, which is the machine's.
    """

    def __init__(self, url: str, *, uptime: Callable[[], float] = time.monotonic) -> None:
        self._url = make_url(url)
        self._uptime = uptime
        if self._is_sqlite and self._url.database in (None, "", ":memory:"):
            raise ValueError(
                "a SQLite database in memory is not offered: name a file (sqlite+aiosqlite:///file)"
            )
        self._engine = self._make_engine(**_pool(self._url))
        reading = (
            self._engine if self._is_sqlite else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._readers = async_sessionmaker(
            reading, class_=AsyncSession, autoflush=False, expire_on_commit=False
        )
        self._writers = async_sessionmaker(
            self._engine.execution_options(writes=True), class_=AsyncSession, expire_on_commit=False
        )
        self.news = asyncio.Event()  # set when a transaction that left something in the outbox is committed

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; every statement sees what is committed when it runs."""
        with _answered():
            async with self._readers() as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end. Do nothing else within it: on SQLite it holds up all other writers."""
        with _answered():
            async with self._writers() as session, session.begin():
                yield session
        if NEWS in session.info:
            self.news.set()

    async def transact(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """`work` in one transaction, run again where Postgres breaks it off, at most three times in all."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._once(work)
            except BrokenOff:
                continue
        return await self._once(work)

    async def migrate(self) -> None:
        """Brings the tables to the newest form, all or nothing; processes that start together take turns."""
        engine = self._make_engine(poolclass=NullPool)
        try:
            with _answered():
                if self._is_sqlite:
                    await _keep_log(engine)
                async with engine.execution_options(writes=True).begin() as connection:
                    if not self._is_sqlite:
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    await connection.run_sync(_upgrade)
        finally:
            await engine.dispose()

    async def ping(self) -> None:
        """Raises Unavailable unless the database answers."""
        async with self.read() as session:
            await session.exec(select(literal(1)))

    async def close(self) -> None:
        await self._engine.dispose()

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self.write() as session:
            return await work(session)

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def _make_engine(self, **options: Any) -> AsyncEngine:
        engine = create_async_engine(self._url, hide_parameters=True, **options)
        if self._is_sqlite:
            event.listen(engine.sync_engine, "do_connect", _keep_private)
            event.listen(engine.sync_engine, "connect", self._prepare_sqlite)
            event.listen(engine.sync_engine, "invalidate", _let_go)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine

    def _prepare_sqlite(self, connection: Any, _record: object) -> None:
        """`isolation_level` None keeps the driver from beginning transactions of its own."""
        connection.isolation_level = None
        connection.create_function(STEADY, 0, self._uptime)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def _pool(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"pool_size": 8, "max_overflow": 0, "pool_timeout": LOCK_SECONDS}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 5,
        "pool_pre_ping": True,
        "connect_args": {"timeout": 5, "command_timeout": COMMAND_SECONDS},
    }


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


async def _keep_log(engine: AsyncEngine) -> None:
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


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its turn at the start; a lock that is asked for later would fail without waiting."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _answered() -> Iterator[None]:
    """Failures of the database itself as a 503; asyncpg raises bare OSErrors while Postgres restarts."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        kind = BrokenOff if state in BROKEN_OFF else Unavailable
        raise kind(
            "The gateway's database does not answer; try again soon.", headers={"retry-after": "1"}
        ) from error

"""The only place that opens database sessions: SQLite and Postgres behave alike from here on."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import orjson
from sqlalchemy import URL, Table, literal, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.migrating import upgrade
from auth.outage import Outage
from auth.single_flight import SingleFlight
from auth.sqlite import LOCK_SECONDS, TRIAL, attend, json_text, keep_log, statements
from auth.unavailable import BrokenOff, Silent, told
from auth.unavailable import Unavailable as Unavailable

T = TypeVar("T")

POOL_SECONDS = 5  # how long one waits for one of Postgres's connections
CONNECT_SECONDS = 5
COMMAND_SECONDS = 10  # after which a Postgres that does not answer counts as away
MIGRATION_LOCK = 0x6B6F696E65  # "koine": one process at a time changes the tables
ATTEMPTS = 3
READ_ONLY = text("SHOW transaction_read_only")  # on a standby, and where a host has locked a full disk
NEWS = "news"  # marks in a session's `info` that its transaction leaves something in the outbox


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
        self._outage = Outage(self._answers)
        self._looks: SingleFlight[None] = SingleFlight()
        self.news = asyncio.Event()  # set when a transaction that left something in the outbox is committed

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; every statement sees what is committed when it runs."""
        with self._answered():
            async with self._readers() as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end. Do nothing else within it: on SQLite it holds up all other writers."""
        with self._answered():
            async with self._writers() as session, session.begin():
                yield session
        if NEWS in session.info:
            self.news.set()

    async def append(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Many new rows, each with all of the table's columns, in one transaction."""
        async with self.write() as session:
            connection = await session.connection()
            if self._is_sqlite:
                for statement, values in statements(table, rows):
                    await connection.exec_driver_sql(statement, values)
            else:
                await connection.execute(table.insert(), rows)

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
            with told():
                if self._is_sqlite:
                    await keep_log(engine)
                async with engine.execution_options(writes=True).begin() as connection:
                    if not self._is_sqlite:
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    await connection.run_sync(upgrade)
        finally:
            await engine.dispose()

    async def ping(self) -> None:
        """Raises Unavailable unless the database answers."""
        async with self.read() as session:
            await session.exec(select(literal(1)))

    async def look(self) -> None:
        """Raises Unavailable unless the database answers and takes writes. Who asks meanwhile shares one look."""
        await self._looks.run("", self._look)

    async def close(self) -> None:
        await self._outage.end()
        await self._engine.dispose()

    async def _look(self) -> None:
        if not self._is_sqlite:
            async with self.read() as session:
                if await (await session.connection()).scalar(READ_ONLY) == "on":
                    raise Unavailable("The gateway's database takes no writes; try again soon.")
            return
        async with self.write() as session:
            connection = await session.connection()
            for statement in TRIAL:
                await connection.exec_driver_sql(statement)

    async def _answers(self) -> bool:
        """On a connection of its own: those of the pool may be the ones that are stuck."""
        engine = self._make_engine(poolclass=NullPool, **_connecting(self._url))
        try:
            with told():
                async with engine.connect() as connection:
                    await connection.execute(select(literal(1)))
        except Unavailable:
            return False
        return True

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Raises Unavailable, at once while the database is known to keep silent."""
        if self._outage.lasts:
            raise Unavailable()
        try:
            with told():
                yield
        except Silent:
            self._outage.begin()
            raise

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self.write() as session:
            return await work(session)

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def _make_engine(self, **options: Any) -> AsyncEngine:
        engine = create_async_engine(
            self._url,
            hide_parameters=True,
            json_serializer=json_text,
            json_deserializer=orjson.loads,
            **options,
        )
        if self._is_sqlite:
            attend(engine, self._uptime)
        return engine


def _pool(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        # The last one used is the first given: each that is in use keeps pages of the file in memory for itself.
        return {"pool_size": 8, "max_overflow": 0, "pool_timeout": LOCK_SECONDS, "pool_use_lifo": True}
    return {
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": POOL_SECONDS,
        "pool_pre_ping": True,
        **_connecting(url),
    }


def _connecting(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {}
    return {"connect_args": {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}}

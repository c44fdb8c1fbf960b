"""SQLite and Postgres behave alike behind the database."""

import asyncio
import gc
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.database import Database, Unavailable
from schemas.tables import METADATA, Environment, RequestLogEntry, new_id
from tests.auth import children

pytestmark = pytest.mark.anyio


def child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", children.__name__, *arguments])


async def differences(url: str) -> list[object]:
    def compare(connection: SqlConnection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(compare)


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return list((await session.exec(select(Environment.name).order_by(Environment.name))).all())


async def add(database: Database, name: str) -> Environment:
    row = Environment(name=name)
    async with database.write() as session:
        session.add(row)
    return row


async def test_migrations_make_exactly_the_tables_of_the_metadata(empty_url: str) -> None:
    database = Database(empty_url)
    await asyncio.gather(database.migrate(), database.migrate())
    await database.migrate()
    await database.close()
    assert await differences(empty_url) == []


async def test_e18_a_migration_that_is_killed_can_be_run_again(empty_url: str) -> None:
    killed = child("migrate", empty_url, "6")
    assert await asyncio.to_thread(killed.wait, 60) == -9
    assert await differences(empty_url) != []
    database = Database(empty_url)
    await database.migrate()
    await database.close()
    assert await differences(empty_url) == []


async def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    started = [child("migrate", empty_url, "0") for _ in range(2)]
    assert [await asyncio.to_thread(each.wait, 60) for each in started] == [0, 0]
    assert await differences(empty_url) == []


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    async def change_my_mind() -> None:
        async with database.write() as session:
            session.add(Environment(name="lost"))
            await session.flush()
            raise RuntimeError("changed my mind")

    await add(database, "kept")
    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    assert await names(database) == ["kept"]


async def test_rows_can_be_read_while_a_writer_holds_its_transaction(database: Database) -> None:
    async with database.write() as session:
        session.add(Environment(name="new"))
        await session.flush()
        assert await names(database) == []
    assert await names(database) == ["new"]


async def test_a_row_that_breaks_a_rule_is_no_fault_of_the_database(database: Database) -> None:
    await add(database, "one")
    with pytest.raises(IntegrityError):
        await add(database, "one")


async def test_times_come_back_in_utc_to_the_millisecond(database: Database) -> None:
    made = datetime(2026, 2, 1, 9, 30, 0, 123_987, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with database.write() as session:
        session.add(Environment(name="one", created_at=made))
    async with database.read() as session:
        row = (await session.exec(select(Environment))).one()
        found = select(Environment).where(col(Environment.created_at) == made)
        assert (await session.exec(found)).one() == row
    assert row.created_at == datetime(2026, 2, 1, 4, 0, 0, 123_000, tzinfo=UTC)
    assert row.created_at.utcoffset() == timedelta(0)


async def test_a_change_moves_the_time_of_the_last_change(database: Database) -> None:
    made = await add(database, "one")
    await asyncio.sleep(0.01)
    async with database.write() as session:
        row = (await session.exec(select(Environment))).one()
        row.allowed_origins = ["https://app.example.com"]
    async with database.read() as session:
        row = (await session.exec(select(Environment))).one()
    assert row.created_at == made.created_at
    assert row.updated_at > made.updated_at


async def test_e11_four_processes_write_to_one_sqlite_file(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    writers = [child("write", sqlite_url, f"{number}", "100") for number in range(4)]
    assert [await asyncio.to_thread(each.wait, 60) for each in writers] == [0, 0, 0, 0]
    assert len(await names(database)) == 400
    await database.close()


async def test_writers_of_one_process_take_turns(database: Database) -> None:
    async def rename(number: int) -> None:
        async with database.write() as session:
            count = (await session.exec(select(func.count()).select_from(Environment))).one()
            session.add(Environment(name=f"{number}-{count}"))

    await asyncio.gather(*(rename(number) for number in range(30)))
    assert len(await names(database)) == 30


SLOW = text(
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000) SELECT count(*) FROM c"
)


async def test_a_writer_that_is_cut_off_in_a_statement_holds_up_nobody(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            session.add(Environment(name="cut"))
            await session.flush()
            begun.set()
            await session.exec(SLOW)  # type: ignore[call-overload]

    begun = asyncio.Event()
    writer = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0.02)
    gc.disable()  # whatever of the statement is left behind stays
    try:
        writer.cancel()
        with pytest.raises(asyncio.CancelledError) as left:
            await writer
        async with asyncio.timeout(10):
            await add(database, "next")
        assert left.tb is not None
    finally:
        gc.enable()
    assert await names(database) == ["next"]


REPEATABLE = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def test_e8_a_deadlock_is_resolved_by_running_the_work_again(postgres_database: Database) -> None:
    database = postgres_database
    first, second = await add(database, "first"), await add(database, "second")
    both_hold_one, runs = asyncio.Barrier(2), []

    async def lock_both(order: tuple[Environment, Environment], session: AsyncSession) -> None:
        runs.append(order[0].name)
        await lock(session, order[0])
        if len(runs) <= 2:
            await both_hold_one.wait()
        await lock(session, order[1])

    async def lock(session: AsyncSession, row: Environment) -> None:
        await session.exec(select(Environment).where(Environment.id == row.id).with_for_update())

    await asyncio.gather(
        database.transact(lambda session: lock_both((first, second), session)),
        database.transact(lambda session: lock_both((second, first), session)),
    )
    assert len(runs) == 3


@pytest.mark.parametrize("failures", [2, 3])
async def test_e8_what_can_not_be_serialized_is_run_three_times_at_most(
    postgres_database: Database, failures: int
) -> None:
    made, runs = await add(postgres_database, "one"), 0

    async def rename(name: str, session: AsyncSession) -> None:
        row = await session.get_one(Environment, made.id)
        row.name = name
        await session.flush()

    async def work(session: AsyncSession) -> None:
        nonlocal runs
        runs += 1
        await (await session.connection()).execute(REPEATABLE)
        await session.get_one(Environment, made.id)
        if runs <= failures:
            await postgres_database.transact(partial(rename, f"other {runs}"))
        await rename("mine", session)

    with pytest.raises(Unavailable) if failures == 3 else nullcontext():
        await postgres_database.transact(work)
    assert (runs, await names(postgres_database)) == (3, ["other 3" if failures == 3 else "mine"])


async def test_e6_a_postgres_that_is_away_is_a_503_and_comes_back(tmp_path: Path) -> None:
    database = Database(f"postgresql+asyncpg://postgres@/none?host={tmp_path}")
    with pytest.raises(Unavailable) as caught:
        await database.ping()
    assert (caught.value.status, caught.value.reason) == (503, "database_unavailable")
    assert caught.value.message == "The gateway's database does not answer; try again soon."
    await database.close()


async def test_connections_that_postgres_has_cut_are_replaced(postgres_database: Database) -> None:
    await asyncio.gather(*(postgres_database.ping() for _ in range(5)))
    async with postgres_database.read() as session:
        cut = select(func.pg_terminate_backend(func.pg_backend_pid()))
        with pytest.raises(Unavailable):
            async with postgres_database.read() as victim:
                await victim.exec(cut)
        await session.exec(select(func.now()))
    await asyncio.gather(*(postgres_database.ping() for _ in range(5)))


async def test_e12_a_full_sqlite_file_is_a_503_and_keeps_what_it_had(sqlite_url: str) -> None:
    async def fill() -> None:
        async with database.write() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")
            session.add(Environment(name="x" * 1_000_000))

    database = Database(sqlite_url)
    await add(database, "kept")
    with pytest.raises(Unavailable):
        await fill()
    assert await names(database) == ["kept"]
    await database.close()


@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    moment=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])),
    figure=st.floats(allow_nan=False, allow_infinity=False),
    count=st.integers(-(2**31), 2**31 - 1),
    truth=st.booleans(),
    reason=st.none() | st.just("reason"),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_that_are_appended_together_are_as_rows_that_are_added_one_by_one(
    url: str, text: str, moment: datetime, figure: float, count: int, truth: bool, reason: str | None
) -> None:
    members: dict[str, Any] = dict.fromkeys(RequestLogEntry.model_fields, text) | {
        "created_at": moment,
        "updated_at": moment,
        "duration": figure,
        "fetch_duration": figure,
        "status": count,
        "vendor_call_count": count,
        "is_remote_error": truth,
        "reason": reason,
        "vendor_calls": [{"path": text, "status": None, "duration": figure, "more": [count, truth, {}]}],
    }

    async def write_and_read() -> None:
        database = Database(url)
        several = [{**members, "id": new_id()} for _ in range(23)]
        one = RequestLogEntry(**members | {"id": new_id()})
        await database.append(RequestLogEntry.metadata.tables["request_log"], several)
        async with database.write() as session:
            session.add(one)
        ids = [one.id, *(row["id"] for row in several)]
        async with database.read() as session:
            query = select(RequestLogEntry).where(col(RequestLogEntry.id).in_(ids))
            found = [row.model_dump(exclude={"id"}) for row in (await session.exec(query)).all()]
        await database.close()
        assert len(found) == 24
        assert all(row == found[0] for row in found)

    asyncio.run(write_and_read())


async def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="name a file"):
        Database("sqlite+aiosqlite://")


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}


async def test_a_sqlite_file_and_those_beside_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/koine.db")
    await database.migrate()
    await add(database, "one")
    found = modes(tmp_path)
    await database.close()
    assert found == dict.fromkeys(("koine.db", "koine.db-wal", "koine.db-shm"), "0o600")


async def test_a_sqlite_file_where_there_is_no_folder_is_a_503(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/koine.db")
    with pytest.raises(Unavailable):
        await database.ping()
    await database.close()

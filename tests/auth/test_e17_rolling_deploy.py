"""E17: while a deployment rolls, the version before serves on with the new tables: migrations only ever add."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from auth.database import Database
from auth.migrating import MIGRATIONS, revisions
from tests.auth.conftest import sqlite
from tests.auth.test_database import child, differences

pytestmark = pytest.mark.anyio

T = TypeVar("T")
REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
VALUES: dict[type[sa.types.TypeEngine[Any]], Any] = {
    sa.String: "old",
    sa.JSON: [],
    sa.Boolean: True,
    sa.DateTime: datetime(2026, 11, 21, tzinfo=UTC),
    sa.LargeBinary: b"old",
    sa.Float: 1.5,
    sa.Integer: 1,
}


async def run(url: str, deed: Callable[[sa.Connection], T]) -> T:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(deed)
    finally:
        await engine.dispose()


async def migrate(url: str, revision: str) -> None:
    """As far as that version of the code would."""

    def upgrade(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    await run(url, upgrade)


def reflected(connection: sa.Connection) -> sa.MetaData:
    found = sa.MetaData()
    found.reflect(connection)
    return found


def rules(table: sa.Table) -> set[str]:
    """What a row of the table must obey, but for its columns."""
    unique = {f"unique {index.name}" for index in table.indexes if index.unique}
    bound = (sa.UniqueConstraint, sa.ForeignKeyConstraint, sa.CheckConstraint)
    return unique | {
        f"{type(rule).__name__} {rule.name}" for rule in table.constraints if isinstance(rule, bound)
    }


def breaks(before: sa.MetaData, after: sa.MetaData) -> list[str]:
    """What the version before could stumble over."""
    found = []
    for name, old in before.tables.items():
        new = after.tables.get(name)
        if new is None:
            found.append(f"{name} is gone")
            continue
        found += [f"{name}.{column.name} is gone" for column in old.columns if column.name not in new.columns]
        found += [f"{name} must obey {rule}" for rule in rules(new) - rules(old)]
        for column in new.columns:
            is_new = column.name not in old.columns
            if (
                not column.nullable
                and (is_new or old.columns[column.name].nullable)
                and column.server_default is None
            ):
                found.append(f"{name}.{column.name} must be given")
            if not is_new and str(old.columns[column.name].type) != str(column.type):
                found.append(f"{name}.{column.name} is of another type")
    return found


def test_the_files_of_migrations_are_named_after_their_revisions() -> None:
    assert revisions() == REVISIONS


async def test_e17_no_migration_takes_anything_away_or_asks_for_anything_new(tmp_path: Path) -> None:
    url = sqlite(tmp_path / "koine.db")
    await migrate(url, REVISIONS[0])
    before = await run(url, reflected)
    for revision in REVISIONS[1:]:
        await migrate(url, revision)
        after = await run(url, reflected)
        assert (revision, breaks(before, after)) == (revision, [])
        before = after


async def test_e17_a_migration_that_breaks_the_version_before_would_be_seen(empty_url: str) -> None:
    await migrate(empty_url, "head")
    old = await run(empty_url, reflected)

    def spoil(connection: sa.Connection) -> None:
        for statement in (
            "ALTER TABLE environment DROP COLUMN branding",
            "CREATE UNIQUE INDEX ux ON environment (name)",
            "DROP TABLE shift",
            "ALTER TABLE api_token ADD COLUMN colour VARCHAR",
        ):
            connection.exec_driver_sql(statement)

    await run(empty_url, spoil)
    assert sorted(breaks(old, await run(empty_url, reflected))) == [
        "environment must obey unique ux",
        "environment.branding is gone",
        "shift is gone",
    ]


def rows(tables: sa.MetaData) -> dict[str, dict[str, Any]]:
    """One for each table, as a version that knows these columns writes it."""
    made: dict[str, dict[str, Any]] = {}
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            made[table.name] = {column.name: _value(column, made) for column in table.columns}
    return made


def _value(column: sa.Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))


async def test_e17_what_the_version_before_writes_and_reads_goes_through(empty_url: str) -> None:
    await migrate(empty_url, REVISIONS[-2])
    old = await run(empty_url, reflected)
    await migrate(empty_url, "head")

    def work(connection: sa.Connection) -> None:
        made = rows(old)
        for table in old.sorted_tables:
            if table.name in made:
                connection.execute(table.insert().values(made[table.name]))
                connection.execute(table.update().values(made[table.name]))
        for table in reversed(old.sorted_tables):
            if table.name in made:
                [row] = connection.execute(table.select()).mappings().all()
                assert set(row) == set(made[table.name])
                connection.execute(table.delete())

    await run(empty_url, work)


async def test_e18_a_killed_migration_of_tables_with_rows_can_be_run_again(empty_url: str) -> None:
    await migrate(empty_url, REVISIONS[3])
    old = await run(empty_url, reflected)
    made = rows(old)

    def fill(connection: sa.Connection) -> None:
        for table in old.sorted_tables:
            if table.name in made:
                connection.execute(table.insert().values(made[table.name]))

    await run(empty_url, fill)
    killed = child("migrate", empty_url, "9")
    assert await asyncio.to_thread(killed.wait, 20) == -9
    assert breaks(old, await run(empty_url, reflected)) == []
    database = Database(empty_url)
    await database.migrate()
    await database.close()
    assert await differences(empty_url) == []

    def kept(connection: sa.Connection) -> dict[str, int]:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(old.tables[name])) or 0
            for name in made
        }

    assert await run(empty_url, kept) == dict.fromkeys(made, 1)

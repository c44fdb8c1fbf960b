"""Databases of both kinds, and the small world that most tests act in."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from auth.database import Database
from tests.auth.world import World, open_world
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]


def sqlite(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def migrate(url: str) -> None:
    async def deed() -> None:
        database = Database(url)
        await database.migrate()
        await database.close()

    asyncio.run(deed())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied: migrating anew would cost every test a tenth of a second."""
    file = tmp_path_factory.mktemp("template") / "koine.db"
    migrate(sqlite(file))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with all tables."""
    url = postgres.fresh()
    migrate(url)
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    file = tmp_path / "koine.db"
    shutil.copy(sqlite_template, file)
    return sqlite(file)


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> str:
    return postgres.fresh(postgres_template)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and no rows: each test runs once on each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same of a database without tables."""
    if request.param == "sqlite":
        return sqlite(tmp_path / "empty.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    yield database
    await database.close()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with open_world(sqlite_url) as world:
        yield world


@pytest.fixture
async def sandboxed(sqlite_url: str) -> AsyncIterator[World]:
    """The same with a stand-in of the vendor configured."""
    async with open_world(sqlite_url, acme="http://127.0.0.1:9") as world:
        yield world


@pytest.fixture
async def either(url: str) -> AsyncIterator[World]:
    """The same on each kind of database."""
    async with open_world(url) as world:
        yield world

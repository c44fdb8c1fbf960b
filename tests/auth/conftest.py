"""Databases of both kinds, and the small world that most tests act in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from auth.database import Database
from tests.auth.world import World, open_world
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/koine.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: each test runs once on each kind."""
    if request.param == "sqlite":
        found: str = request.getfixturevalue("sqlite_url")
        return found
    fresh: str = request.getfixturevalue("postgres").fresh()
    return fresh


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def postgres_database(postgres: Postgres) -> AsyncIterator[Database]:
    database = Database(postgres.fresh())
    await database.migrate()
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

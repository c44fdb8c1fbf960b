"""A house whose account may write, on either kind of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.auth.conftest import postgres, postgres_template, postgres_url, sqlite_template, sqlite_url, url
from tests.house import House, link, open_house

__all__ = ["postgres", "postgres_template", "postgres_url", "sqlite_template", "sqlite_url", "url"]


async def allow_writes(house: House) -> House:
    """Signed in with a key, whose rights are not bounded by scopes."""
    linked = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
    house.account = linked["id"]
    return house


@pytest.fixture
async def houses(tmp_path: Path, url: str) -> AsyncIterator[House]:
    """Once on SQLite and once on Postgres."""
    async with open_house(tmp_path, database_url=url) as found:
        yield await allow_writes(found)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as found:
        yield await allow_writes(found)

"""The small world of `tests/auth`, whose vendor knows refresh tokens here."""

from collections.abc import AsyncIterator

import pytest

from tests.auth.conftest import postgres, postgres_template, postgres_url, sqlite_template, sqlite_url, url
from tests.auth.world import World, open_world
from tests.renewal.grants import RENEWED

__all__ = ["postgres", "postgres_template", "postgres_url", "sqlite_template", "sqlite_url", "url"]


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with open_world(sqlite_url, RENEWED) as world:
        yield world


@pytest.fixture
async def either(url: str) -> AsyncIterator[World]:
    """The same on each kind of database."""
    async with open_world(url, RENEWED) as world:
        yield world

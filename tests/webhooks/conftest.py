"""The worlds of tests/auth, for what is told of the accounts in them, and who is told."""

from collections.abc import AsyncIterator

import pytest

from tests.auth.conftest import (
    database,
    either,
    postgres,
    postgres_template,
    postgres_url,
    sandboxed,
    sqlite_template,
    sqlite_url,
    url,
    world,
)
from tests.auth.world import World
from tests.webhooks.office import Office, open_office
from tests.webhooks.receiver import Receiver, receiving

__all__ = [
    "database",
    "either",
    "postgres",
    "postgres_template",
    "postgres_url",
    "sandboxed",
    "sqlite_template",
    "sqlite_url",
    "url",
    "world",
]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def office(world: World) -> AsyncIterator[Office]:
    """A courier that works when it is told to."""
    async with open_office(world) as found:
        yield found


@pytest.fixture
async def office_of_either(either: World) -> AsyncIterator[Office]:
    """The same on each kind of database."""
    async with open_office(either) as found:
        yield found

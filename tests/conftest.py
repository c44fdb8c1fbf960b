"""Fixtures that every test may use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.house import House, open_house

settings.register_profile("koine", deadline=None)  # a busy machine is no failure
settings.load_profile("koine")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with a linked sandbox account, all in this process."""
    async with open_house(tmp_path) as found:
        yield found

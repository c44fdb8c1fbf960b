"""A house whose pages are at home at https://koine.test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House
from tests.linking.browsing import linking_house
from tests.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with linking_house(tmp_path) as found:
        yield found

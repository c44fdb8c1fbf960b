"""A house whose vendor is the NetSuite stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, open_house
from tests.linking.browsing import HERE


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, provider="netsuite", public_url=HERE) as found:
        yield found

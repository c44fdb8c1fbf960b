"""What every test of writes uses."""

import pytest

from tests.house import House
from tests.writes.desk import Desk


@pytest.fixture
async def desk(house: House) -> Desk:
    """Its account counts in pieces."""
    desk = Desk(house)
    await desk.settle(unit_of_measure="EA")
    return desk

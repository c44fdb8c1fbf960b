"""What every test of writes uses."""

import pytest

from tests.house import House
from tests.writes.desk import Desk


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)

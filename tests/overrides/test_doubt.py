"""A write whose answer was lost, where an override or `remote_data` has changed what the record can be found by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, open_house
from tests.overrides.bends import bend, of_contacts

pytestmark = pytest.mark.anyio
CONTACT: dict[str, Any] = {"name": "Nettle & Sons", "type": "vendor"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as found:
        found.state["ledger"].quiet = timedelta(0)
        yield found


async def suppliers_made(house: House) -> int:
    return sum(one["method"] == "POST" and "/suppliers" in one["path"] for one in await house.log(500))


@pytest.mark.parametrize(
    ("override", "body"),
    [
        (of_contacts(request={"name": "join('', [name, ' Ltd'])"}), CONTACT),
        (of_contacts(response={"created_at": None, "name": "'Nettle & Sons'"}), CONTACT),
        ({}, {**CONTACT, "remote_data": {"name": "Nettle Ltd"}}),
    ],
)
async def test_it_is_not_taken_for_absent_and_made_twice(
    house: House, override: dict[str, Any], body: dict[str, Any]
) -> None:
    await bend(house, override)
    await house.fault(kind="reset_after", count=1, method="POST")
    path = f"/unified/accounting/contacts?integrated_account_id={house.account}"
    for _ in range(2):
        answer = await house.client.post(path, json=body, headers={"idempotency-key": "k-1"})
        assert answer.status_code == 502, answer.text
        assert answer.json()["details"]["outcome"] == "uncertain"
    assert await suppliers_made(house) == 1

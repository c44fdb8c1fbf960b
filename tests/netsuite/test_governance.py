"""The slots that an account's programs share: never more than are left to us, and as many as NetSuite says."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from providers.netsuite.governance import room
from tests.house import House, link, open_house

pytestmark = pytest.mark.anyio


async def pool(house: House) -> dict[str, int]:
    found: dict[str, int] = (await house.stats())["pools"]["1234567"]
    return found


async def many(house: House, count: int) -> list[int]:
    """Statuses of calls that come together, each once."""
    path, said = f"/proxy/query/v1/suiteql?integrated_account_id={house.account}", {"q": "SELECT 1 FROM dual"}
    calls = (house.client.post(path, json=said, headers={"prefer": "transient"}) for _ in range(count))
    answers = await asyncio.gather(*calls)
    return sorted({answer.status_code for answer in answers})


async def told(house: House) -> None:
    """Waits until NetSuite has said how many slots there are, which it is asked beside the calls."""
    for _ in range(200):
        if any("governanceLimits" in one["path"] and one["status"] == 200 for one in await house.log()):
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.1)


async def test_two_hundred_callers_never_use_more_slots_than_are_left_to_us(tmp_path: Path) -> None:
    async with open_house(tmp_path, provider="netsuite", work_seconds=0.02, queue_seconds=60) as house:
        await house.stand_in.post("/_sandbox/pool", json={"elsewhere": 2})
        assert await many(house, 200) == [200]
        seen = await pool(house)
        assert (seen["in_flight_max"], seen["refused"]) == (3, 0)


async def test_a_larger_pool_is_learnt_where_the_role_may_ask(tmp_path: Path) -> None:
    async with open_house(tmp_path, provider="netsuite", work_seconds=0.2, pool=15) as house:
        known = house.credentials["clients"]["admin"]
        names = ("account_id", "consumer_key", "consumer_secret", "token_id", "token_secret")
        account = await link(house, {name: known[name] for name in names}, "oauth")
        house.account = account["id"]
        assert await many(house, 1) == [200]
        await told(house)
        assert await many(house, 30) == [200]
        assert (await pool(house))["in_flight_max"] == 9


@pytest.mark.parametrize(
    ("sample", "figure"),
    [
        ({"accountUnallocatedConcurrencyLimit": 3, "integrationLimitType": "accountLimit"}, 1),
        ({"accountUnallocatedConcurrencyLimit": 15, "integrationLimitType": "accountLimit"}, 9),
        (
            {
                "accountUnallocatedConcurrencyLimit": 3,
                "integrationConcurrencyLimit": 2,
                "integrationLimitType": "integrationSpecific",
            },
            2,
        ),
        ({"integrationLimitType": "internal"}, None),
        ({"accountUnallocatedConcurrencyLimit": "many"}, None),
        ([], None),
    ],
)
async def test_what_netsuite_says_becomes_our_share(sample: Any, figure: int | None) -> None:
    assert room(json.loads(json.dumps(sample))) == figure

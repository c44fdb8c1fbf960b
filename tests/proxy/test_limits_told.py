"""What callers hear of a vendor's limits: figures on every answer with data, and whole seconds to wait."""

from pathlib import Path

import pytest

from tests.house import House, coupa_context, link
from tests.proxy.diverted import Diversion, diverted_house

pytestmark = pytest.mark.anyio
SUPPLIERS = "/api/suppliers"
CONTACTS = "accounting/contacts"


async def headers_of(house: House, diversion: Diversion, path: str) -> dict[str, str]:
    diversion.to = {SUPPLIERS: path}
    answer = await house.get(CONTACTS)
    return {name: value for name, value in answer.headers.items() if name.startswith(("ratelimit", "retry"))}


async def test_limits_are_told_on_every_answer_with_data(tmp_path: Path) -> None:
    limits = {"rate": 20, "per": 1.0, "burst": 20}
    async with diverted_house(tmp_path, limits=limits, queue_seconds=0) as (house, diversion):
        listed = await house.get(f"{CONTACTS}?limit=1")
        assert listed.headers["ratelimit-limit"] == "20;w=1"
        assert 0 < int(listed.headers["ratelimit-remaining"]) <= 15
        assert listed.headers["ratelimit-reset"] == "1"
        proxied = await house.client.get(f"/proxy/suppliers?limit=1&integrated_account_id={house.account}")
        assert proxied.headers["ratelimit-limit"] == "20;w=1"
        assert await headers_of(house, diversion, "/answers/429/9") == {
            "ratelimit-limit": "20;w=1",
            "ratelimit-remaining": "0",
            "ratelimit-reset": "10",
            "ratelimit-policy": '"calls";q=20;w=1',
            "ratelimit": '"calls";r=0;t=10',
            "retry-after": "9",
        }
        held = await house.get(CONTACTS)
        assert (held.status_code, held.json()["details"]) == (429, {"reason": "account_rate"})
        assert held.headers["retry-after"] in ("8", "9")
        assert "ratelimit-limit" not in (await house.client.get("/ping")).headers


@pytest.mark.parametrize("stated", ["Fri,_31_Dec_9999_23:59:59_GMT", "999999999"])
async def test_e2_a_wait_is_told_in_whole_seconds_within_an_hour(tmp_path: Path, stated: str) -> None:
    async with diverted_house(tmp_path, queue_seconds=0) as (house, diversion):
        for status in ("503", "429"):
            found = await headers_of(house, diversion, f"/answers/{status}/{stated}")
            assert found["retry-after"] == "3600"


async def test_accounts_of_one_instance_are_held_back_together(tmp_path: Path) -> None:
    async with diverted_house(tmp_path, queue_seconds=0) as (house, diversion):
        other = (await link(house, coupa_context(house.coupa_credentials), validate=False))["id"]
        await headers_of(house, diversion, "/answers/429/5")
        before = len(diversion.upstream.seen)
        held = await house.client.get(f"/unified/{CONTACTS}?integrated_account_id={other}")
        assert (held.status_code, held.json()["details"]) == (429, {"reason": "account_rate"})
        assert len(diversion.upstream.seen) == before


async def test_calls_under_way_are_told_in_the_ietfs_form_alone(tmp_path: Path) -> None:
    async with diverted_house(tmp_path, limits={"concurrency": 3}) as (house, _):
        listed = await house.get(f"{CONTACTS}?limit=1")
        assert listed.headers["ratelimit-policy"] == (
            '"calls";q=25;w=1, "concurrency";q=3;qu="concurrent-requests"'
        )
        assert listed.headers["ratelimit"].endswith(', "concurrency";r=2')
        assert listed.headers["ratelimit-limit"] == "25;w=1"

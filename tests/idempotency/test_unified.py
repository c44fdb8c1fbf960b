"""Unified writes with a key, and what a lost one without a key becomes."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.house import House
from tests.idempotency.writing import sent

pytestmark = pytest.mark.anyio
CONTACT = {"name": "Nettle & Sons", "type": "vendor"}


async def ask(
    house: House, key: str | None = "k-1", path: str = "contacts", *, method: str = "POST", body: Any = None
) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    target = f"/unified/accounting/{path}?integrated_account_id={house.account}"
    return await house.client.request(method, target, json=body or CONTACT, headers=headers)


async def test_c14_fifty_unified_writes_with_one_key_make_one_record(houses: House) -> None:
    answers = await asyncio.gather(*(ask(houses) for _ in range(50)))
    fresh = [
        each for each in answers if each.status_code == 201 and "idempotency-replayed" not in each.headers
    ]
    assert len(fresh) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["details"] == {"reason": "idempotency_in_flight"}
        else:
            assert answer.content == fresh[0].content
    assert await sent(houses) == 1


async def test_a_refused_body_leaves_the_key_free(house: House) -> None:
    refused = await ask(house, body={"nonsense": 1})
    assert refused.status_code == 400
    assert (await ask(house)).status_code == 201


async def test_a_vendors_refusal_is_replayed(house: House) -> None:
    await ask(house, "k-0")
    first = await ask(house)
    again = await ask(house)
    assert (first.status_code, again.status_code) == (400, 400)
    assert again.content == first.content
    assert again.json()["details"]["outcome"] == "not_applied"
    assert again.headers["idempotency-replayed"] == "true"
    assert await sent(house) == 2


async def test_a_read_that_fails_before_the_write_leaves_the_key_free(house: House) -> None:
    target = f"/unified/accounting/accounts/1?integrated_account_id={house.account}"
    headers = {"idempotency-key": "k-1", "if-match": '"other"'}
    await house.fault(kind="503", method="GET", path="/api/accounts/*")
    before = await sent(house, "PUT")
    first = await house.client.patch(target, json={"name": "Rent"}, headers=headers)
    assert first.status_code == 503
    assert first.json()["details"]["outcome"] == "not_applied"
    await house.coupa.delete("/_sandbox/faults")
    again = await house.client.patch(target, json={"name": "Rent"}, headers=headers)
    assert again.status_code == 412
    assert await sent(house, "PUT") == before

"""C14, C15, C17: what an idempotency key does for a passthrough write, on SQLite and on Postgres."""

import asyncio

import pytest

from tests.house import House
from tests.idempotency.writing import departments, sent, write

pytestmark = pytest.mark.anyio
REPLAYED = "idempotency-replayed"


async def test_c14_fifty_calls_with_one_key_at_once_are_one_write(houses: House) -> None:
    await houses.fault(kind="slow", delay=0.3, path="/api/departments")
    answers = await asyncio.gather(*(write(houses) for _ in range(50)))
    fresh = [answer for answer in answers if answer.status_code == 201 and REPLAYED not in answer.headers]
    assert len(fresh) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.headers["retry-after"] == "1"
            assert answer.json()["details"] == {"reason": "idempotency_in_flight"}
        else:
            assert (answer.status_code, answer.content) == (201, fresh[0].content)
    assert await departments(houses) == 1
    assert await sent(houses) == 1


async def test_a_repeat_gets_the_stored_answer_byte_for_byte(houses: House) -> None:
    first = await write(houses)
    again = await write(houses)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await sent(houses) == 1


@pytest.mark.parametrize("other", ["body", "query"])
async def test_c15_a_key_that_was_used_for_another_write_is_refused(houses: House, other: str) -> None:
    await write(houses)
    if other == "body":
        answer = await write(houses, json={"name": "Loom"})
    else:
        answer = await write(houses, path="/proxy/departments?dry=1")
    assert answer.status_code == 422
    assert answer.json()["details"] == {"reason": "idempotency_key_reused"}
    assert await sent(houses) == 1


async def test_one_key_serves_another_path_and_another_method(houses: House) -> None:
    made = (await write(houses)).json()
    custom = await write(houses, path="/custom/departments", json={"name": "Loom"})
    assert custom.status_code == 201
    changed = await write(
        houses, path=f"/proxy/departments/{made['id']}", method="PUT", json={"name": "Forge"}
    )
    assert (changed.status_code, changed.json()["name"]) == (200, "Forge")


async def test_c17_a_key_belongs_to_one_environment(houses: House) -> None:
    await write(houses)
    other, environment = await houses.caller("other")
    assert environment != houses.environment
    async with other:
        answer = await write(houses, client=other)
    assert answer.status_code == 404
    assert answer.json()["details"] == {"reason": "unknown_account"}


async def test_a_quoted_key_is_the_bare_one(house: House) -> None:
    await write(house, "k-1")
    answer = await write(house, '"k-1"')
    assert answer.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", ["", '""', '"', "a b", "k" * 256, "\u00fc", "a\tb"])
async def test_what_is_no_key_is_refused(house: House, key: str) -> None:
    answer = await house.client.post(
        f"/proxy/departments?integrated_account_id={house.account}",
        json={"name": "Kiln"},
        headers=[(b"idempotency-key", key.encode("latin-1"))],
    )
    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "reason": "invalid_request",
        "failures": [
            {"field": "Idempotency-Key", "message": "takes one key of 1 to 255 visible ASCII characters"}
        ],
    }
    assert await sent(house) == 0


async def test_two_keys_are_refused(house: House) -> None:
    answer = await house.client.post(
        f"/proxy/departments?integrated_account_id={house.account}",
        json={"name": "Kiln"},
        headers=[("idempotency-key", "a"), ("idempotency-key", "b")],
    )
    assert answer.status_code == 400
    assert await sent(house) == 0


async def test_a_key_on_a_read_means_nothing(house: House) -> None:
    for _ in range(2):
        answer = await write(house, "not a key", "/proxy/departments", method="GET")
        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers


async def test_the_vendor_never_sees_the_key(house: House) -> None:
    await write(house, "k-secret")
    assert all("idempotency-key" not in call["headers"] for call in await house.log())

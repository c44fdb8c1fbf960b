"""Unified writes whose answers were lost: the repeat finds the record, or sends the write again where there is none."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import House, open_house
from tests.idempotency.conftest import allow_writes
from tests.idempotency.test_c16_killed import Scene, scene
from tests.idempotency.writing import sent

__all__ = ["scene"]

pytestmark = pytest.mark.anyio
CONTACT = {"name": "Nettle & Sons", "type": "vendor", "tax_number": "77-1"}
RECOVERED, REPLAYED = "idempotency-recovered", "idempotency-replayed"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as found:
        found.state["ledger"].quiet = timedelta(0)
        yield await allow_writes(found)


async def ask(house: House, method: str, path: str, body: Any, key: str | None = "k-1") -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    target = f"/unified/accounting/{path}?integrated_account_id={house.account}"
    return await house.client.request(method, target, json=body, headers=headers)


async def lose(house: House, kind: str, method: str, path: str, body: Any, key: str | None) -> None:
    await house.fault(kind=kind, count=1, method="PUT" if method == "PATCH" else "POST")
    first = await ask(house, method, path, body, key)
    assert first.status_code == 502
    assert first.json()["details"] == {"reason": "outcome_uncertain", "outcome": "uncertain"}


@pytest.mark.parametrize("key", ["k-1", None])
async def test_a_record_that_was_made_is_found(house: House, key: str | None) -> None:
    await lose(house, "reset_after", "POST", "contacts", CONTACT, key)
    found = await ask(house, "POST", "contacts", CONTACT, key)
    assert found.status_code == 201, found.text
    assert found.headers[RECOVERED] == "true"
    assert (found.json()["name"], found.json()["tax_number"]) == ("Nettle & Sons", "77-1")
    again = await ask(house, "POST", "contacts", CONTACT, key)
    assert again.headers[REPLAYED] == "true"
    assert again.content == found.content
    assert await sent(house) == 1


@pytest.mark.parametrize("key", ["k-1", None])
async def test_a_record_that_was_not_made_is_made(house: House, key: str | None) -> None:
    await lose(house, "reset_before", "POST", "contacts", CONTACT, key)
    made = await ask(house, "POST", "contacts", CONTACT, key)
    assert made.status_code == 201, made.text
    assert RECOVERED not in made.headers
    assert await sent(house) == 2


async def test_an_older_record_of_the_same_name_is_not_taken_for_it(house: House) -> None:
    await house.coupa.post("/_sandbox/clock", json={"advance_seconds": -3600})
    made = await ask(house, "POST", "contacts", CONTACT, None)
    assert made.status_code == 201
    await house.coupa.post("/_sandbox/clock", json={"advance_seconds": 3600})
    await lose(house, "reset_before", "POST", "contacts", CONTACT, "k-1")
    again = await ask(house, "POST", "contacts", CONTACT)
    assert again.status_code == 400  # the vendor's word: the name is taken
    assert again.json()["details"]["outcome"] == "not_applied"


@pytest.mark.parametrize(("kind", "mark"), [("reset_after", "true"), ("reset_before", None)])
async def test_a_change_is_found_or_made(house: House, kind: str, mark: str | None) -> None:
    made = (await ask(house, "POST", "contacts", CONTACT, None)).json()
    path, body = f"contacts/{made['id']}", {"tax_number": "88-2"}
    await lose(house, kind, "PATCH", path, body, "k-1")
    again = await ask(house, "PATCH", path, body)
    assert again.status_code == 200, again.text
    assert again.headers.get(RECOVERED) == mark
    assert again.json()["tax_number"] == "88-2"
    assert await sent(house, "PUT") == (1 if mark else 2)


async def test_a_look_up_that_is_refused_leaves_the_write_in_doubt(house: House) -> None:
    await lose(house, "reset_after", "POST", "contacts", CONTACT, "k-1")
    await house.fault(kind="500", method="GET", count=3)
    answer = await ask(house, "POST", "contacts", CONTACT)
    assert answer.status_code == 502
    assert answer.json()["details"] == {"reason": "outcome_uncertain", "outcome": "uncertain"}
    await house.coupa.delete("/_sandbox/faults")
    found = await ask(house, "POST", "contacts", CONTACT)
    assert (found.status_code, found.headers[RECOVERED]) == (201, "true")
    assert await sent(house) == 1


@pytest.mark.parametrize(("point", "writes", "mark"), [("answered", 1, "true"), ("claimed", 1, None)])
async def test_c16_a_write_of_a_dead_process_is_found_or_made(
    scene: Scene, point: str, writes: int, mark: str | None
) -> None:
    house = scene.house
    house.state["ledger"].quiet = timedelta(0)
    await scene.killed(point, "POST", "/unified/accounting/contacts", CONTACT)
    answer = await ask(house, "POST", "contacts", CONTACT)
    while answer.status_code == 409:
        answer = await ask(house, "POST", "contacts", CONTACT)
    assert answer.status_code == 201, answer.text
    assert answer.headers.get(RECOVERED) == mark
    assert await sent(house) == writes

"""Writes whose answers are lost: never made twice, found again where the vendor has a handle, else in doubt."""

from typing import Any

import pytest

from tests.house import House, open_house
from tests.writes.bodies import FULL, LINE
from tests.writes.desk import Desk
from tests.writes.samples import SAMPLES

pytestmark = pytest.mark.anyio
INVOICES, REQUISITIONS = "accounting/invoices", "accounting/purchase_order_requisitions"
KEY = {"headers": {"idempotency-key": "once"}}
LARGE = {**LINE, "quantity": 100, "unit_price": 12.5}
PATHS = {
    "accounting/contacts": "suppliers",
    "accounting/employees": "users",
    "user-directory/users": "users",
    "user-directory/groups": "user_groups",
    "accounting/accounts": "accounts",
    "accounting/items": "items",
    "accounting/tracking_categories": "lookups",
    INVOICES: "invoices",
    "accounting/purchase_orders": "purchase_orders",
}


@pytest.fixture
async def desk(tmp_path: Any) -> Any:
    async with open_house(tmp_path, sleep=_at_once) as house:
        desk = Desk(house)
        await desk.settle(unit_of_measure="EA")
        yield desk


async def _at_once(seconds: float) -> None:
    """The five seconds in which a vendor may still finish go by."""


async def lose(desk: Desk, method: str, path: str) -> None:
    await desk.house.fault(kind="reset_after", method=method, path=f"/api/{path}", count=1)


def whole(key: str) -> dict[str, Any]:
    body = {**FULL[key], "remote_data": dict(SAMPLES[key].rest)} if SAMPLES[key].rest else dict(FULL[key])
    return {**body, "number": "EXT-9"} if key == "accounting/purchase_orders" else body


async def count(house: House, collection: str) -> int:
    return len((await house.coupa.get(f"/_sandbox/rows/{collection}")).json()["ids"])


@pytest.mark.parametrize("key", sorted(PATHS))
async def test_a_create_whose_answer_was_lost_is_found_again_and_made_once(key: str, desk: Desk) -> None:
    path, body = PATHS[key], whole(key)
    before = await count(desk.house, path)
    await lose(desk, "POST", path)
    lost = await desk.ask("POST", key, body, **KEY)
    assert (lost.status_code, lost.json()["details"]["outcome"]) == (502, "uncertain"), lost.text
    found = await desk.ask("POST", key, body, **KEY)
    assert (found.status_code, found.headers["idempotency-recovered"]) == (201, "true"), found.text
    assert found.json() == await desk.read(f"{key}/{found.json()['id']}")
    assert await count(desk.house, path) == before + 1
    again = await desk.ask("POST", key, body, **KEY)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == found.json()
    name = next(name for name in ("options", "purchase_price", "name", "number", "last_name") if name in body)
    if name == "options":
        assert [option["name"] for option in found.json()["options"]] == ["Full"]
    else:
        assert found.json()[name] == body[name]


async def test_a_create_that_never_arrived_is_sent_again(desk: Desk) -> None:
    await desk.house.fault(kind="500", method="POST", path="/api/invoices", count=1)
    assert (await desk.ask("POST", INVOICES, FULL[INVOICES], **KEY)).status_code == 500
    made = await desk.ask("POST", INVOICES, FULL[INVOICES], **KEY)
    assert (made.status_code, "idempotency-recovered" in made.headers) == (201, False)


async def test_an_older_record_of_that_name_is_not_taken_for_the_lost_one(desk: Desk) -> None:
    contact = await desk.read("accounting/contacts/1")
    await desk.house.fault(kind="500", method="POST", path="/api/suppliers", count=1)
    body = {"name": contact["name"]}
    assert (await desk.ask("POST", "accounting/contacts", body, **KEY)).status_code == 500
    answer = await desk.ask("POST", "accounting/contacts", body, **KEY)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [{"field": "name", "message": "has already been taken"}]


async def test_a_found_record_that_differs_from_what_was_given_leaves_the_write_in_doubt(desk: Desk) -> None:
    body = {**FULL["accounting/contacts"], "tax_number": "T-1"}
    await lose(desk, "POST", "suppliers")
    assert (await desk.ask("POST", "accounting/contacts", body, **KEY)).status_code == 502
    id_ = max((await desk.house.coupa.get("/_sandbox/rows/suppliers")).json()["ids"])
    await desk.house.coupa.patch(f"/_sandbox/rows/suppliers/{id_}", json={"tax-id": "T-2"})
    answer = await desk.ask("POST", "accounting/contacts", body, **KEY)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "outcome_uncertain")
    assert f"record {id_} was made, but has not all that was given" in answer.json()["message"]


async def test_what_was_still_to_be_done_to_a_found_record_is_done(desk: Desk) -> None:
    body = {**FULL[INVOICES], "line_items": [LARGE], "status": "submitted"}
    await lose(desk, "POST", "invoices")
    assert (await desk.ask("POST", INVOICES, body, **KEY)).status_code == 502
    found = await desk.ask("POST", INVOICES, body, **KEY)
    assert (found.status_code, found.json()["status"]) == (201, "submitted")
    item = whole("accounting/items")
    await lose(desk, "POST", "supplier_items")
    partly = await desk.ask("POST", "accounting/items", item, **{"headers": {"idempotency-key": "item"}})
    assert (partly.status_code, partly.json()["details"]["outcome"]) == (502, "partly_applied")
    priced = await desk.ask("POST", "accounting/items", item, **{"headers": {"idempotency-key": "item"}})
    assert (priced.status_code, priced.json()["purchase_price"]) == (201, 2)


async def test_a_create_without_a_handle_stays_in_doubt_and_is_not_made_twice(desk: Desk) -> None:
    before = await count(desk.house, "requisitions")
    await lose(desk, "POST", "requisitions")
    for _ in range(2):
        answer = await desk.ask("POST", REQUISITIONS, FULL[REQUISITIONS], **KEY)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "outcome_uncertain")
    assert "whether the record is there" in answer.json()["message"]
    assert await count(desk.house, "requisitions") == before + 1


async def test_an_update_is_sent_again_unless_it_would_add_something_twice(desk: Desk) -> None:
    made = await desk.done("POST", INVOICES, FULL[INVOICES])
    path = f"{INVOICES}/{made['id']}"
    await lose(desk, "PUT", f"invoices/{made['id']}")
    assert (await desk.ask("PATCH", path, {"memo": "b"}, **KEY)).status_code == 502
    changed = await desk.ask("PATCH", path, {"memo": "b"}, **KEY)
    assert (changed.status_code, changed.json()["memo"]) == (200, "b")
    await lose(desk, "PUT", f"invoices/{made['id']}")
    added = {"line_items": [LINE]}
    for _ in range(2):
        answer = await desk.ask("PATCH", path, added, **{"headers": {"idempotency-key": "line"}})
        assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "outcome_uncertain")
    assert len((await desk.read(path))["line_items"]) == 2


async def test_an_action_is_known_by_the_state_that_it_leads_to(desk: Desk) -> None:
    id_ = (await desk.done("POST", INVOICES, {**FULL[INVOICES], "line_items": [LARGE]}))["id"]
    for number, (method, body, status) in enumerate(
        [("submit", {}, "submitted"), ("dispute", {"reason": "INCORRECT-QUANTITY"}, "disputed")]
    ):
        key = {"headers": {"idempotency-key": f"act-{number}"}}
        await lose(desk, "PUT", f"invoices/{id_}/{method}")
        assert (await desk.ask("POST", f"{INVOICES}/{method}", {"id": id_, **body}, **key)).status_code == 502
        found = await desk.ask("POST", f"{INVOICES}/{method}", {"id": id_, **body}, **key)
        assert (found.status_code, found.headers["idempotency-recovered"]) == (200, "true"), found.text
        assert found.json()["result"]["status"] == status


async def test_an_approval_is_not_given_twice(desk: Desk) -> None:
    """The next step of the chain may be the same user's, so the state tells nothing."""
    body = {**FULL[REQUISITIONS], "line_items": [LARGE], "status": "submitted"}
    id_ = (await desk.done("POST", REQUISITIONS, body))["id"]
    await lose(desk, "PUT", "approvals/*/approve")
    for _ in range(2):
        answer = await desk.ask("POST", f"{REQUISITIONS}/approve", {"id": id_}, **KEY)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "outcome_uncertain")
    assert len([call for call in await desk.writes() if call.endswith("/approve")]) == 1


async def test_a_delete_is_known_by_what_is_no_longer_there(desk: Desk) -> None:
    made = await desk.done("POST", REQUISITIONS, FULL[REQUISITIONS])
    await lose(desk, "DELETE", f"requisitions/{made['id']}")
    path = f"{REQUISITIONS}/{made['id']}"
    assert (await desk.ask("DELETE", path, **KEY)).status_code == 502
    gone = await desk.ask("DELETE", path, **KEY)
    assert (gone.status_code, gone.json()) == (200, {"id": made["id"]})
    assert gone.headers["idempotency-recovered"] == "true"


async def test_a_read_that_fails_before_a_write_leaves_the_key_free(desk: Desk) -> None:
    made = await desk.done("POST", "accounting/contacts", {"name": "Unread"})
    path, body = f"accounting/contacts/{made['id']}", {"emails": [{"email": "a@x.test"}]}
    await desk.house.fault(kind="500", method="GET", path="/api/suppliers/*", count=3)
    answer = await desk.ask("PATCH", path, body, **KEY)
    assert (answer.status_code, answer.json()["details"]["outcome"]) == (500, "not_applied")
    await desk.house.coupa.delete("/_sandbox/faults")
    assert (await desk.ask("PATCH", path, body, **KEY)).status_code == 200

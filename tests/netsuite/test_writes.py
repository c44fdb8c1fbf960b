"""Writes to NetSuite by REST: once, however often they are sent; lines by id; complaints by field; what a delete is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import open_house
from tests.writes.desk import Desk, told
from tests.writes.netsuite_samples import CONTEXT, FULL, LINE, SAMPLES
from tests.writes.trials import key_of

pytestmark = pytest.mark.anyio
INVOICES, ORDERS, CONTACTS = "accounting/invoices", "accounting/purchase_orders", "accounting/contacts"
USERS = "user-directory/users"
KINDS = {
    "accounting/contacts": "vendor",
    "accounting/contacts customer": "customer",
    "accounting/employees": "employee",
    "accounting/accounts": "account",
    "accounting/items": "nonInventoryPurchaseItem",
    "accounting/tracking_categories": "department",
    INVOICES: "vendorBill",
    ORDERS: "purchaseOrder",
    "accounting/purchase_order_requisitions": "purchaseRequisition",
}

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (INVOICES, {"line_items": [{"account": "126", "quantity": 2}]}, "line_items.0.quantity"),
    (INVOICES, {"line_items": [{"description": "nothing"}]}, "line_items.0.item"),
    (INVOICES, {"line_items": [{**LINE, "type": "expense"}]}, "line_items.0.type"),
    (INVOICES, {"tracking_categories": [{"id": "3"}]}, "tracking_categories.0.id"),
    (INVOICES, {"custom_fields": {"entity": "12"}}, "custom_fields.entity"),
    (CONTACTS, {"currency": "Euro"}, "currency"),
    (CONTACTS, {"phones": [{"number": "1", "extension": "7"}]}, "phones.0.extension"),
    (CONTACTS, {"emails": [{"email": "a@x.test", "type": "other"}]}, "emails.0.type"),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_house(tmp_path, provider="netsuite", sleep=_at_once) as house:
        desk = Desk(house)
        await desk.settle(**CONTEXT)
        yield desk


async def _at_once(seconds: float) -> None:
    """The time in which a vendor may still finish goes by."""


def whole(name: str) -> dict[str, Any]:
    rest = SAMPLES[name].rest
    return {**FULL[name], **({"remote_data": dict(rest)} if rest else {})}


async def sent(desk: Desk) -> list[dict[str, Any]]:
    """The records' calls that write, oldest first."""
    return [
        one for one in await desk.house.log(300) if "/record/v1/" in one["path"] and one["method"] != "GET"
    ]


async def test_a_create_whose_answer_was_lost_is_sent_again_and_makes_one_record(desk: Desk) -> None:
    for name, kind in KINDS.items():
        key, once = key_of(name), {"headers": {"idempotency-key": kind}}
        path = f"/services/rest/record/v1/{kind}/*"
        await desk.house.fault(kind="reset_after", method="PUT", path=path, count=1)
        lost = await desk.ask("POST", key, whole(name), **once)
        assert (lost.status_code, lost.json()["details"]["outcome"]) == (502, "uncertain"), lost.text
        made = await desk.ask("POST", key, whole(name), **once)
        assert made.status_code == 201, made.text
        first, second = (await sent(desk))[-2:]
        assert (first["method"], first["path"]) == ("PUT", second["path"])
        assert await desk.read(f"{key}/{made.json()['id']}") == made.json()
        assert len(made.json().get("line_items", [LINE])) == 1
        again = await desk.ask("POST", key, whole(name), **once)
        assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
        assert again.json() == made.json()


async def test_what_is_deleted_is_gone_and_may_be_deleted_once(desk: Desk) -> None:
    for name in KINDS:
        key = key_of(name)
        made = await desk.done("POST", key, whole(name))
        assert await desk.done("DELETE", f"{key}/{made['id']}") == {"id": made["id"]}
        assert (await desk.ask("GET", f"{key}/{made['id']}")).status_code == 404
        assert (await desk.ask("DELETE", f"{key}/{made['id']}")).status_code == 404


async def test_what_something_depends_on_is_not_deleted_and_nothing_is_switched_off_silently(
    desk: Desk,
) -> None:
    bill = (await desk.done("GET", f"{INVOICES}", invoice_type="bill", limit=1))["result"][0]
    vendor = bill["contact"]["id"]
    before = await desk.read(f"{CONTACTS}/{vendor}")
    refused = await desk.ask("DELETE", f"{CONTACTS}/{vendor}")
    assert (refused.status_code, refused.json()["details"]["outcome"]) == (400, "not_applied")
    assert await desk.read(f"{CONTACTS}/{vendor}") == before


async def test_lines_change_by_id_are_added_without_one_and_go_by_word(desk: Desk) -> None:
    expense = {"account": "126", "total_line_amount": 5, "description": "Freight"}
    made = await desk.done(
        "POST", INVOICES, {**FULL[INVOICES], "line_items": [LINE, {**LINE, "item": "38"}, expense]}
    )
    first, second, third = made["line_items"]
    changed = await desk.done(
        "PATCH",
        f"{INVOICES}/{made['id']}",
        {
            "memo": "changed",
            "line_items": [
                {"id": first["id"], "quantity": 7},
                {"id": second["id"], "_delete": True},
                {"account": "121", "total_line_amount": 9},
            ],
        },
    )
    assert changed["memo"] == "changed"
    assert changed["line_items"][0] == {**first, "quantity": 7, "total_line_amount": 8.75}
    assert changed["line_items"][1] == third
    added = changed["line_items"][2]
    assert (added["account"], added["total_line_amount"], added["type"]) == ("121", 9, "expense")
    assert len(changed["line_items"]) == 3
    counted = await desk.ask(
        "PATCH", f"{INVOICES}/{made['id']}", {"line_items": [{"id": third["id"], "quantity": 2}]}
    )
    assert list(told(counted.json())) == ["line_items.0.quantity"]
    unknown = await desk.ask(
        "PATCH", f"{INVOICES}/{made['id']}", {"line_items": [{"id": "999999", "item": "34", "quantity": 1}]}
    )
    assert (unknown.status_code, unknown.json()["details"]["failures"]) == (
        400,
        [{"field": "line_items", "message": "has the id 999999, which is no line of the record"}],
    )


async def test_a_complaint_is_told_by_the_unified_field_and_line(desk: Desk) -> None:
    lines = [{"account": "126", "total_line_amount": 1}, LINE, {**LINE, "item": "99999"}]
    answer = await desk.ask("POST", INVOICES, {**FULL[INVOICES], "line_items": lines})
    assert (answer.status_code, answer.json()["details"]["outcome"]) == (400, "not_applied")
    assert list(told(answer.json())) == ["line_items.2.item"]
    nobody = await desk.ask("POST", ORDERS, {**FULL[ORDERS], "vendor": "99999"})
    assert list(told(nobody.json())) == ["vendor"]


async def test_a_member_that_netsuite_does_not_know_is_refused_and_not_dropped(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, {**FULL[CONTACTS], "remote_data": {"favouriteColour": "mauve"}})
    assert (answer.status_code, answer.json()["details"]["outcome"]) == (400, "not_applied")
    headers = [one["headers"]["x-netsuite-propertynamevalidation"] for one in await sent(desk)]
    assert headers == ["Error"]


async def test_an_external_id_of_the_callers_own_never_replaces_a_record(desk: Desk) -> None:
    body = {**FULL[CONTACTS], "remote_data": {"externalId": "VENDOR-1"}}
    answer = await desk.ask("POST", CONTACTS, body)
    assert answer.status_code == 400
    assert [one["method"] for one in await sent(desk)] == ["POST"]
    made = await desk.done("POST", CONTACTS, {**FULL[CONTACTS], "remote_data": {"externalId": "MINE-1"}})
    assert (await desk.read(f"{CONTACTS}/{made['id']}"))["name"] == FULL[CONTACTS]["name"]


async def test_a_customers_invoice_goes_to_a_customer_and_a_bill_to_a_vendor(desk: Desk) -> None:
    customer = await desk.done("POST", CONTACTS, FULL["accounting/contacts customer"])
    body = {**FULL[INVOICES], "type": "invoice", "contact": {"id": customer["id"]}}
    made = await desk.done("POST", INVOICES, body)
    assert (made["type"], made["contact"]["id"], made["total_amount"]) == ("invoice", customer["id"], 2.5)
    changed = await desk.done("PATCH", f"{INVOICES}/{made['id']}", {"memo": "paid soon"})
    assert changed["memo"] == "paid soon"
    for wrong in ({**body, "type": "bill"}, {**body, "contact": {"id": "251"}}):
        assert list(told(await desk.refused("POST", INVOICES, wrong))) == ["contact.id"]


async def test_what_can_not_be_written_is_refused_before_anything_is_sent(desk: Desk) -> None:
    for key, change, field in REFUSED:
        assert list(told(await desk.refused("POST", key, {**FULL[key], **change}))) == [field]


async def test_a_currency_that_the_account_lacks_is_refused(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, {**FULL[CONTACTS], "currency": "XAU"})
    assert (answer.status_code, told(answer.json())) == (
        400,
        {"currency": "is none of this account's currencies"},
    )
    assert await sent(desk) == []


async def test_a_user_is_renamed_and_switched_off(desk: Desk) -> None:
    user = (await desk.done("GET", USERS, limit=1))["result"][0]
    change = {
        "first_name": "Ada",
        "title": "Buyer",
        "status": "inactive",
        "emails": [{"email": "ada@x.test"}],
    }
    changed = await desk.done("PATCH", f"{USERS}/{user['id']}", change)
    assert changed == await desk.read(f"{USERS}/{user['id']}")
    written = {name: changed[name] for name in ("first_name", "title", "status", "username")}
    assert written == {"first_name": "Ada", "title": "Buyer", "status": "inactive", "username": "ada@x.test"}
    back = await desk.done("PATCH", f"{USERS}/{user['id']}", {"status": "active"})
    assert (back["status"], back["roles"]) == ("active", user["roles"])
    for method in ("POST", "DELETE"):
        path = USERS if method == "POST" else f"{USERS}/{user['id']}"
        assert (await desk.ask(method, path, {} if method == "POST" else None)).status_code == 405

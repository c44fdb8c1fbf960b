"""Custom methods and deletes: what each does, in which states, and what is answered in the others."""

from typing import Any

import pytest

from providers.registry import PROVIDERS
from tests.writes.bodies import FULL, LINE
from tests.writes.desk import Desk, told

pytestmark = pytest.mark.anyio
INVOICES, ORDERS = "accounting/invoices", "accounting/purchase_orders"
REQUISITIONS, GROUPS = "accounting/purchase_order_requisitions", "user-directory/groups"
LARGE = {**LINE, "quantity": 100, "unit_price": 12.5}  # documents from 100.00 on need approval
SHIP_TO = {"remote_data": {"ship-to-address": {"id": 1}}}


async def invoice(desk: Desk, **more: Any) -> str:
    made = await desk.done("POST", INVOICES, {**FULL[INVOICES], "line_items": [LARGE], **more})
    return str(made["id"])


async def act(desk: Desk, key: str, method: str, id_: str, **more: Any) -> dict[str, Any]:
    answer = await desk.done("POST", f"{key}/{method}", {"id": id_, **more})
    assert list(answer) == ["result"]
    result: dict[str, Any] = answer["result"]
    assert result["id"] == id_
    assert result == await desk.read(f"{key}/{id_}")
    return result


async def forbidden(
    desk: Desk, key: str, method: str, id_: str, status: int = 400, **more: Any
) -> dict[str, Any]:
    answer = await desk.ask("POST", f"{key}/{method}", {"id": id_, **more})
    assert answer.status_code == status, answer.text
    details: dict[str, Any] = answer.json()["details"]
    assert details["outcome"] == "not_applied"
    return details


async def test_an_invoice_is_submitted_approved_and_voided(desk: Desk) -> None:
    id_ = await invoice(desk)
    assert (await act(desk, INVOICES, "submit", id_))["status"] == "submitted"
    assert (await act(desk, INVOICES, "approve", id_, reason="fine"))["status"] == "submitted"
    assert (await act(desk, INVOICES, "approve", id_))["status"] == "authorised"
    assert (await act(desk, INVOICES, "void", id_))["status"] == "voided"
    details = await forbidden(desk, INVOICES, "submit", id_)
    assert (details["state"], details["allowed_states"]) == ("voided", ["draft"])
    details = await forbidden(desk, INVOICES, "approve", id_, 409)
    assert (details["reason"], details["state"]) == ("state_not_allowed", "voided")


async def test_an_invoice_is_created_and_submitted_in_one_write(desk: Desk) -> None:
    made = await desk.done("POST", INVOICES, {**FULL[INVOICES], "line_items": [LARGE], "status": "submitted"})
    assert made["status"] == "submitted"
    assert [line.split("/api")[1] for line in (await desk.writes())[-2:]] == [
        "/invoices",
        f"/invoices/{made['id']}/submit",
    ]


async def test_an_invoice_that_is_made_but_not_submitted_is_partly_applied(desk: Desk) -> None:
    await desk.house.fault(kind="500", method="PUT", path="/api/invoices/*/submit", count=1)
    answer = await desk.ask("POST", INVOICES, {**FULL[INVOICES], "status": "submitted"})
    assert answer.status_code == 500
    details = answer.json()["details"]
    assert details["outcome"] == "partly_applied"
    assert (await desk.read(f"{INVOICES}/{details['id']}"))["status"] == "draft"


async def test_an_invoice_is_disputed_taken_back_and_abandoned(desk: Desk) -> None:
    id_ = await invoice(desk, status="submitted")
    disputed = await act(desk, INVOICES, "dispute", id_, reason="INCORRECT-QUANTITY", comment="Ten came")
    assert disputed["status"] == "disputed"
    assert (await act(desk, INVOICES, "withdraw-dispute", id_))["status"] == "submitted"
    await act(desk, INVOICES, "dispute", id_, reason="INCORRECT-QUANTITY")
    abandoned = await act(desk, INVOICES, "abandon", id_, reason="DUPLICATE", comment="Twice")
    assert abandoned["status"] == "deleted"
    unknown = await desk.refused("POST", f"{INVOICES}/dispute", {"id": id_, "why": 1})
    assert told(unknown) == {"why": "is not known here", "reason": "is missing"}


async def test_a_rejected_invoice_is_not_deleted_but_says_how_to_abandon_it(desk: Desk) -> None:
    id_ = await invoice(desk, status="submitted")
    assert (await act(desk, INVOICES, "reject", id_, reason="no"))["status"] == "rejected"
    answer = await desk.ask("DELETE", f"{INVOICES}/{id_}")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (409, "state_not_allowed")
    assert "POST …/abandon" in answer.json()["message"]


async def test_deleting_an_invoice_voids_it_and_doing_so_again_changes_nothing(desk: Desk) -> None:
    id_ = await invoice(desk)
    assert await desk.done("DELETE", f"{INVOICES}/{id_}") == {"id": id_}
    assert (await desk.read(f"{INVOICES}/{id_}"))["status"] == "voided"
    before = await desk.writes()
    assert await desk.done("DELETE", f"{INVOICES}/{id_}") == {"id": id_}
    assert await desk.writes() == before


async def test_a_requisition_is_submitted_approved_and_becomes_an_order(desk: Desk) -> None:
    made = await desk.done("POST", REQUISITIONS, {**FULL[REQUISITIONS], "line_items": [LARGE]})
    id_ = made["id"]
    assert (await act(desk, REQUISITIONS, "submit", id_))["status"] == "submitted"
    details = await forbidden(desk, REQUISITIONS, "submit", id_)
    assert (details["state"], details["allowed_states"]) == (
        "pending_approval",
        ["draft", "cart", "withdrawn"],
    )
    assert (await act(desk, REQUISITIONS, "approve", id_))["status"] == "submitted"
    assert (await act(desk, REQUISITIONS, "approve", id_))["status"] == "billed"


async def test_a_requisition_is_created_and_submitted_by_one_call(desk: Desk) -> None:
    body = {**FULL[REQUISITIONS], "line_items": [LARGE], "status": "submitted"}
    assert (await desk.done("POST", REQUISITIONS, body))["status"] == "submitted"
    assert (await desk.writes())[-1] == "POST /api/requisitions/submit_for_approval"


async def test_a_rejected_requisition_is_a_draft_again_and_can_be_deleted(desk: Desk) -> None:
    body = {**FULL[REQUISITIONS], "line_items": [LARGE], "status": "submitted"}
    id_ = (await desk.done("POST", REQUISITIONS, body))["id"]
    refused = await desk.ask("DELETE", f"{REQUISITIONS}/{id_}")
    assert (refused.status_code, refused.json()["details"]["allowed_states"]) == (400, ["draft", "cart"])
    assert (await act(desk, REQUISITIONS, "reject", id_))["status"] == "draft"
    assert await desk.done("DELETE", f"{REQUISITIONS}/{id_}") == {"id": id_}
    assert (await desk.ask("GET", f"{REQUISITIONS}/{id_}")).status_code == 404


async def test_lines_are_changed_added_removed_and_left(desk: Desk) -> None:
    for key in (INVOICES, ORDERS, REQUISITIONS):
        rest = SHIP_TO if key == ORDERS else {}
        lines = [LINE, {**LINE, "description": "Second"}, {**LINE, "description": "Third"}]
        made = await desk.done("POST", key, {**FULL[key], "line_items": lines, **rest})
        first, second, third = (line["id"] for line in made["line_items"])
        changes = [
            {"id": first, "quantity": 3},
            {"id": second, "_delete": True},
            {**LINE, "description": "Fourth", "currency": "USD"},
        ]
        changed = await desk.done("PATCH", f"{key}/{made['id']}", {"line_items": changes})
        found = [
            (line["description"], line["quantity"], line["unit_price"]) for line in changed["line_items"]
        ]
        assert found == [("Card", 3, 1.25), ("Third", 2, 1.25), ("Fourth", 2, 1.25)], key
        assert [line["id"] for line in changed["line_items"][:2]] == [first, third]


async def test_decimals_of_fifteen_digits_reach_the_vendor_digit_for_digit(desk: Desk) -> None:
    for price, text in ((0.4257, "0.4257"), (1234567890.12345, "1234567890.12345"), (0.00001, "0.00001")):
        line = {**LINE, "quantity": 1, "unit_price": price}
        answer = await desk.ask(
            "POST",
            INVOICES,
            {**FULL[INVOICES], "number": f"D-{text}", "line_items": [line]},
            truto_ignore_remote_data="false",
        )
        assert answer.status_code == 201
        assert answer.json()["remote_data"]["invoice-lines"][0]["price"] == text
        assert answer.json()["line_items"][0]["unit_price"] == price


async def test_a_tax_of_the_whole_invoice_is_kept_on_its_head(desk: Desk) -> None:
    made = await desk.done("POST", INVOICES, {**FULL[INVOICES], "total_tax_amount": 4.75})
    assert made["total_tax_amount"] == 4.75
    taxed = {**FULL[INVOICES], "total_tax_amount": 4.75, "line_items": [{**LINE, "tax_rate": "1"}]}
    answer = await desk.refused("POST", INVOICES, taxed)
    assert list(told(answer)) == ["total_tax_amount"]


async def test_an_order_is_issued_changed_closed_reopened_and_cancelled(desk: Desk) -> None:
    made = await desk.done("POST", ORDERS, {**FULL[ORDERS], **SHIP_TO})
    id_ = made["id"]
    assert made["status"] == "draft"
    assert (await act(desk, ORDERS, "issue", id_))["status"] == "authorised"
    assert (await act(desk, ORDERS, "close", id_))["status"] == "billed"
    details = await forbidden(desk, ORDERS, "cancel", id_)
    assert details["state"] == "closed"
    assert (await act(desk, ORDERS, "reopen", id_, reason="MORE", comment="Two to come"))[
        "status"
    ] == "authorised"
    assert (await act(desk, ORDERS, "cancel", id_))["status"] == "deleted"


async def test_an_order_is_created_and_issued_in_one_write_and_a_delete_cancels_it(desk: Desk) -> None:
    made = await desk.done("POST", ORDERS, {**FULL[ORDERS], **SHIP_TO, "status": "submitted"})
    assert made["status"] == "authorised"
    assert await desk.done("DELETE", f"{ORDERS}/{made['id']}") == {"id": made["id"]}
    assert (await desk.read(f"{ORDERS}/{made['id']}"))["status"] == "deleted"


async def test_members_join_and_leave_a_group_and_may_do_so_twice(desk: Desk) -> None:
    group = (await desk.done("POST", GROUPS, {"name": "Readers"}))["id"]
    user = {"user": {"id": "20"}}

    async def members() -> list[str]:
        found = await desk.done("GET", "user-directory/users", **{"group[id]": group})
        return [one["id"] for one in found["result"]]

    for method, wanted in (
        ("add-user", ["20"]),
        ("add-user", ["20"]),
        ("remove-user", []),
        ("remove-user", []),
    ):
        await act(desk, GROUPS, method, group, **user)
        assert await members() == wanted, method
    nobody = await desk.refused("POST", f"{GROUPS}/add-user", {"id": group})
    assert told(nobody) == {"user": "is missing"}


async def test_a_price_is_changed_where_it_is_read_and_made_where_there_is_none(desk: Desk) -> None:
    made = await desk.done("POST", "accounting/items", {"name": "Priceless", "description": "d"})
    path = f"accounting/items/{made['id']}"
    assert made["purchase_price"] is None
    lacking = await desk.refused("PATCH", path, {"purchase_price": 2.5})
    assert list(told(lacking)) == ["remote_data.supplier-item.supplier"]
    terms = {"remote_data": {"supplier-item": {"supplier": {"id": 1}, "currency": {"code": "USD"}}}}
    priced = await desk.done("PATCH", path, {"purchase_price": 2.5, **terms})
    assert (priced["purchase_price"], priced["unit_price"]) == (2.5, 2.5)
    assert (await desk.done("PATCH", path, {"unit_price": 3.75}))["purchase_price"] == 3.75
    two = await desk.refused("PATCH", path, {"unit_price": 1, "purchase_price": 2})
    assert list(told(two)) == ["unit_price"]
    assert (await desk.done("PATCH", path, {"status": "archived"}))["purchase_price"] is None


async def test_options_of_a_category_change_one_by_one_and_others_stay(desk: Desk) -> None:
    key = "accounting/tracking_categories"
    made = await desk.done("POST", key, FULL[key] | {"options": [{"name": "One"}, {"name": "Two"}]})
    two = made["options"][1]
    body = {"options": [{"id": two["id"], "status": "archived"}, {"name": "Three"}]}
    changed = await desk.done("PATCH", f"{key}/{made['id']}", body)
    assert [(option["name"], option["status"]) for option in changed["options"]] == [
        ("One", "active"),
        ("Two", "archived"),
        ("Three", "active"),
    ]
    before = await desk.writes()
    strange = await desk.ask("PATCH", f"{key}/{made['id']}", {"options": [{"id": "1", "name": "Mine"}]})
    assert (strange.status_code, told(strange.json())) == (
        400,
        {"options.0.id": "is no option of this category"},
    )
    assert await desk.writes() == before
    department = await desk.done("POST", key, {"name": "Shipping", "category_type": "department"})
    assert department["category_type"] == "department"
    assert (await desk.done("PATCH", f"{key}/{department['id']}", {"status": "archived"}))[
        "status"
    ] == "archived"


async def test_an_etag_guards_a_write(desk: Desk) -> None:
    made = await desk.done("POST", INVOICES, FULL[INVOICES])
    path, stale = f"{INVOICES}/{made['id']}", {"if-match": f'"{made["etag"]}"'}
    changed = await desk.done("PATCH", path, {"memo": "second"}, headers=stale)
    assert changed["etag"] != made["etag"]
    refused = await desk.refused("PATCH", path, {"memo": "third"}, status=412, headers=stale)
    assert refused["details"]["reason"] == "etag_mismatch"
    await desk.refused("DELETE", path, status=412, headers=stale)
    await desk.refused("POST", f"{INVOICES}/submit", {"id": made["id"]}, status=412, headers=stale)
    fresh = {"if-match": f'"{changed["etag"]}"'}
    assert (await desk.done("PATCH", path, {"memo": "third"}, headers=fresh))["memo"] == "third"
    assert (await desk.done("PATCH", path, {"memo": "any"}, headers={"if-match": "*"}))["memo"] == "any"


async def test_unknown_methods_and_records_are_refused(desk: Desk) -> None:
    answer = await desk.refused("POST", f"{INVOICES}/frobnicate", {"id": "1"}, status=405)
    assert answer["details"]["methods"] == list(PROVIDERS["coupa"].resources[INVOICES].methods)
    assert told(await desk.refused("POST", f"{INVOICES}/submit", {})) == {"id": "is missing"}
    nobody = await desk.ask("POST", f"{INVOICES}/submit", {"id": "99999"})
    assert (nobody.status_code, nobody.json()["details"]["outcome"]) == (404, "not_applied")

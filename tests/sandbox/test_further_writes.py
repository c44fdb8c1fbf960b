"""Writes beside the plain ones: parts of records, files, carts, changes of orders, and answers that are lost."""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Tenant
from tests.sandbox.documents import ACCOUNT, call, invoice, issued, requisition
from tests.sandbox.test_required import ORDER, PLACE, REQUEST, REQUEST_LINE, USER

pytestmark = pytest.mark.anyio


async def upload(
    tenant: Tenant, path: str, name: str = "attachment[file]", method: str = "POST"
) -> httpx.Response:
    form = {"attachment[type]": "file", "attachment[intent]": "Internal"}
    parts = {name: ("scan.pdf", b"%PDF", "application/pdf")}
    headers = {**tenant.key, "accept": "application/json"}
    return await tenant.client.request(method, f"/api/{path}", files=parts, data=form, headers=headers)


@pytest.mark.parametrize(
    "owner", ["invoices/3", "requisitions/3", "purchase_orders/3", "purchase_order_lines/3", "users/20"]
)
async def test_files_are_attached_listed_fetched_and_deleted_below_their_record(
    tenant: Tenant, owner: str
) -> None:
    path = f"{owner}/attachments"
    before = await tenant.ids(path)
    made = (await upload(tenant, path)).json()
    note = await call(tenant, "POST", path, {"type": "text", "text": "hello", "intent": "Supplier"})
    link = await call(tenant, "POST", path, {"type": "url", "url": "https://x.example/a.pdf"})
    assert await tenant.ids(path) == [*before, made["id"], note["id"], link["id"]]
    assert await tenant.one(f"{path}/{note['id']}") == note
    got = await tenant.get(f"{path}/{made['id']}/download")
    assert (got.status_code, got.headers["content-type"], got.content) == (200, "application/pdf", b"%PDF")
    assert (await tenant.get(f"{path}/{note['id']}/download")).status_code == 404
    assert (await tenant.call("PUT", f"{path}/{made['id']}", {"intent": "Supplier"})).status_code == 405
    assert (await tenant.call("DELETE", f"{path}/{made['id']}")).status_code == 200
    assert await tenant.ids(path) == [*before, note["id"], link["id"]]


async def test_an_attachment_of_another_record_is_not_found(tenant: Tenant) -> None:
    made = (await upload(tenant, "invoices/3/attachments")).json()
    for path in (f"invoices/4/attachments/{made['id']}", f"requisitions/3/attachments/{made['id']}"):
        assert (await tenant.get(path)).status_code == 404
        assert (await tenant.call("DELETE", path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"type": "text"}, "Text can't be blank"),
        ({"type": "url", "url": ""}, "Url can't be blank"),
        ({"type": "file"}, "File can't be blank"),
        ({}, "Type is not included in the list"),
    ],
)
async def test_an_attachment_needs_its_content(tenant: Tenant, body: Any, text: str) -> None:
    refused = await tenant.refused("POST", "invoices/3/attachments", body)
    assert refused == (400, {"errors": {"attachment": [text]}})


async def test_an_invoice_keeps_its_scan_and_has_a_pdf_once_it_is_legal(tenant: Tenant) -> None:
    id_ = (await invoice(tenant))["id"]
    assert (await tenant.get(f"invoices/{id_}/retrieve_image_scan")).status_code == 404
    kept = await upload(tenant, f"invoices/{id_}/image_scan", "file", "PUT")
    assert (kept.status_code, kept.json()["image-scan"], kept.json()["image-scan-file-size"]) == (
        200,
        "scan.pdf",
        "4",
    )
    assert (await tenant.get(f"invoices/{id_}/retrieve_image_scan")).content == b"%PDF"
    refused = await tenant.refused("PUT", f"invoices/{id_}/image_scan", {})
    assert refused == (400, {"errors": {"invoice_header": ["File can't be blank"]}})
    assert (await tenant.get(f"invoices/{id_}/retrieve_legal_invoice_pdf")).status_code == 404
    await call(tenant, "PUT", f"invoices/{id_}/void")
    assert (await tenant.get(f"invoices/{id_}/retrieve_legal_invoice_pdf")).content.startswith(b"%PDF-1.4")


async def test_lines_of_an_invoice_are_charged_elsewhere_and_nothing_else_of_them_changes(
    tenant: Tenant,
) -> None:
    made = await invoice(tenant)
    line = made["invoice-lines"][0]
    other = next(
        one
        for one in await tenant.one("accounts?limit=50")
        if one["id"] != line["account"]["id"] and one["active"]
    )
    body = {"invoice-lines": [{"id": line["id"], "account": {"id": other["id"]}, "price": "1"}]}
    after = (await call(tenant, "PUT", f"invoices/{made['id']}/update_line_accounts", body))["invoice-lines"][
        0
    ]
    assert (after["account"]["id"], after["price"]) == (other["id"], line["price"])
    assert (await tenant.call("PUT", f"invoices/{made['id']}/update_line_accounts", {})).status_code == 400


async def test_what_is_marked_for_deletion_goes_and_what_has_no_id_is_not_made(tenant: Tenant) -> None:
    made = await invoice(tenant)
    first = made["invoice-lines"][0]["id"]
    line = {"description": "Desk", "price": "5", "type": "InvoiceAmountLine", "account": ACCOUNT}
    body = {
        "invoice-lines": [line, {"_delete": True, "description": "Never"}, {"id": first, "_delete": "true"}]
    }
    after = await call(tenant, "PUT", f"invoices/{made['id']}", body)
    assert [one["description"] for one in after["invoice-lines"]] == ["Desk"]
    assert after["gross-total"] == "5.00"
    supplier = await tenant.one("suppliers/2")
    contact = {"contacts": [{"email": "more@example.com", "name-given": "More"}]}
    more = await call(tenant, "PUT", "suppliers/2", contact)
    assert len(more["contacts"]) == len(supplier["contacts"]) + 1
    gone = {"contacts": [{"id": more["contacts"][-1]["id"], "_delete": True}]}
    assert (await call(tenant, "PUT", "suppliers/2", gone))["contacts"] == supplier["contacts"]


async def test_a_remit_to_address_is_made_changed_and_deleted_below_its_supplier(tenant: Tenant) -> None:
    made = await call(tenant, "POST", "suppliers/2/addresses", {"remit-to-code": "R9", **PLACE})
    assert made["active"] is None
    path = f"suppliers/2/addresses/{made['id']}"
    assert (await call(tenant, "PUT", path, {"city": "York", "active": "true"}))["city"] == "York"
    assert (await tenant.call("DELETE", path)).status_code == 200
    assert (await tenant.get(path)).status_code == 404
    assert (await tenant.call("DELETE", "suppliers/2/supplier_sites/1")).status_code == 405
    site = await call(tenant, "POST", "suppliers/2/supplier_sites", {"code": "S9", "name": "Nine"})
    assert site["id"] in await tenant.ids("suppliers/2/supplier_sites")


async def test_a_price_is_made_changed_and_deleted(tenant: Tenant) -> None:
    body = {"supplier": {"id": 2}, "price": "3.20", "supplier-part-num": "new", "currency": {"code": "USD"}}
    made = await call(tenant, "POST", "items/1/supplier_items", body)
    assert (made["item"]["id"], made["price"]) == (1, "3.20")
    changed = await call(tenant, "PUT", f"supplier_items/{made['id']}", {"price": 4, "preferred": True})
    assert (changed["price"], changed["preferred"]) == ("4", True)
    assert (await tenant.call("DELETE", f"supplier_items/{made['id']}")).status_code == 200
    assert (await tenant.get(f"supplier_items/{made['id']}")).status_code == 404


async def test_who_and_what_is_switched_off_can_no_longer_be_referred_to(tenant: Tenant) -> None:
    made = await call(tenant, "POST", "users", USER)
    assert (await call(tenant, "PUT", f"users/{made['id']}", {"active": False}))["active"] is False
    status, answer = await tenant.refused(
        "POST", "requisitions", {**REQUEST, "requested-by": {"id": made["id"]}}
    )
    assert status == 400
    assert answer["errors"]["requisition_header"][0].startswith(
        "Unable to find valid User record for requested_by"
    )
    value = await call(tenant, "POST", "lookup_values", {"name": "Old", "lookup": {"id": 1}})
    await call(tenant, "PUT", f"lookup_values/{value['id']}", {"active": "false"})
    status, answer = await tenant.refused(
        "PUT", "invoices/3", {"custom-fields": {"cf-project": {"id": value["id"]}}}
    )
    assert status == 400
    assert answer["errors"]["invoice_header"][0].startswith(
        "Unable to find valid LookupValue record for cf_project"
    )
    assert (await call(tenant, "PUT", f"users/{made['id']}", {"active": True}))["active"] is True


async def test_a_persons_addresses_are_records_below_them(tenant: Tenant) -> None:
    made = await call(tenant, "POST", "users/20/addresses", {"name": "Home of 20", **PLACE})
    assert await tenant.ids("users/20/addresses") == [made["id"]]
    changed = await call(tenant, "PUT", f"users/20/addresses/{made['id']}", {"city": "York"})
    assert changed["city"] == "York"
    assert (await tenant.call("DELETE", f"users/20/addresses/{made['id']}")).status_code == 405


async def test_the_cart_is_made_at_the_first_look_and_filled(tenant: Tenant) -> None:
    empty = await tenant.one("requisitions/current_cart")
    assert (empty["status"], empty["requisition-lines"]) == ("cart", [])
    assert (await tenant.one("requisitions/current_cart"))["id"] == empty["id"]
    for number in (1, 2):
        body = {"requisition-lines": [{**REQUEST_LINE, "line-num": number}]}
        filled = await call(tenant, "POST", "requisitions/add_to_cart", body)
    assert (filled["id"], len(filled["requisition-lines"]), filled["total"]) == (empty["id"], 2, "800.00")
    refused = await tenant.refused("POST", "requisitions/add_to_cart", {})
    assert refused == (400, {"errors": {"requisition_header": ["Requisition lines can't be blank"]}})


async def test_a_draft_is_kept_without_validation_and_cannot_be_submitted_like_that(tenant: Tenant) -> None:
    made = await requisition(tenant)
    gone = {"requisition-lines": [{"id": made["requisition-lines"][0]["id"], "_delete": True}]}
    text = {"errors": {"requisition_header": ["Requisition lines can't be blank"]}}
    path = f"requisitions/{made['id']}"
    assert await tenant.refused("PUT", f"{path}/save_for_later", gone) == (400, text)
    kept = await call(tenant, "PUT", f"{path}/update_without_validation", gone)
    assert (kept["status"], kept["requisition-lines"]) == ("draft", [])
    assert await tenant.refused("PUT", f"{path}/update_and_submit_for_approval", {}) == (400, text)


async def test_lines_are_scheduled_for_a_day(tenant: Tenant) -> None:
    line = (await requisition(tenant))["requisition-lines"][0]["id"]
    body = {"requisition_line_ids": [line], "schedule_issuance_date": "03/31/2027"}
    for word in ("schedule_issuance", "unschedule_issuance"):
        assert (await tenant.call("POST", f"requisitions/{word}", body)).status_code == 200
    wrong: tuple[dict[str, Any], ...] = (
        {"schedule_issuance_date": "31/03/2027"},
        {"requisition_line_ids": [0]},
        {"requisition_line_ids": []},
    )
    for change in wrong:
        answer = await tenant.call("POST", "requisitions/schedule_issuance", {**body, **change})
        assert answer.status_code == 400


async def test_what_was_ordered_keeps_its_lines(tenant: Tenant) -> None:
    done = (await tenant.ids("requisitions?status=ordered&limit=1"))[0]
    refused = await tenant.refused("PUT", f"requisitions/{done}", {"requisition-lines": [REQUEST_LINE]})
    text = "Requisition header cannot be changed in status ordered"
    assert refused == (400, {"errors": {"requisition_header": [text]}})
    assert (await tenant.call("PUT", f"requisitions/{done}", {"justification": "Noted"})).status_code == 200


async def test_a_change_of_an_order_makes_a_new_version(tenant: Tenant) -> None:
    order = await issued(tenant)
    line = order["order-lines"][0]
    change = {
        "order-header-id": order["id"],
        "order-lines": [{"order-line-id": line["id"], "quantity": "77"}],
    }
    made = await call(tenant, "POST", "purchase_order_changes", change)
    assert made["status"] == "approved"
    after = await tenant.one(f"purchase_orders/{order['id']}")
    assert (after["version"], after["order-lines"][0]["quantity"]) == (order["version"] + 1, "77")
    by_number = {
        "order-header-id": order["id"],
        "order-lines": [{"line-num": line["line-num"], "price": "1.00"}],
    }
    await call(tenant, "POST", "purchase_order_changes", by_number)
    assert (await tenant.one(f"purchase_orders/{order['id']}"))["order-lines"][0]["price"] == "1.00"


async def test_a_change_needs_an_order_that_was_issued_and_a_line_of_it(tenant: Tenant) -> None:
    draft = (await call(tenant, "POST", "purchase_orders", ORDER))["id"]
    open_ = (await issued(tenant))["id"]
    for body, errors in (
        ({"order-header-id": draft}, {"order_header": ["Order header cannot be changed in status draft"]}),
        ({"order-header-id": 999999}, {"order_header_change": ["Order header does not exist"]}),
        (
            {"order-header-id": open_, "order-lines": [{"line-num": "99", "price": "1"}]},
            {"order_header_change": ["Order line does not exist"]},
        ),
    ):
        refused = await tenant.refused("POST", "purchase_order_changes", body)
        assert refused == (400, {"errors": errors})


@pytest.mark.parametrize(
    ("method", "path", "body", "look", "expected"),
    [
        ("POST", "departments", {"name": "Lost"}, "departments?name=Lost", 1),
        ("PUT", "departments/1", {"name": "Lost"}, "departments?name=Lost", 1),
        ("POST", "requisitions", {**REQUEST, "req-title": "Lost"}, "requisitions?req-title=Lost", 1),
        (
            "POST",
            "requisitions/submit_for_approval",
            {**REQUEST, "req-title": "Lost"},
            "requisitions?req-title=Lost",
            1,
        ),
        ("PUT", "purchase_orders/{order}/close", None, "purchase_orders?id={order}&status=closed", 1),
        (
            "POST",
            "invoices/3/attachments",
            {"type": "text", "text": "Lost"},
            "invoices/3/attachments?text=Lost",
            1,
        ),
        ("DELETE", "supplier_items/1", None, "supplier_items?id=1", 0),
    ],
)
async def test_a_write_whose_answer_is_lost_was_done_once(
    tenant: Tenant, method: str, path: str, body: Any, look: str, expected: int
) -> None:
    order = (await issued(tenant))["id"]
    await tenant.fault(kind="reset_after", method=method, count=1)
    with pytest.raises(httpx.ReadError):
        await tenant.call(method, path.format(order=order), body)
    assert len(await tenant.ids(look.format(order=order))) == expected

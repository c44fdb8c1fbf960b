"""Actions and the documents they drive: approvals, orders, receipts, invoices."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio

ACCOUNT = {"code": "AF01-4010-61001", "account-type": {"name": "Ardent US"}}
LINE = {
    "description": "Chairs",
    "quantity": "4",
    "unit-price": "100.00",
    "currency": {"code": "USD"},
    "uom": {"code": "EA"},
}


async def call(tenant: Tenant, method: str, path: str, body: Any = None) -> Any:
    answer = await tenant.call(method, path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json() if answer.content else None


async def requisition(tenant: Tenant, _path: str = "requisitions", /, **line: Any) -> Any:
    person = (await tenant.one("users/20"))["login"]
    lines = [{**LINE, "line-num": 1, "account": ACCOUNT, "supplier": {"id": 2}, **line}]
    return await call(tenant, "POST", _path, {"requested-by": {"login": person}, "requisition-lines": lines})


async def invoice(tenant: Tenant, _number: str = "N-1", /, **changes: Any) -> Any:
    line = {"description": "Chairs", "price": 250, "quantity": "1", "uom": {"code": "EA"}, "account": ACCOUNT}
    body = {
        "invoice-number": _number,
        "invoice-date": "2026-02-05",
        "supplier": {"id": 2},
        "currency": {"code": "USD"},
        "account-type": {"id": 1},
        "payment-term": {"code": "Net 30"},
        "invoice-lines": [line],
    }
    return await call(tenant, "POST", "invoices", {**body, **changes})


async def steps(tenant: Tenant, kind: str, id_: int) -> list[tuple[int, str]]:
    found = await tenant.one(f"approvals?approvable-type={kind}&approvable-id={id_}")
    return [(one["id"], one["status"]) for one in found]


async def approve_all(tenant: Tenant, kind: str, id_: int) -> None:
    while pending := [
        step for step, status in await steps(tenant, kind, id_) if status == "pending_approval"
    ]:
        await call(tenant, "PUT", f"approvals/{pending[0]}/approve?reason=fine")


async def test_a_requisition_is_made_as_a_draft_with_its_total(tenant: Tenant) -> None:
    made = await requisition(tenant)
    assert (made["status"], made["total"], made["line-count"]) == ("draft", "400.00", 1)
    assert made["currency"]["code"] == "USD"
    assert made["requisition-lines"][0]["supplier"]["id"] == 2


async def test_an_item_brings_description_price_and_supplier(tenant: Tenant) -> None:
    item, price = (
        await tenant.one("items/3"),
        (await tenant.one("supplier_items?item[id]=3&preferred=true"))[0],
    )
    line: dict[str, Any] = {"item": {"id": 3}, "unit-price": None, "supplier": None}
    made = (await requisition(tenant, **line))["requisition-lines"][0]
    assert (made["description"], made["unit-price"], made["supplier"]["id"]) == (
        item["description"],
        price["price"],
        price["supplier"]["id"],
    )
    assert (await requisition(tenant, item={"id": 3}))["requisition-lines"][0]["unit-price"] == "100.00"


async def test_lines_that_repeat_a_number_are_ignored(tenant: Tenant) -> None:
    body = {
        "requested-by": {"id": 20},
        "requisition-lines": [
            {**LINE, "line-num": 1, "account": ACCOUNT},
            {**LINE, "line-num": 1, "account": ACCOUNT},
        ],
    }
    made = await call(tenant, "POST", "requisitions", body)
    assert len(made["requisition-lines"]) == 1


async def test_split_accounts_and_accounts_of_dynamic_charts(tenant: Tenant) -> None:
    chart = {"name": "Ardent EU"}
    new = {
        "code": "52-N/A--1",
        "account-type": chart,
        "segment-1": "52",
        "segment-2": "N/A",
        "segment-4": "1",
    }
    shares: Any = [{"pct": "60", "account": ACCOUNT}, {"pct": "40", "account": new}]
    made = (await requisition(tenant, account=None, **{"account-allocations": shares}))["requisition-lines"][
        0
    ]
    assert [one["amount"] for one in made["account-allocations"]] == ["240.00", "160.00"]
    assert made["account-allocations"][1]["account"]["code"] == "52-N/A--1"
    found = await tenant.one("accounts?code=52-N/A--1")
    assert found[0]["account-type"]["name"] == "Ardent EU"


async def test_requisitions_refuse_what_could_not_be_submitted(tenant: Tenant) -> None:
    async def text(body: Any) -> Any:
        status, answer = await tenant.refused("POST", "requisitions", body)
        assert status == 400
        return answer["errors"]

    assert await text({"requested-by": {"id": 20}}) == {
        "requisition_header": ["Requisition lines can't be blank"]
    }
    assert "requisition_header" in await text(
        {"requested-by": {"login": "nobody"}, "requisition-lines": [LINE]}
    )
    bare = {"requested-by": {"id": 20}, "requisition-lines": [{**LINE, "description": ""}]}
    assert await text(bare) == {"requisition_line": ["Description can't be blank"]}
    missing = {"requested-by": {"id": 20}, "requisition-lines": [{**LINE, "quantity": None}]}
    assert await text(missing) == {"requisition_line": ["Quantity can't be blank"]}


async def test_approvals_drive_a_requisition_to_its_order(tenant: Tenant) -> None:
    made = await requisition(tenant, "requisitions/submit_for_approval")
    assert made["status"] == "pending_approval"
    assert made["current-approval"]["status"] == "pending_approval"
    first, second = await steps(tenant, "RequisitionHeader", made["id"])
    assert second[1] != "pending_approval"
    done = await call(tenant, "PUT", f"approvals/{first[0]}/approve?reason=go+ahead")
    assert (done["status"], done["note"], done["approved-by"]["login"]) == (
        "approved",
        "go ahead",
        "svc.gateway",
    )
    status, body = await tenant.refused("PUT", f"approvals/{first[0]}/approve")
    assert (status, body) == (
        400,
        {"errors": {"approval": ["Approval is not pending and cannot be approved"]}},
    )
    await approve_all(tenant, "RequisitionHeader", made["id"])
    assert (await tenant.one(f"requisitions/{made['id']}"))["status"] == "ordered"
    orders = await tenant.one(f"purchase_orders?requisition-header[id]={made['id']}")
    assert [(one["status"], one["supplier"]["id"]) for one in orders] == [("issued", 2)]
    assert orders[0]["order-lines"][0]["total"] == "400.00"


async def test_a_rejected_requisition_is_a_draft_again(tenant: Tenant) -> None:
    made = await requisition(tenant, "requisitions/new/submit_for_approval")
    first = (await steps(tenant, "RequisitionHeader", made["id"]))[0][0]
    await call(tenant, "PUT", f"approvals/{first}/reject?reason=too+dear")
    after = await tenant.one(f"requisitions/{made['id']}")
    assert (after["status"], after["reject-reason-comment"]) == ("draft", "too dear")
    again = await call(
        tenant, "PUT", f"requisitions/{made['id']}/update_and_submit_for_approval", {"req-title": "Second"}
    )
    assert (again["status"], again["req-title"]) == ("pending_approval", "Second")


async def test_small_requisitions_need_nobody_and_those_without_supplier_a_buyer(tenant: Tenant) -> None:
    small = await requisition(tenant, "requisitions/submit_for_approval", quantity="0.5")
    assert small["status"] == "ordered"
    open_ = await requisition(tenant, "requisitions/submit_for_approval", supplier=None)
    assert open_["status"] == "pending_buyer_action"


async def test_requisitions_are_deleted_in_their_first_states_only(tenant: Tenant, opened: Opened) -> None:
    made = await requisition(tenant)
    assert (await tenant.call("DELETE", f"requisitions/{made['id']}")).status_code == 200
    assert (await tenant.get(f"requisitions/{made['id']}")).status_code == 404
    pending = await requisition(tenant, "requisitions/submit_for_approval")
    status, body = await tenant.refused("DELETE", f"requisitions/{pending['id']}")
    assert (status, body) == (
        400,
        {
            "errors": {
                "requisition_header": ["Requisition header cannot be deleted in status pending_approval"]
            }
        },
    )
    other = opened(requisition_delete="abandoned", requisition_delete_states="any")
    pending = await requisition(other, "requisitions/submit_for_approval")
    assert (await other.call("DELETE", f"requisitions/{pending['id']}")).status_code == 200
    assert (await other.one(f"requisitions/{pending['id']}"))["status"] == "abandoned"


async def test_carts_and_saving_for_later(tenant: Tenant) -> None:
    cart = await requisition(tenant, "requisitions/create_as_cart")
    assert cart["status"] == "cart"
    saved = await call(tenant, "PUT", f"requisitions/{cart['id']}/save_for_later")
    assert saved["status"] == "draft"


async def test_an_invoice_reckons_its_sums_and_due_date(tenant: Tenant) -> None:
    tax: Any = {"tax-line": {"type": "TaxLine", "tax-code": {"id": 1}, "amount": "20.63", "rate": "8.25"}}
    line: Any = {
        "description": "Chairs",
        "price": 12.5,
        "quantity": "20",
        "account": ACCOUNT,
        "tax-lines": tax,
    }
    charge = {"type": "InvoiceShippingCharge", "line-num": 1, "total": "15.00", "currency": {"code": "USD"}}
    made = await invoice(tenant, **{"invoice-lines": [line], "invoice-charges": {"invoice-charge": charge}})
    assert (made["status"], made["document-type"], made["line-count"]) == ("draft", "Invoice", 1)
    assert (made["shipping-amount"], made["tax-amount"], made["total-with-taxes"]) == (
        "15.00",
        "20.63",
        "285.63",
    )
    assert made["invoice-date"] == "2026-02-05T00:00:00-08:00"
    assert made["net-due-date"] == "2026-03-07T23:59:59-08:00"
    assert made["invoice-lines"][0]["tax-lines"][0]["tax-code"]["code"] == "AZ-STD"


async def test_an_invoice_number_is_unique_per_supplier(tenant: Tenant, opened: Opened) -> None:
    await invoice(tenant)
    answer = await tenant.call("POST", "invoices", {"invoice-number": "N-1", "supplier": {"id": 2}})
    assert answer.status_code == 400
    assert "Invoice number has already been taken" in answer.json()["errors"]["invoice_header"]
    await invoice(tenant, supplier={"id": 1})
    doubled = opened(duplicate_invoice_number="allow")
    assert (await invoice(doubled))["id"] != (await invoice(doubled))["id"]


async def test_an_invoice_walks_to_approved_and_can_be_voided(tenant: Tenant) -> None:
    made = await invoice(tenant)
    submitted = await call(tenant, "PUT", f"invoices/{made['id']}/submit")
    assert submitted["status"] == "pending_approval"
    assert [one["approver-type"] for one in submitted["approvals"]] == ["UserGroup", "User"]
    status, body = await tenant.refused("PUT", f"invoices/{made['id']}/submit")
    wrong = {"errors": {"invoice_header": ["Invoice header cannot be submitted in status pending_approval"]}}
    assert (status, body) == (400, wrong)
    await approve_all(tenant, "InvoiceHeader", made["id"])
    assert (await tenant.one(f"invoices/{made['id']}"))["status"] == "approved"
    assert (await call(tenant, "PUT", f"invoices/{made['id']}/void"))["status"] == "voided"


async def test_bypassing_and_restarting_approvals(tenant: Tenant) -> None:
    made = await invoice(tenant)
    path = f"invoices/{made['id']}"
    await call(tenant, "PUT", f"{path}/submit")
    old = await steps(tenant, "InvoiceHeader", made["id"])
    await call(tenant, "PUT", f"{path}/restart_approvals")
    new = await steps(tenant, "InvoiceHeader", made["id"])
    assert [status for _, status in new] == [status for _, status in old]
    assert new[0][0] > old[-1][0]
    assert (await call(tenant, "PUT", f"{path}/bypass_current_approval"))["status"] == "pending_approval"
    assert (await call(tenant, "PUT", f"{path}/bypass_approvals"))["status"] == "approved"


async def test_disputes_need_a_reason_in_use(tenant: Tenant) -> None:
    made = await invoice(tenant)
    path = f"invoices/{made['id']}"
    await call(tenant, "PUT", f"{path}/submit")
    refused = await tenant.call("PUT", f"{path}/dispute", {"dispute-reason": {"code": "OTHER"}})
    assert refused.status_code == 400
    disputed = await call(
        tenant, "PUT", f"{path}/dispute", {"dispute-reason": {"code": "INCORRECT_QUANTITY"}}
    )
    assert (disputed["status"], disputed["dispute-reasons"][0]["code"]) == ("disputed", "INCORRECT-QUANTITY")
    assert (await call(tenant, "PUT", f"{path}/withdraw_dispute"))["status"] == "pending_approval"
    await call(tenant, "PUT", f"{path}/dispute", {"dispute-reason": {"code": "INCORRECT-PRICE"}})
    assert (await tenant.call("PUT", f"{path}/abandon")).status_code == 400
    assert (await call(tenant, "PUT", f"{path}/abandon", {"reason-insight-code": "X"}))[
        "status"
    ] == "abandoned"


async def test_backed_lines_wait_for_goods_or_hold_on_price(tenant: Tenant) -> None:
    made = await requisition(tenant, "requisitions/submit_for_approval")
    await approve_all(tenant, "RequisitionHeader", made["id"])
    order = (await tenant.one(f"purchase_orders?requisition-header[id]={made['id']}"))[0]
    line = {
        "description": "Chairs",
        "price": "100",
        "quantity": "4",
        "po-number": order["po-number"],
        "order-line-num": "1",
    }
    waiting = await invoice(tenant, "W-1", **{"invoice-lines": [line]})
    assert waiting["invoice-lines"][0]["order-line-id"] == order["order-lines"][0]["id"]
    path = f"invoices/{waiting['id']}"
    assert (await call(tenant, "PUT", f"{path}/submit"))["status"] == "pending_receipt"
    dear = await invoice(tenant, "W-2", **{"invoice-lines": [{**line, "price": "190"}]})
    assert (await call(tenant, "PUT", f"invoices/{dear['id']}/submit"))["status"] == "ap_hold"
    after = await tenant.one(f"purchase_order_lines/{order['order-lines'][0]['id']}")
    assert Decimal(after["invoiced"]) == 8
    missing = await tenant.call("POST", "invoices", {"invoice-lines": [{**line, "order-line-num": "9"}]})
    assert missing.json() == {"errors": {"invoice_line": ["Order line does not exist"]}}


async def test_receipts_move_lines_and_requisitions(tenant: Tenant) -> None:
    made = await requisition(tenant, "requisitions/submit_for_approval")
    await approve_all(tenant, "RequisitionHeader", made["id"])
    line = (await tenant.one(f"purchase_orders?requisition-header[id]={made['id']}"))[0]["order-lines"][0]
    body = {"type": "InventoryReceipt", "order-line": {"id": str(line["id"])}, "quantity": "1"}
    receipt = await call(tenant, "POST", "receiving_transactions", body)
    assert (receipt["total"], receipt["order-line"]["received"]) == ("100.00", "1.0")
    assert (await tenant.one(f"requisitions/{made['id']}"))["status"] == "partially_received"
    last = await call(tenant, "POST", "receiving_transactions", {**body, "quantity": "3"})
    assert (await tenant.one(f"requisitions/{made['id']}"))["status"] == "received"
    assert (
        await tenant.call("PUT", f"receiving_transactions/{last['id']}", {"quantity": "9"})
    ).status_code == 400
    assert (await call(tenant, "PUT", f"receiving_transactions/{last['id']}", {"exported": True}))[
        "exported"
    ] is True
    await call(tenant, "PUT", f"inventory_transactions/{last['id']}/void")
    voids = await tenant.one(f"receiving_transactions?original-transaction-id={last['id']}")
    assert [one["type"] for one in voids] == ["VoidInventoryReceipt"]
    assert (await tenant.one(f"requisitions/{made['id']}"))["status"] == "partially_received"


@pytest.mark.parametrize("form", ["one", "many", "list"])
async def test_payments_are_reported_in_any_form(tenant: Tenant, form: str) -> None:
    payment = {"check_number": "77", "amount_paid": "199.98", "payment_date": "9/12/2019"}
    forms: dict[str, Any] = {"one": {"payment": payment}, "many": {"payment": [payment]}, "list": [payment]}
    after = await call(
        tenant, "PUT", "invoices/2", {"paid": "true", "payment_date": "9/11/2019", "payments": forms[form]}
    )
    paid = after["payments"][-1]
    assert (after["paid"], after["payment-date"]) == (True, "2019-09-11T00:00:00-07:00")
    assert (paid["amount-paid"], paid["notes"], paid["payable-id"]) == ("199.98", "77", 2)
    assert paid["payment-date"] == "2019-09-12T00:00:00-07:00"


async def test_credit_notes_are_negative_unless_switched(tenant: Tenant, opened: Opened) -> None:
    made = await invoice(tenant, **{"is-credit-note": "true", "original-invoice-number": "INV-00001"})
    assert (made["document-type"], made["total-with-taxes"]) == ("Credit Note", "-250.00")
    positive = await invoice(opened(credit_note_sign="positive"), **{"document-type": "Credit Note"})
    assert (positive["document-type"], positive["total-with-taxes"]) == ("Credit Note", "250.00")


async def test_invoices_are_deleted_in_new_only(tenant: Tenant) -> None:
    new = (await tenant.ids("invoices?status=new"))[0]
    assert (await tenant.call("DELETE", f"invoices/{new}")).status_code == 200
    approved = (await tenant.ids("invoices?status=approved"))[0]
    assert (await tenant.call("DELETE", f"invoices/{approved}")).status_code == 400


async def issued(tenant: Tenant) -> Any:
    found = await tenant.one("purchase_orders?status=issued&limit=50")
    return next(
        one
        for one in found
        if len(one["order-lines"]) > 1 and not any(Decimal(line["received"]) for line in one["order-lines"])
    )


async def test_a_change_of_quantity_makes_a_new_version(tenant: Tenant) -> None:
    order = await issued(tenant)
    path, line = f"purchase_orders/{order['id']}", order["order-lines"][0]
    await call(tenant, "PUT", f"{path}?exported=true")
    after = await call(
        tenant,
        "PUT",
        path,
        {"order-lines": [{"id": line["id"], "quantity": "7", "type": "OrderQuantityLine"}]},
    )
    assert (after["version"], after["internal-revision"]) == (
        order["version"] + 1,
        order["internal-revision"] + 1,
    )
    assert (after["exported"], after["transmission-status"]) == (False, "scheduled_for_email")
    assert len(after["order-lines"]) == len(order["order-lines"])
    revision = (await tenant.one(f"purchase_order_revisions?purchase_order_id={order['id']}"))[0]
    assert revision["order-lines"][0]["quantity"]["to"] == "7"
    assert revision["version"] == {"from": order["version"], "to": order["version"] + 1}


async def test_a_change_of_account_is_an_internal_revision_only(tenant: Tenant) -> None:
    order = await issued(tenant)
    body = {"order-lines": [{"id": order["order-lines"][0]["id"], "account": {**ACCOUNT}}]}
    after = await call(tenant, "PUT", f"purchase_orders/{order['id']}", body)
    assert (after["version"], after["internal-revision"]) == (
        order["version"],
        order["internal-revision"] + 1,
    )


async def test_deleted_lines_stay_out_of_sight_unless_asked(tenant: Tenant) -> None:
    order = await issued(tenant)
    path, line = f"purchase_orders/{order['id']}", order["order-lines"][0]["id"]
    after = await call(tenant, "PUT", path, {"order-lines": [{"id": line, "_delete": True}]})
    assert line not in [one["id"] for one in after["order-lines"]]
    shown = await tenant.one(f"{path}?show_deleted_lines=true")
    assert line in [one["id"] for one in shown["order-lines"]]
    assert (await tenant.get(f"purchase_order_lines/{line}")).status_code == 404


async def test_orders_are_cancelled_closed_and_reopened(tenant: Tenant) -> None:
    order = await issued(tenant)
    path = f"purchase_orders/{order['id']}"
    assert (await call(tenant, "PUT", path, {"_close": "true"}))["status"] == "closed"
    assert (await tenant.call("PUT", f"{path}/cancel")).status_code == 400
    assert (await tenant.call("PUT", f"{path}/reopen")).status_code == 400
    assert (await call(tenant, "PUT", f"{path}/reopen", {"reason-insight-code": "X"}))["status"] == "issued"
    other = (await tenant.ids("purchase_orders?status=draft"))[0]
    assert (await call(tenant, "PUT", f"purchase_orders/{other}/issue"))[
        "transmission-status"
    ] == "scheduled_for_email"
    assert (await tenant.call("PUT", f"{path}/explode")).status_code == 404


async def test_external_orders_can_be_created_and_others_not(tenant: Tenant) -> None:
    line = {"description": "Desk", "price": "80", "quantity": "2", "currency": {"code": "USD"}}
    body = {"supplier": {"id": 2}, "ship-to-address": {"name": "HQ"}, "order-lines": [line]}
    status, answer = await tenant.refused("POST", "purchase_orders", body)
    assert (status, answer) == (400, {"errors": {"order_header": ["Type must be ExternalOrderHeader"]}})
    made = await call(tenant, "POST", "purchase_orders", {**body, "type": "ExternalOrderHeader"})
    assert (made["status"], made["order-lines"][0]["line-num"], made["order-lines"][0]["total"]) == (
        "draft",
        "1",
        "160.00",
    )
    assert (await tenant.one(f'purchase_orders/{made["id"]}?fields=["total"]')) == {"total": "160.00"}


async def test_contracts_reports_comments_and_records(tenant: Tenant) -> None:
    contract = await call(
        tenant, "POST", "contracts", {"name": "Frame", "number": "F1", "supplier": {"id": 2}}
    )
    assert contract["status"] == "draft"
    path = f"contracts/{contract['id']}"
    assert (await call(tenant, "PUT", f"{path}/submit_for_approval"))["status"] == "pending_approval"
    await approve_all(tenant, "Contract", contract["id"])
    assert (await tenant.one(path))["status"] == "published"
    assert (await tenant.call("PUT", path, {"name": "Other"})).status_code == 400
    assert (await call(tenant, "PUT", path, {"status": "inactive"}))["status"] == "inactive"
    line = {"amount": "183.40", "expense-date": "2026-01-20", "expense-category": {"name": "Rail"}}
    report = await call(
        tenant, "POST", "expense_reports", {"currency": {"code": "USD"}, "expense-lines": [line]}
    )
    assert (report["status"], report["total"]) == ("draft", "183.40")
    assert (await call(tenant, "PUT", f"expense_reports/{report['id']}/submit"))[
        "status"
    ] == "pending_approval"
    comment = await call(tenant, "POST", "invoices/3/comments", {"comments": "Look"})
    assert (comment["commentable-type"], comment["commentable-id"]) == ("InvoiceHeader", 3)
    alert = {"document-type": "InvoiceHeader", "document-id": 3, "responses": [{"response-code": "A"}]}
    record = await call(tenant, "POST", "integration_history_records/create_alert", alert)
    assert record["responses"][0]["response-code"] == "A"
    assert (await call(tenant, "PUT", f"integration_history_records/{record['id']}/resolve"))[
        "resolved"
    ] is True

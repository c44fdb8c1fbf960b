"""Invoices: sums, states, disputes, payments, credit notes."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.documents import ACCOUNT, approve_all, call, invoice, requisition, steps

pytestmark = pytest.mark.anyio


async def test_an_invoice_reckons_its_sums_and_due_date(tenant: Tenant) -> None:
    tax: Any = {"tax-line": {"type": "TaxLine", "tax-code": {"id": 1}, "amount": "20.63", "rate": "8.25"}}
    line: Any = {
        "description": "Chairs",
        "price": 12.5,
        "quantity": "20",
        "uom": {"code": "EA"},
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


async def test_the_last_charge_takes_its_amount_along(tenant: Tenant) -> None:
    charge = {"type": "InvoiceShippingCharge", "line-num": 1, "total": "15.00", "currency": {"code": "USD"}}
    made = await invoice(tenant, **{"invoice-charges": [charge]})
    gone = {"invoice-charges": [{"id": made["invoice-charges"][0]["id"], "_delete": True}]}
    path = f"invoices/{made['id']}"
    left = await call(tenant, "PUT", path, gone)
    assert (left["invoice-charges"], left["shipping-amount"]) == ([], "0")
    stated = await call(tenant, "PUT", path, {"shipping-amount": "3.00"})
    assert float(stated["gross-total"]) == float(made["gross-total"]) - 12

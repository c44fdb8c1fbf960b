"""Every action of a document from every state: allowed where the documentation says so, refused everywhere else."""

from typing import Any

import pytest

from tests.sandbox.conftest import Tenant
from tests.sandbox.documents import call, invoice, requisition
from tests.sandbox.test_required import ORDER

pytestmark = pytest.mark.anyio

INVOICE = (
    "new draft processing invalid ap_hold on_hold pending_receipt pending_approval pending_action booking_hold "
    "disputed rejected approved payable_adjustment voided abandoned"
)
REQUISITION = (
    "draft cart pending_buyer_action pending_approval approved ordered partially_received received abandoned "
    "backgrounded withdrawn"
)
ORDERED = (
    "draft buyer_hold currency_hold supplier_hold supplier_window_hold issued closed cancelled error expensed "
    "exported soft_closed"
)
REASON = {"reason-insight-code": "other", "reason-insight-event-comment": "x"}
DISPUTE = {"dispute-reason": {"code": "INCORRECT-QUANTITY"}, "comment": "x"}
HELD = "draft buyer_hold supplier_window_hold"

# Action, body, the states it starts from, and what it is called in a refusal.
INVOICES = (
    ("submit", None, "draft", "submitted"),
    ("dispute", DISPUTE, "ap_hold pending_approval pending_receipt booking_hold", "disputed"),
    ("withdraw_dispute", None, "disputed", "withdrawn from dispute"),
    ("revalidate_tolerances", None, "ap_hold on_hold", "revalidated"),
    ("restart_approvals", None, "pending_approval", "restarted"),
    ("bypass_approvals", None, "pending_approval", "bypassed"),
    ("bypass_current_approval", None, "pending_approval", "bypassed"),
    ("void", None, "approved pending_receipt draft", "voided"),
    ("abandon", REASON, "disputed ap_hold rejected", "abandoned"),
)
REQUISITIONS = (
    ("update_and_submit_for_approval", None, "draft cart withdrawn", "submitted"),
    ("save_for_later", None, "draft cart", "saved"),
    ("update_without_validation", None, "draft cart", "saved"),
)
ORDERS = (
    ("issue", None, HELD, "issued"),
    ("issue_without_send", None, HELD, "issued"),
    ("ignore_window_and_issue", None, HELD, "issued"),
    ("release_from_buyer_hold", None, "buyer_hold", "released"),
    ("cancel", None, f"issued {HELD}", "cancelled"),
    ("close", None, "issued soft_closed", "closed"),
    ("reopen", REASON, "soft_closed closed", "reopened"),
)


async def walk(
    tenant: Tenant, path: str, id_: int, states: str, action: tuple[str, Any, str, str], title: str
) -> None:
    """Puts the record into each state behind the API's back and tries the action there."""
    word, body, allowed, deed = action
    for state in states.split():
        answer = await tenant.client.patch(f"/_sandbox/rows/{path}/{id_}", json={"status": state})
        assert answer.status_code == 200
        answer = await tenant.call("PUT", f"{path}/{id_}/{word}", body)
        if state in allowed.split():
            assert answer.status_code == 200, f"{word} in {state}: {answer.text}"
            continue
        text = f"{title} cannot be {deed} in status {state}"
        model = title.lower().replace(" ", "_")
        assert (answer.status_code, answer.json()) == (400, {"errors": {model: [text]}})
        assert (await tenant.one(f"{path}/{id_}"))["status"] == state


@pytest.mark.parametrize("action", INVOICES, ids=lambda one: one[0])
async def test_invoices(tenant: Tenant, action: tuple[str, Any, str, str]) -> None:
    made = await invoice(tenant)
    await walk(tenant, "invoices", made["id"], INVOICE, action, "Invoice header")


@pytest.mark.parametrize("action", REQUISITIONS, ids=lambda one: one[0])
async def test_requisitions(tenant: Tenant, action: tuple[str, Any, str, str]) -> None:
    made = await requisition(tenant)
    await walk(tenant, "requisitions", made["id"], REQUISITION, action, "Requisition header")


@pytest.mark.parametrize("action", ORDERS, ids=lambda one: one[0])
async def test_orders(tenant: Tenant, action: tuple[str, Any, str, str]) -> None:
    made = await call(tenant, "POST", "purchase_orders", ORDER)
    await walk(tenant, "purchase_orders", made["id"], ORDERED, action, "Order header")


@pytest.mark.parametrize("word", ["approve", "reject", "hold"])
async def test_only_a_pending_approval_is_decided(tenant: Tenant, word: str) -> None:
    id_ = (await tenant.ids("approvals?status=pending_approval&approvable-type=InvoiceHeader"))[0]
    assert (await call(tenant, "PUT", f"approvals/{id_}/{word}?reason=why"))["note"] == "why"
    status, answer = await tenant.refused("PUT", f"approvals/{id_}/{word}")
    assert status == 400
    assert answer["errors"]["approval"][0].startswith("Approval is not pending and cannot be ")


@pytest.mark.parametrize("path", ["invoices", "requisitions", "purchase_orders"])
async def test_an_action_that_is_not_there_is_not_found(tenant: Tenant, path: str) -> None:
    for word in ("withdraw", "explode"):
        assert (await tenant.call("PUT", f"{path}/3/{word}")).status_code == 404
    assert (await tenant.call("PUT", f"{path}/999999/add_approver")).status_code == 404

"""Orders with their versions, receipts, and the documents around them."""

import pytest

from tests.sandbox.conftest import Tenant
from tests.sandbox.documents import ACCOUNT, approve_all, call, issued, requisition

pytestmark = pytest.mark.anyio


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

"""Documents written: lines and their figures, approval, payments, deletes."""

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.records import VENDOR, Json, bill, first_id, got, made, refusal, write
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


async def test_a_bill_takes_currency_period_account_and_due_date_from_where_they_follow(
    account: Account,
) -> None:
    id_, _ = await bill(account, terms={"id": "2"})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["total"], found["currency"]["refName"], found["exchangeRate"]) == (25, "Euro", 1.09)
    assert (found["postingPeriod"]["refName"], found["dueDate"]) == ("Mar 2025", "2025-04-30")
    assert found["status"] == {"id": "Open", "refName": "Open"}
    lines = found["item"]["items"]
    assert [(line["line"], line["quantity"], line["rate"], line["amount"]) for line in lines] == [
        (1, 2, 10, 20),
        (2, 1, 5, 5),
    ]
    text = (
        "SELECT id, mainline, foreignamount, quantity FROM transactionline WHERE transaction = ? ORDER BY id"
    )
    assert await rows(account, text, id_) == [
        {"id": "0", "mainline": "T", "foreignamount": "-25"},
        {"id": "1", "mainline": "F", "foreignamount": "20", "quantity": "2"},
        {"id": "2", "mainline": "F", "foreignamount": "5", "quantity": "1"},
    ]
    head = "SELECT type, foreigntotal, foreignamountunpaid, status FROM transaction WHERE id = ?"
    assert await rows(account, head, id_) == [
        {"type": "VendBill", "foreigntotal": "-25", "foreignamountunpaid": "25", "status": "A"}
    ]


async def test_expense_lines_tax_and_segments_are_kept(account: Account) -> None:
    vendor, expense = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "account", "accttype = 'Expense'"),
    )
    line = {
        "account": {"id": expense},
        "amount": 100,
        "tax1Amt": 20,
        "department": {"id": "1"},
        "cseg_region": {"id": "2"},
        "custcol_cost_code": "X",
    }
    id_ = await made(account, "/vendorBill", {"entity": {"id": vendor}, "expense": {"items": [line]}})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["total"], found["taxTotal"], found["subtotal"]) == (120, 20, 100)
    kept = found["expense"]["items"][0]
    assert (kept["grossAmt"], kept["cseg_region"]["refName"], kept["custcol_cost_code"]) == (
        120,
        "Europe",
        "X",
    )
    tax = await rows(
        account, "SELECT foreignamount FROM transactionline WHERE transaction = ? AND taxline = 'T'", id_
    )
    assert tax == [{"foreignamount": "20"}]


async def test_lines_without_numbers_are_added_with_them_changed_and_replace_removes_the_rest(
    account: Account,
) -> None:
    id_, body = await bill(account)
    path, line = f"/vendorBill/{id_}", body["item"]["items"][0]

    async def amounts() -> list[float]:
        return [one["amount"] for one in (await got(account, path))["item"]["items"]]

    await write(account, "PATCH", path, {"item": {"items": [line]}})
    assert await amounts() == [20, 5, 20]
    await write(account, "PATCH", path, {"item": {"items": [{"line": 2, "amount": 7}]}})
    assert await amounts() == [20, 7, 20]
    await write(
        account, "PATCH", f"{path}?replace=item", {"item": {"items": [{"line": 1, "quantity": 3}, line]}}
    )
    assert await amounts() == [30, 20]
    assert (await got(account, path))["total"] == 50


async def test_lines_without_a_key_are_added_or_all_replaced(account: Account) -> None:
    item = await first_id(account, "item", "itemtype = 'InvtPart' AND id IN (SELECT item FROM itemvendor)")
    [row] = await rows(account, "SELECT itemtype, islotitem, isserialitem FROM item WHERE id = ?", item)
    kind = "lotNumberedInventoryItem" if row["islotitem"] == "T" else "serializedInventoryItem"
    path = f"/{'inventoryItem' if 'T' not in row.values() else kind}/{item}"
    vendor = await made(account, "/vendor", VENDOR)
    before = (await got(account, path))["itemVendor"]["totalResults"]
    lines = {"itemVendor": {"items": [{"vendor": {"id": vendor}, "purchasePrice": 3}]}}
    await write(account, "PATCH", path, lines)
    assert (await got(account, path))["itemVendor"]["totalResults"] == before + 1
    await write(account, "PATCH", f"{path}?replace=itemVendor", lines)
    assert (await got(account, path))["itemVendor"]["totalResults"] == 1


async def test_a_bill_in_a_closed_period_and_one_without_lines_are_refused_and_leave_nothing(
    account: Account,
) -> None:
    vendor, item = await made(account, "/vendor", VENDOR), await first_id(account, "item")
    lines = {"items": [{"item": {"id": item}, "amount": 1}]}
    closed = {"entity": {"id": vendor}, "tranDate": "2024-01-15", "item": lines}
    assert refusal(await write(account, "POST", "/vendorBill", closed)) == (400, "USER_ERROR", "tranDate")
    assert refusal(await write(account, "POST", "/vendorBill", {"entity": {"id": vendor}})) == (
        400,
        "USER_ERROR",
        None,
    )
    assert await rows(account, "SELECT id FROM transaction WHERE entity = ?", vendor) == []


async def test_approval_brings_its_letter_where_the_document_still_waits(account: Account) -> None:
    id_, _ = await bill(account, approvalStatus={"id": "1"})
    assert (await got(account, f"/vendorBill/{id_}"))["status"]["id"] == "Pending Approval"
    await write(account, "PATCH", f"/vendorBill/{id_}", {"approvalStatus": {"id": "2"}})
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["status"]["id"], found["approvalStatus"]) == ("Open", {"id": "2", "refName": "Approved"})


async def test_without_the_feature_there_is_no_approval_to_write(opened: Opened) -> None:
    account = opened(without="approval_routing")
    id_, _ = await bill(account)
    answer = await write(account, "PATCH", f"/vendorBill/{id_}", {"approvalStatus": {"id": "2"}})
    assert refusal(answer) == (400, "INVALID_CONTENT", "approvalStatus")


async def test_a_payment_pays_its_bills_and_not_more_than_is_due(account: Account) -> None:
    id_, body = await bill(account)
    bank = await first_id(account, "account", "accttype = 'Bank'")
    payment: Json = {
        "entity": body["entity"],
        "account": {"id": bank},
        "apply": {"items": [{"doc": {"id": id_}, "apply": True, "amount": 30}]},
    }
    assert refusal(await write(account, "POST", "/vendorPayment", payment)) == (
        400,
        "USER_ERROR",
        "apply.items[0].amount",
    )
    payment["apply"]["items"][0]["amount"] = 25
    paid = await made(account, "/vendorPayment", payment)
    found = await got(account, f"/vendorBill/{id_}")
    assert (found["status"]["id"], found["balance"]) == ("Paid In Full", 0)
    assert (await got(account, f"/vendorPayment/{paid}"))["total"] == 25
    links = "SELECT nextdoc FROM nexttransactionlinelink WHERE previousdoc = ? AND linktype = 'Payment'"
    assert await rows(account, links, id_) == [{"nextdoc": paid}]
    assert refusal(await write(account, "DELETE", f"/vendorBill/{id_}", None)) == (400, "USER_ERROR", None)
    assert (await write(account, "DELETE", f"/vendorPayment/{paid}", None)).status_code == 204
    assert (await got(account, f"/vendorBill/{id_}"))["status"]["id"] == "Open"


async def test_a_deleted_record_is_gone_and_leaves_a_tombstone(account: Account) -> None:
    id_, body = await bill(account)
    assert refusal(await write(account, "DELETE", f"/vendor/{body['entity']['id']}", None)) == (
        400,
        "USER_ERROR",
        None,
    )
    assert (await write(account, "DELETE", f"/vendorBill/{id_}", None)).status_code == 204
    assert (await account.get(f"/record/v1/vendorBill/{id_}")).status_code == 404
    assert (await write(account, "DELETE", f"/vendor/{body['entity']['id']}", None)).status_code == 204
    stones = "SELECT scriptid, type, name FROM deletedrecord WHERE recordid = ?"
    assert await rows(account, stones, id_) == [
        {"scriptid": "VENDORBILL", "type": "Bill", "name": "Bill #V-1"}
    ]
    assert await rows(account, "SELECT id FROM transactionline WHERE transaction = ?", id_) == []


async def test_requisitions_invoices_and_orders_begin_in_their_states(account: Account) -> None:
    vendor, item = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "item", "itemtype = 'InvtPart'"),
    )
    lines = {"items": [{"item": {"id": item}, "quantity": 3, "rate": 2}]}
    asked = {"items": [{"item": {"id": item}, "quantity": 3, "estimatedRate": 2, "poVendor": {"id": vendor}}]}
    requisition = await made(account, "/purchaseRequisition", {"entity": {"id": "11"}, "item": asked})
    found = await got(account, f"/purchaseRequisition/{requisition}")
    assert (found["status"]["id"], found["estimatedTotal"]) == ("Pending Approval", 6)
    line = "SELECT quantity, estimatedamount, entity FROM transactionline WHERE transaction = ? AND mainline = 'F'"
    assert await rows(account, line, requisition) == [
        {"quantity": "3", "estimatedamount": "6", "entity": vendor}
    ]
    customer = await first_id(account, "customer", "searchstage = 'Customer' AND currency = 1")
    invoice = await made(account, "/invoice", {"entity": {"id": customer}, "item": lines})
    assert (await got(account, f"/invoice/{invoice}"))["amountRemaining"] == 6
    line = (
        "SELECT quantity, rate, foreignamount FROM transactionline WHERE transaction = ? AND mainline = 'F'"
    )
    assert await rows(account, line, invoice) == [{"quantity": "-3", "rate": "2", "foreignamount": "-6"}]
    order = await made(
        account, "/purchaseOrder", {"entity": {"id": vendor}, "orderStatus": "A", "item": lines}
    )
    assert (await got(account, f"/purchaseOrder/{order}"))["orderStatus"]["id"] == "A"

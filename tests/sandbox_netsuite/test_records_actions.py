"""Transforms of documents into those that follow, members of groups."""

import pytest

from tests.sandbox_netsuite.conftest import Account
from tests.sandbox_netsuite.records import RECORD, Json, first_id, got, made, refusal, write
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


async def order(account: Account) -> str:
    """An approved order of ten and of four pieces and of one expense."""
    vendor = await made(account, "/vendor", {"companyName": "Seller", "subsidiary": {"id": "1"}})
    item = {"id": await first_id(account, "item", "itemtype = 'InvtPart'")}
    expense = {"id": await first_id(account, "account", "accttype = 'Expense'")}
    lines = [
        {"item": item, "quantity": 10, "rate": 3},
        {"item": item, "quantity": 4, "rate": 5, "department": {"id": 1}},
    ]
    body: Json = {
        "entity": {"id": vendor},
        "item": {"items": lines},
        "expense": {"items": [{"account": expense, "amount": 7}]},
    }
    return await made(account, "/purchaseOrder", body)


async def follow(account: Account, id_: str, target: str, body: Json | None, query: str = "") -> str:
    answer = await write(account, "POST", f"/purchaseOrder/{id_}/!transform/{target}{query}", body)
    assert answer.status_code == 204, answer.text
    place: str = answer.headers["location"]
    assert place.startswith(f"{RECORD}/{target.lower()}/")
    return place.rsplit("/", 1)[1]


async def letter(account: Account, id_: str) -> str:
    return (await rows(account, "SELECT status FROM transaction WHERE id = ?", id_))[0]["status"]


async def test_an_order_becomes_a_bill_of_what_is_left_and_says_so(account: Account) -> None:
    id_ = await order(account)
    first = {"tranId": "INV-1", "item": {"items": [{"orderLine": 1, "quantity": 6}]}}
    bill = await follow(account, id_, "vendorBill", first, "?replace=item")
    found = await got(account, f"/vendorBill/{bill}")
    assert (found["tranId"], found["total"]) == ("INV-1", 18)
    rest = await follow(account, id_, "vendorBill", None)
    found = await got(account, f"/vendorBill/{rest}")
    assert [(one["quantity"], one["orderLine"]) for one in found["item"]["items"]] == [(4, 1), (4, 2)]
    assert found["item"]["items"][1]["department"]["id"] == "1"
    assert found["total"] == 12 + 20 + 7
    assert await letter(account, id_) == "G"
    billed = (await got(account, f"/purchaseOrder/{id_}"))["item"]["items"]
    assert [one["quantityBilled"] for one in billed] == [10, 4]
    links = "SELECT DISTINCT previousdoc FROM previoustransactionlinelink WHERE linktype = 'OrdBill' AND nextdoc = ?"
    assert await rows(account, links, rest) == [{"previousdoc": id_}]
    again = await write(account, "POST", f"/purchaseOrder/{id_}/!transform/vendorBill", {})
    assert refusal(again) == (400, "USER_ERROR", None)


async def test_an_order_is_received_line_by_line(account: Account) -> None:
    id_ = await order(account)
    assert await letter(account, id_) == "B"
    partly = {
        "item": {
            "items": [
                {"orderLine": 1, "itemReceive": True, "quantity": 2},
                {"orderLine": 2, "itemReceive": False},
            ]
        }
    }
    receipt = await follow(account, id_, "itemReceipt", partly)
    assert (await got(account, f"/itemReceipt/{receipt}"))["item"]["items"][0]["quantity"] == 2
    assert await letter(account, id_) == "D"
    await follow(account, id_, "vendorBill", None)
    await follow(account, id_, "itemReceipt", {})
    received = (await got(account, f"/purchaseOrder/{id_}"))["item"]["items"]
    assert [one["quantityReceived"] for one in received] == [10, 4]
    assert await letter(account, id_) == "G"
    assert refusal(await write(account, "DELETE", f"/purchaseOrder/{id_}", None)) == (400, "USER_ERROR", None)


async def test_a_bill_that_is_deleted_gives_its_order_back(account: Account) -> None:
    id_ = await order(account)
    bill = await follow(account, id_, "vendorBill", None)
    assert await letter(account, id_) == "G"
    assert (await write(account, "DELETE", f"/vendorBill/{bill}", None)).status_code == 204
    assert await letter(account, id_) == "B"


async def test_a_bill_becomes_its_payment(account: Account) -> None:
    bill = await follow(account, await order(account), "vendorBill", {"tranId": "P"})
    answer = await write(account, "POST", f"/vendorBill/{bill}/!transform/vendorPayment", {"memo": "paid"})
    payment = answer.headers["location"].rsplit("/", 1)[1]
    assert (await got(account, f"/vendorPayment/{payment}"))["total"] == 57
    assert (await got(account, f"/vendorBill/{bill}"))["status"]["id"] == "Paid In Full"
    assert refusal(await write(account, "POST", f"/vendorBill/{bill}/!transform/vendorPayment", {})) == (
        400,
        "USER_ERROR",
        None,
    )


async def test_transforms_that_are_not_there_and_lines_of_no_order_are_refused(account: Account) -> None:
    id_ = await order(account)
    answer = await write(account, "POST", f"/purchaseOrder/{id_}/!transform/invoice", {})
    assert refusal(answer) == (400, "INVALID_REQUEST", None)
    body = {"item": {"items": [{"quantity": 1}]}}
    answer = await write(account, "POST", f"/purchaseOrder/{id_}/!transform/vendorBill", body)
    assert refusal(answer) == (400, "INVALID_CONTENT", "item.items[0].orderLine")


async def test_members_are_attached_and_detached_and_shown_for_sales_teams_alone(account: Account) -> None:
    for condition, shown in (("issalesrep = 'T'", True), ("issalesrep = 'F' AND isdynamic = 'F'", False)):
        [group] = await rows(account, f"SELECT MIN(id) AS id FROM entitygroup WHERE {condition}")  # noqa: S608
        path = f"/entityGroup/{group['id']}"
        before = (await got(account, path))["size"]
        for _ in range(2):
            assert (await write(account, "POST", f"{path}/!attach/employee/13", None)).status_code == 204
        found = await got(account, path)
        assert found["size"] == before + 1
        assert ("groupMembers" in found) is shown
        member = 'SELECT name FROM entitygroupmember WHERE "group" = ? AND employeemember = 13'
        assert await rows(account, member, group["id"]) == [{"name": "Cleo Andersson 13"}]
        assert (await write(account, "POST", f"{path}/!detach/employee/13", None)).status_code == 204
        assert (await got(account, path))["size"] == before


async def test_dynamic_groups_are_neither_made_nor_given_members(account: Account) -> None:
    dynamic = await first_id(account, "entitygroup", "isdynamic = 'T'")
    answer = await write(account, "POST", f"/entityGroup/{dynamic}/!attach/employee/13", None)
    assert refusal(answer) == (400, "USER_ERROR", None)
    body = {"groupName": "x", "groupType": "Employee", "savedSearch": "1"}
    assert refusal(await write(account, "POST", "/entityGroup", body)) == (400, "USER_ERROR", "savedSearch")
    assert await made(account, "/entityGroup", {"groupName": "x", "groupType": "Employee"})
    missing = await write(account, "POST", f"/entityGroup/{dynamic}/!attach/employee/999999", None)
    assert refusal(missing) == (404, "NONEXISTENT_ID", None)

"""Requisitions from cart to order, and the approvals that drive them."""

from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.documents import ACCOUNT, LINE, approve_all, call, requisition, steps

pytestmark = pytest.mark.anyio


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


async def test_a_line_without_quantity_asks_for_an_amount_or_for_one_piece_of_an_item(tenant: Tenant) -> None:
    person = (await tenant.one("users/20"))["login"]
    amount = {
        "description": "Cleaning",
        "unit-price": "3000.00",
        "currency": {"code": "EUR"},
        "account": ACCOUNT,
    }
    item = (await tenant.one("supplier_items?preferred=true&price[gt]=0&limit=1"))[0]
    body = {
        "requested-by": {"login": person},
        "requisition-lines": [amount, {"item": {"id": item["item"]["id"]}, "account": ACCOUNT}],
    }
    lines = (await call(tenant, "POST", "requisitions", body))["requisition-lines"]
    found = [(one["line-type"], one["quantity"], one["currency"]["code"], one["line-num"]) for one in lines]
    assert found == [
        ("RequisitionAmountLine", None, "EUR", 1),
        ("RequisitionQuantityLine", "1", item["currency"]["code"], 2),
    ]
    assert lines[0]["total"] == "3000.00"


async def test_what_a_line_refers_to_in_vain_is_not_called_blank_beside_it(tenant: Tenant) -> None:
    lines = [{"description": "Desk", "quantity": 1, "currency": {"code": "QQQ"}, "account": ACCOUNT}]
    body = {"requested-by": {"login": "nobody"}, "requisition-lines": lines}
    status, answer = await tenant.refused("POST", "requisitions", body)
    assert (status, list(answer["errors"])) == (400, ["requisition_line"])
    assert len(answer["errors"]["requisition_line"]) == 1


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

"""The record API read: lists, records, what is expanded, references, filters."""

from typing import Any

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.records import RECORD, first_id, got, refusal
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


async def test_lists_carry_ids_and_links_alone(account: Account) -> None:
    body = await got(account, "/customer", "?limit=2")
    ids = [item["id"] for item in body["items"]]
    assert body == {
        "links": [
            {"rel": "first", "href": f"{RECORD}/customer?limit=2&offset=0"},
            {"rel": "next", "href": f"{RECORD}/customer?limit=2&offset=2"},
            {"rel": "last", "href": f"{RECORD}/customer?limit=2&offset=150"},
            {"rel": "self", "href": f"{RECORD}/customer?limit=2&offset=0"},
        ],
        "count": 2,
        "hasMore": True,
        "items": [{"links": [{"rel": "self", "href": f"{RECORD}/customer/{id_}"}], "id": id_} for id_ in ids],
        "offset": 0,
        "totalResults": 151,
    }


async def test_names_match_without_regard_to_case_and_links_are_in_lower_case(account: Account) -> None:
    order = await first_id(account, "transaction", "type = 'PurchOrd'")
    one, two = [await got(account, f"/{name}/{order}", "") for name in ("purchaseOrder", "PURCHASEORDER")]
    assert one == two
    assert one["links"] == [{"rel": "self", "href": f"{RECORD}/purchaseorder/{order}"}]


@pytest.mark.parametrize(
    "name", ["vendorBill", "invoice", "purchaseOrder", "purchaseRequisition", "vendor", "customer"]
)
async def test_every_record_of_a_kind_can_be_read_in_full(account: Account, name: str) -> None:
    ids = [item["id"] for item in (await got(account, f"/{name}", ""))["items"]]
    found = await got(account, f"/{name}", f"?ids={','.join(ids)}&expandRecords=true&expandSubResources=true")
    assert [item["id"] for item in found["items"]] == ids
    assert all(None not in item.values() for item in found["items"])


async def test_a_bill_is_the_one_that_suiteql_tells_of_with_positive_amounts(account: Account) -> None:
    text = """SELECT t.id, t.tranid, t.foreigntotal, t.status, t.entity, TO_CHAR(t.trandate,'YYYY-MM-DD') AS trandate
        FROM transaction t WHERE t.type = 'VendBill' AND t.tranid IS NOT NULL ORDER BY t.id FETCH FIRST 20 ROWS ONLY"""
    for row in await rows(account, text):
        bill = await got(account, f"/vendorBill/{row['id']}")
        assert bill["total"] == -float(row["foreigntotal"])
        assert (bill["tranId"], bill["tranDate"]) == (row["tranid"], row["trandate"])
        assert bill["entity"]["links"] == [{"rel": "self", "href": f"{RECORD}/vendor/{row['entity']}"}]
        lines = [*bill["item"]["items"], *bill["expense"]["items"]]
        assert round(sum(line["grossAmt"] for line in lines), 2) == bill["total"]
        assert bill["status"]["id"] == bill["status"]["refName"] != row["status"]


async def test_sales_lines_are_positive_in_rest_and_negative_in_suiteql(account: Account) -> None:
    id_ = await first_id(account, "transaction", "type = 'CustInvc' AND status = 'A'")
    invoice = await got(account, f"/invoice/{id_}")
    lines = (
        "SELECT quantity FROM transactionline WHERE transaction = ? AND mainline = 'F' AND item IS NOT NULL"
    )
    assert all(float(row["quantity"]) < 0 for row in await rows(account, lines, id_) if "quantity" in row)
    assert all(line["quantity"] > 0 for line in invoice["item"]["items"] if "quantity" in line)
    assert invoice["amountRemaining"] <= invoice["total"]


async def test_an_orders_letter_and_its_text_stand_in_different_places(account: Account) -> None:
    id_ = await first_id(account, "transaction", "type = 'PurchOrd' AND status = 'G'")
    order = await got(account, f"/purchaseOrder/{id_}", "")
    assert order["orderStatus"] == {"id": "G", "refName": "G"}
    assert order["status"] == {"id": "Fully Billed", "refName": "Fully Billed"}


async def test_sublists_are_links_until_they_are_expanded_and_lines_have_links_of_their_own(
    account: Account,
) -> None:
    id_ = await first_id(account, "transaction", "type = 'PurchOrd'")
    place = f"{RECORD}/purchaseorder/{id_}/item"
    assert (await got(account, f"/purchaseOrder/{id_}", ""))["item"] == {
        "links": [{"rel": "self", "href": place}]
    }
    listed = await got(account, f"/purchaseOrder/{id_}/item", "")
    line = listed["items"][0]
    assert listed["totalResults"] == len(listed["items"])
    assert (line["links"], line["line"]) == ([{"rel": "self", "href": f"{place}/1"}], 1)
    assert await got(account, f"/purchaseOrder/{id_}/item/1", "") == line
    assert refusal(await account.get(f"/record/v1/purchaseOrder/{id_}/item/99")) == (
        404,
        "NONEXISTENT_ID",
        None,
    )


async def test_references_several_values_and_addresses_can_be_followed(account: Account) -> None:
    vendor = await first_id(
        account, "vendor", "defaultbillingaddress IS NOT NULL AND custentity_channels = '1, 3'"
    )
    found = await got(account, f"/vendor/{vendor}")
    assert (await got(account, f"/vendor/{vendor}/currency", ""))["name"] == found["currency"]["refName"]
    channels = found["custentity_channels"]
    assert [(one["id"], one["refName"]) for one in channels["items"]] == [("1", "Web"), ("3", "Field")]
    assert {name: channels[name] for name in ("count", "hasMore", "offset", "totalResults")} == {
        "count": 2,
        "hasMore": False,
        "offset": 0,
        "totalResults": 2,
    }
    book = found["addressBook"]["items"][0]
    assert set(book["addressBookAddress"]["country"]) == {"id", "refName"}
    assert book["addressBookAddress"]["addrText"].startswith(found["altName"])
    assert refusal(await account.get(f"/record/v1/vendor/{vendor}/isInactive")) == (
        404,
        "NONEXISTENT_ID",
        None,
    )


async def test_values_are_json_and_what_is_empty_is_left_out(account: Account) -> None:
    vendor = await first_id(
        account, "vendor", "fax IS NULL AND phone IS NOT NULL AND custentity_risk IS NOT NULL"
    )
    found = await got(account, f"/vendor/{vendor}")
    assert "fax" not in found
    assert isinstance(found["isInactive"], bool)
    assert isinstance(found["custentity_risk"], float)
    assert found["dateCreated"].endswith("Z")
    assert found["custentity_tier"]["links"] == [] if "custentity_tier" in found else True


async def test_fields_and_plain_list_values_are_shown_as_asked(account: Account) -> None:
    id_ = await first_id(account, "account", "accttype = 'Expense'")
    assert await got(account, f"/account/{id_}", "?fields=acctName,acctType&simpleEnumFormat=true") == {
        "links": [{"rel": "self", "href": f"{RECORD}/account/{id_}"}],
        "id": id_,
        "acctName": "Office Expenses",
        "acctType": "Expense",
    }
    full = await got(account, f"/account/{id_}")
    assert full["acctType"] == {"id": "Expense", "refName": "Expense"}
    assert full["subsidiary"]["items"][0]["refName"] == "Parent Company"


async def test_several_records_come_at_once_by_either_id(account: Account) -> None:
    found = await rows(account, "SELECT id, externalid FROM vendor WHERE externalid IS NOT NULL ORDER BY id")
    [one, two] = found[:2]
    body = await got(account, "/vendor", f"?ids={one['id']},eid:{two['externalid']}&expandRecords=true")
    assert [item["id"] for item in body["items"]] == [one["id"], two["id"]]
    assert body["items"][1]["externalId"] == two["externalid"]
    assert (await got(account, f"/vendor/eid:{two['externalid']}", ""))["id"] == two["id"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/vendor/999999", 404, "NONEXISTENT_ID"),
        ("/vendor/eid:nobody", 404, "NONEXISTENT_ID"),
        ("/vendor/x", 404, "NONEXISTENT_ID"),
        ("/nothing", 404, "NONEXISTENT_ID"),
        ("/role", 404, "NONEXISTENT_ID"),
        ("/vendor?limit=20&offset=10", 400, "INVALID_PARAMETER"),
    ],
)
async def test_what_is_not_there_is_refused(account: Account, path: str, status: int, code: str) -> None:
    assert refusal(await account.get(f"/record/v1{path}")) == (status, code, None)


async def test_a_document_is_not_found_under_another_type(account: Account) -> None:
    bill = await first_id(account, "transaction", "type = 'VendBill'")
    assert (await account.get(f"/record/v1/purchaseOrder/{bill}")).status_code == 404
    item = await first_id(account, "item", "itemtype = 'Service' AND subtype = 'Sale'")
    assert (await account.get(f"/record/v1/serviceSaleItem/{item}")).status_code == 200
    assert (await account.get(f"/record/v1/inventoryItem/{item}")).status_code == 404


async def test_a_role_without_permission_and_a_feature_that_is_off_hide_records_and_properties(
    opened: Opened,
) -> None:
    assert (await opened().get("/record/v1/customer", client="few")).status_code == 404
    account = opened(without="one_world,multi_currency")
    vendor = await first_id(account, "vendor")
    found = await got(account, f"/vendor/{vendor}")
    assert {"subsidiary", "currency"} & set(found) == set()
    assert (await account.get("/record/v1/subsidiary")).status_code == 404


@pytest.mark.parametrize(
    ("q", "condition"),
    [
        ("isInactive IS true", "isinactive = 'T'"),
        ("id ANY_OF [240, 241, 260, 261]", "id IN (240, 241, 260, 261)"),
        ("id BETWEEN [250, 300] AND isPerson IS_NOT true", "id BETWEEN 250 AND 300 AND isperson = 'F'"),
        (
            'companyName START_WITH "A" OR companyName ENDWITH Foods',
            "companyname LIKE 'A%' OR companyname LIKE '%Foods'",
        ),
        ('companyName CONTAIN "O\'Brien & S"', "companyname LIKE 'O''Brien & S%'"),
        ("email EMPTY AND (phone EMPTY_NOT)", "email IS NULL AND phone IS NOT NULL"),
        ("custentity_risk GREATER_OR_EQUAL 8.5", "custentity_risk >= 8.5"),
        ("custentity_onboarded AFTER 6/30/2024", "custentity_onboarded > TO_DATE('2024-06-30','YYYY-MM-DD')"),
        ("currency EQUAL 4", "currency = 4"),
        ("custentity_tier ANY_OF [1, 2]", "custentity_tier IN (1, 2)"),
        ("lastModifiedDate ON_OR_BEFORE 3/1/2025", "lastmodifieddate < TO_DATE('2025-03-02','YYYY-MM-DD')"),
    ],
)
async def test_a_filter_finds_what_the_statement_finds(account: Account, q: str, condition: str) -> None:
    listed = await account.get("/record/v1/vendor", params={"q": q})
    assert listed.status_code == 200, listed.text
    found = await rows(account, f"SELECT id FROM vendor WHERE {condition} ORDER BY id")  # noqa: S608
    assert found
    assert [item["id"] for item in listed.json()["items"]] == [row["id"] for row in found]


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("lastModifiedDate AFTER 2024-01-31", "Unparseable date: 2024-01-31"),
        ("nothing IS x", "The field 'nothing' does not exist"),
        ("email EQUAL x", "The operator EQUAL is not supported"),
        ("email IS", "The condition ends too early"),
        ("(email IS x", "ends too early"),
        ("email IS x y", "Unexpected 'y'"),
        ("(" * 30 + "email EMPTY", "nested too deeply"),
    ],
)
async def test_filters_that_cannot_be_read_are_refused(account: Account, q: str, words: str) -> None:
    answer = await account.get("/record/v1/vendor", params={"q": q})
    detail: dict[str, Any] = answer.json()["o:errorDetails"][0]
    assert (answer.status_code, detail["o:errorCode"], detail["o:errorQueryParam"]) == (
        400,
        "INVALID_PARAMETER",
        "q",
    )
    assert words in detail["detail"]

"""Rows of NetSuite in all spellings that its documents and its users tell of, as unified records at the front door."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House
from tests.netsuite.scripted import Script, error, page, scripted

pytestmark = pytest.mark.anyio
LEAN = "truto_ignore_remote_data=true"
STAMPS = {"lastmodifieddate": "2026-01-01 00:30:00"}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def opened(
    anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[House, Script]]:
    async with scripted(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def script(opened: tuple[House, Script]) -> Script:
    found = opened[1]
    found.tables, found.answers, found.records, found.unknown, found.asked = {}, {}, {}, frozenset(), []
    return found


@pytest.fixture
def house(opened: tuple[House, Script]) -> House:
    return opened[0]


async def test_ids_and_truth_may_be_json_numbers_and_booleans(house: House, script: Script) -> None:
    script.tables = {
        "transaction": [
            {"id": 501, "type": "VendBill", "entity": 318, "foreigntotal": -50.66, "voided": True, **STAMPS}
        ],
        "transactionline": [
            {
                "id": 1,
                "transaction": 501,
                "uniquekey": 9001,
                "item": 77,
                "quantity": 100,
                "foreignamount": 42.57,
            },
            {"id": 2, "transaction": 501, "uniquekey": 9002, "taxline": True, "foreignamount": 8.09},
        ],
        "nexttransactionlinelink": [{"id": 99, "previousdoc": 501}],
        "employee": [{"id": 7, "giveaccess": True, "isinactive": False, "rolesforsearch": "3, 1021"}],
        "role": [{"id": 3, "name": "Administrator"}],
        "entitygroupmember": [{"id": 5, "employeemember": 7, "name": "Buyers"}],
        "vendor": [{"id": 318, "isinactive": True}],
        "vendoraddressbook": [
            {"id": 4, "entity": 318, "defaultbilling": False, "defaultshipping": True},
            {"id": 5, "entity": 318, "defaultbilling": True, "defaultshipping": False},
        ],
    }
    (bill,) = (await house.get(f"accounting/invoices?{LEAN}")).json()["result"]
    assert (bill["id"], bill["contact"]["id"], bill["status"], bill["payments"]) == (
        "501",
        "318",
        "voided",
        ["99"],
    )
    assert (bill["total_amount"], bill["sub_total"], bill["total_tax_amount"]) == (50.66, 42.57, 8.09)
    assert [(line["id"], line["item"]) for line in bill["line_items"]] == [("9001", "77")]
    (user,) = (await house.get(f"user-directory/users?{LEAN}")).json()["result"]
    assert (user["id"], user["status"]) == ("7", "active")
    assert [(each["id"], each["name"]) for each in user["roles"]] == [("3", "Administrator"), ("1021", None)]
    assert user["groups"] == [{"id": "5", "name": "Buyers", "organization": None}]
    vendor = (await house.get(f"accounting/contacts?contact_type=vendor&{LEAN}")).json()["result"][0]
    assert (vendor["id"], vendor["status"]) == ("318", "archived")
    assert [(each["id"], each["type"]) for each in vendor["addresses"]] == [
        ("5", "billing"),
        ("4", "shipping"),
    ]


async def result(house: House, path: str) -> list[dict[str, Any]]:
    answer = await house.get(f"{path}{'&' if '?' in path else '?'}{LEAN}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def test_a_short_page_that_is_not_the_last_is_gone_on_from(house: House, script: Script) -> None:
    """NetSuite may hand out less than `limit`; `hasMore` says so, `count` and `totalResults` need not agree."""
    more = {"hasMore": True, "count": 7, "totalResults": 1}
    script.answers = {
        "transaction": [
            (200, page([{"id": "1", "type": "VendBill"}, {"id": "2", "type": "VendBill"}], **more)),
            (200, page([{"id": "3", "type": "VendBill"}])),
        ],
        "transactionline": [
            (200, page([{"id": "1", "transaction": "1", "foreignamount": "1"}], **more)),
            (200, page([{"id": "2", "transaction": "1", "foreignamount": "2"}])),
            (200, page([{"id": "1", "transaction": "3", "foreignamount": "4"}])),
        ],
    }
    found = await house.all(f"accounting/invoices?limit=50&{LEAN}")
    assert [(each["id"], each["sub_total"]) for each in found] == [("1", 3), ("2", 0), ("3", 4)]


async def test_dates_that_are_no_calendar_days_are_left_to_remote_data(house: House, script: Script) -> None:
    script.tables["transaction"] = [
        {"id": "1", "type": "VendBill", "status": "B", "trandate": "1/31/2024", "duedate": "2024-02-30"},
        {"id": "2", "type": "VendBill", "status": "B", "closedate": "2024-01-31 00:00:00"},
    ]
    first, second = await result(house, "accounting/invoices")
    assert (first["issue_date"], first["due_date"], second["paid_on_date"]) == (None, None, "2024-01-31")


async def test_an_order_without_a_total_comes_to_the_sum_of_its_lines(house: House, script: Script) -> None:
    script.tables = {
        "transaction": [{"id": "1", "type": "PurchOrd"}],
        "transactionline": [
            {"id": "1", "transaction": "1", "foreignamount": "10.1"},
            {"id": "2", "transaction": "1", "foreignamount": "-0.2"},
        ],
    }
    (order,) = await result(house, "accounting/purchase_orders")
    assert (order["total_amount"], [each["total_line_amount"] for each in order["line_items"]]) == (
        9.9,
        [10.1, -0.2],
    )


async def test_a_requisition_without_estimates_has_what_its_lines_and_header_say(
    house: House, script: Script
) -> None:
    script.tables = {
        "transaction": [{"id": "1", "type": "PurchReq", "foreigntotal": "-9"}],
        "transactionline": [
            {"id": "1", "transaction": "1", "quantity": "2", "rate": "4.5", "foreignamount": "9"}
        ],
    }
    (found,) = await result(house, "accounting/purchase_order_requisitions")
    line = found["line_items"][0]
    assert (found["total_amount"], line["unit_price"], line["total_line_amount"]) == (9, 4.5, 9)


async def test_a_price_without_a_quantity_has_a_place_in_its_page(house: House, script: Script) -> None:
    script.tables = {
        "item": [{"id": "77", "itemid": "A", "cost": "1.0E-4", "totalquantityonhand": "12.0"}],
        "pricing": [{"id": "0", "item": "77", "unitprice": "3.5"}],
    }
    (item,) = await result(house, "accounting/items")
    assert (item["unit_price"], item["purchase_price"], item["quantity"]) == (3.5, 0.0001, 12)
    assert "SELECT NVL(p.quantity, 0) AS id," in script.asked[-1]


async def test_a_column_that_a_role_may_not_see_costs_its_field_alone(house: House, script: Script) -> None:
    script.unknown = frozenset({"altemail", "description", "supervisor"})
    script.tables = {
        "vendor": [{"id": "318", "companyname": "Harbour Paper", "email": "a@x.test", "isinactive": "F"}],
        "account": [{"id": "6", "acctname": "Travel", "currencycode": "EUR", "subsidiary": "1, 3"}],
        "employee": [{"id": "7", "entityid": "Bo"}],
    }
    vendor = (await result(house, "accounting/contacts?contact_type=vendor"))[0]
    assert (vendor["name"], vendor["emails"]) == (
        "Harbour Paper",
        [{"email": "a@x.test", "type": "primary"}],
    )
    (account,) = await result(house, "accounting/accounts")
    assert (account["description"], account["currency"], account["company"]) == (None, "EUR", "1")
    (employee,) = (await house.get("accounting/employees")).json()["result"]
    assert employee["name"] == "Bo"
    before = len(script.asked)
    await result(house, "accounting/accounts")
    assert script.asked[before:] == [script.asked[-1]], "what the role does not see is remembered"
    assert "a.description" not in script.asked[-1]
    assert "a.subsidiary" in script.asked[-1]


async def test_own_fields_that_a_table_lacks_go_before_those_of_netsuite(tmp_path: Path) -> None:
    """Definitions do not always say which kinds of entity a field is on; each one that is not is a refusal."""
    names = [f"custentity_{at}" for at in range(12)]
    async with scripted(tmp_path) as (house, script):
        script.tables = {
            "customfield": [
                *({"scriptid": name.upper(), "fieldvaluetype": "Free-Form Text"} for name in names),
                {
                    "scriptid": "custrecord_rate",
                    "fieldvaluetype": "Percent",
                    "recordtype": "customrecord_deal2",
                },
            ],
            "vendor": [{"id": "318", "currencycode": "EUR"}],
            "account": [{"id": "6", "acctname": "Travel"}],
        }
        script.unknown = frozenset(names)
        vendor = (await result(house, "accounting/contacts?contact_type=vendor"))[0]
        assert (vendor["currency"], vendor["custom_fields"]) == ("EUR", {})
        assert "c.symbol AS currencycode" in next(
            text for text in reversed(script.asked) if " FROM vendor v" in text
        )
        await result(house, "accounting/accounts")
        assert "custrecord_rate" not in script.asked[-1]


async def test_a_missing_permission_is_told_in_the_vendors_words(house: House, script: Script) -> None:
    words = "Permission Violation: You need the 'Lists -> Vendors' permission to access this page."
    script.answers["vendor"] = [(403, error(403, "INSUFFICIENT_PERMISSION", words))]
    answer = await house.get("accounting/contacts?contact_type=vendor")
    body = answer.json()
    assert (answer.status_code, body["message"], body["truto_is_remote_error"]) == (403, words, True)
    assert body["truto_error_insight"] == {
        "forbidden_error": {"description": words, "value": {"missing_scopes": []}}
    }
    account = (await house.client.get(f"/integrated-account/{house.account}")).json()
    assert account["status"] == "active"
    assert account["last_forbidden_error"] == {"message": words, "missing_scopes": []}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "NONEXISTENT_ID"),
        (404, "RCRD_DSNT_EXIST"),
        (400, "USER_ERROR"),
        (403, "INSUFFICIENT_PERMISSION"),
    ],
)
async def test_a_record_that_rest_does_not_give_is_what_suiteql_says(
    house: House, script: Script, status: int, code: str
) -> None:
    script.tables["vendor"] = [{"id": "318", "companyname": "Harbour Paper"}]
    script.records["vendor/318"] = (status, error(status, code))
    answer = await house.get("accounting/contacts/318")
    body = answer.json()
    assert (answer.status_code, body["name"], body["tax_number"]) == (200, "Harbour Paper", None)
    assert body["remote_data"]["companyname"] == "Harbour Paper"


async def test_nulls_that_are_written_out_are_no_values(house: House, script: Script) -> None:
    script.tables = {
        "transaction": [
            {"id": "1", "type": "CustInvc", "entity": None, "foreigntotal": "12.5", "memo": None}
        ],
        "transactionline": [
            {"id": "4", "uniquekey": None, "transaction": "1", "quantity": "-2.5", "rate": "5", "item": None}
            | {"foreignamount": "-12.5", "taxline": None, "expenseaccount": None, "department": None}
        ],
    }
    (found,) = await result(house, "accounting/invoices")
    line = found["line_items"][0]
    assert (line["id"], line["type"], line["quantity"], line["total_line_amount"]) == (
        "4",
        "expense",
        2.5,
        12.5,
    )
    assert (found["contact"], found["sub_total"], found["total_tax_amount"]) == (None, 12.5, 0)

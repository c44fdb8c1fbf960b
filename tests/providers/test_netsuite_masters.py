"""NetSuite's accounts, items, contacts, people and dimensions, mapped from rows that lack what they may lack."""

from typing import Any

import pytest

from providers.local_time import Tenant
from providers.netsuite.facts import FACTS
from providers.netsuite.masters import item_type
from tests.providers.netsuite_rows import mapped


@pytest.mark.parametrize(
    ("kind", "type_", "classification"),
    [
        ("Bank", "bank", "bank"),
        ("AcctRec", "accounts_receivable", "asset"),
        ("UnbilledRec", "other_current_asset", "asset"),
        ("DeferExpense", "pre_payment", "asset"),
        ("CredCard", "credit_card", "liability"),
        ("LongTermLiab", "long_term_liability", "liability"),
        ("OthIncome", "other_income", "revenue"),
        ("COGS", "cost_of_goods_sold", "expense"),
        ("Stat", "Stat", None),
        ("Brand New", "Brand New", None),
    ],
)
def test_kinds_of_accounts(kind: str, type_: str, classification: str | None) -> None:
    found = mapped("accounting/accounts", {"id": "1", "accttype": kind, "acctname": "A"})
    assert (found["type"], found["classification"]) == (type_, classification)


def test_an_account_has_the_base_currency_where_it_has_none_of_its_own() -> None:
    row = {"id": "6", "fullname": "Costs : Travel", "subsidiary": "1, 3", "isinactive": "T", "parent": "5"}
    found = mapped(
        "accounting/accounts", {**row, "record": {"id": "6", "balance": -12.5}}, tenant=Tenant(currency="USD")
    )
    assert (found["name"], found["currency"], found["company"]) == ("Travel", "USD", "1")
    assert (found["status"], found["parent_account"], found["current_balance"]) == ("archived", "5", -12.5)
    assert mapped("accounting/accounts", {"id": "6"})["name"] == "6"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"itemtype": "InvtPart"}, "inventoryItem"),
        ({"itemtype": "InvtPart", "isserialitem": "T"}, "serializedInventoryItem"),
        ({"itemtype": "Assembly", "islotitem": "T"}, "lotNumberedAssemblyItem"),
        ({"itemtype": "NonInvtPart", "subtype": "Resale"}, "nonInventoryResaleItem"),
        ({"itemtype": "OthCharge", "subtype": "Purchase"}, "otherChargePurchaseItem"),
        ({"itemtype": "Service"}, None),
        ({"itemtype": "Kit"}, "kitItem"),
        ({"itemtype": "Unheard"}, None),
        ({}, None),
    ],
)
def test_an_item_is_a_record_of_its_kind(row: dict[str, Any], expected: str | None) -> None:
    assert item_type(row) == expected


def test_an_items_price_is_the_base_price_at_the_lowest_quantity() -> None:
    prices = [
        {"quantity": "100", "unitprice": "9.5"},
        {"quantity": "0", "unitprice": "10.25"},
        {"quantity": "1"},
    ]
    row = {"id": "2", "itemid": "SKU", "lastpurchaseprice": "4", "expenseaccount": "58", "prices": prices}
    found = mapped("accounting/items", row)
    assert (found["name"], found["unit_price"], found["purchase_price"]) == ("SKU", 10.25, 4)
    assert found["purchase_account"] == "58"
    assert mapped("accounting/items", {"id": "2"})["unit_price"] is None


def test_a_vendor_has_its_addresses_once_the_billing_one_first() -> None:
    row = {
        "id": "248",
        "firstname": "Ada",
        "altname": "ignored",
        "email": "a@x.test",
        "altemail": "A@x.test",
        "mobilephone": "+44 7",
        "subsidiaries": [{"id": "2", "entity": "248"}],
        "addresses": [
            {"id": "8", "addr1": "Yard", "defaultshipping": "T"},
            {
                "id": "9",
                "addr1": "Desk",
                "addr2": "Floor 2",
                "addr3": "Left",
                "zip": "N1",
                "defaultbilling": "T",
            },
        ],
        "record": {"id": "248", "vatRegNumber": "GB1"},
    }
    found = mapped("accounting/contacts", row)
    assert (found["id"], found["name"], found["type"], found["company"]) == ("248", "Ada", "vendor", "2")
    assert found["tax_number"] == "GB1"
    assert found["emails"] == [{"email": "a@x.test", "type": "primary"}]
    assert found["phones"] == [{"number": "+44 7", "extension": None, "type": "mobile"}]
    assert [(each["id"], each["type"], each["street_2"]) for each in found["addresses"]] == [
        ("9", "billing", "Floor 2, Left"),
        ("8", "shipping", None),
    ]


def test_a_customer_carries_its_prefix_and_stands_alone_where_nothing_else_is_known() -> None:
    found = mapped("accounting/contacts", {"id": "30", "entityid": "C-30"}, at=1)
    assert (found["id"], found["type"], found["name"]) == ("customer:30", "customer", "C-30")
    assert (found["addresses"], found["emails"], found["tax_number"]) == (None, [], None)


def test_a_user_has_the_roles_whose_names_may_be_seen() -> None:
    row = {
        "id": "11",
        "firstname": "Ada",
        "lastname": "L",
        "giveaccess": "T",
        "isinactive": "F",
        "rolesforsearch": "3, 1021",
        "roles": [{"id": "3", "name": "Administrator"}],
        "groups": [{"id": "5", "employeemember": "11", "name": "Buyers"}],
    }
    found = mapped("user-directory/users", row)
    assert [(role["id"], role["name"]) for role in found["roles"]] == [("3", "Administrator"), ("1021", None)]
    assert found["groups"] == [{"id": "5", "name": "Buyers", "organization": None}]
    assert (found["status"], found["organizations"]) == ("active", [])
    assert mapped("user-directory/users", {**row, "isinactive": "T"})["status"] == "inactive"


def test_a_department_says_which_is_above_it() -> None:
    row = {"id": "4", "name": "Sales", "parent": "1", "subsidiary": "2, 5", "isinactive": "F"}
    found = mapped("accounting/tracking_categories", row)
    assert (found["id"], found["parent_category"], found["company"]) == ("department:4", "department:1", "2")


FACT = {fact.name: fact for fact in FACTS}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"links": [], "timezone": "Europe/Paris"}], "Europe/Paris"),
        ([{"links": [], "expr1": "America/New_York"}], "America/New_York"),
        ([{"timezone": "-08:00"}], "Etc/GMT+8"),
        ([{"timezone": "+05:30"}], "Asia/Kolkata"),
        ([{"timezone": "Nowhere/Land"}], "America/Los_Angeles"),
        ([{"timezone": "../etc/passwd"}], "America/Los_Angeles"),
        ([], "America/Los_Angeles"),
    ],
)
def test_the_zone_is_read_under_whatever_name_it_comes(rows: list[dict[str, Any]], expected: str) -> None:
    assert FACT["time_zone"].read(rows) == expected


def test_own_fields_are_known_in_lower_case_with_the_tables_that_they_are_on() -> None:
    rows = [
        {"scriptid": "CUSTRECORD_X", "fieldvaluetype": "Check Box", "recordtype": "class"},
        {"scriptid": "custbody9", "recordtype": "-30"},
        {"fieldvaluetype": "Percent"},
        {"scriptid": "custcol_y", "fieldvaluetype": "Currency", "recordtype": "TRANSACTION"},
        {"scriptid": "custrecord_z", "fieldvaluetype": "Date", "recordtype": "customrecord_deal2"},
    ]
    found = FACT["global_custom_fields"].read(rows)
    assert {name: (field.kind, set(field.on)) for name, field in found.items()} == {
        "custrecord_x": ("Check Box", {"classification"}),
        "custbody9": ("", set()),
        "custcol_y": ("Currency", {"transactionline"}),
        "custrecord_z": ("Date", {"customrecord_deal2"}),
    }
    assert FACT["base_currency"].read([{"symbol": "USD"}, {"symbol": "EUR"}]) is None
    assert FACT["base_currency"].read([{"symbol": "USD"}, {"symbol": "USD"}]) == "USD"

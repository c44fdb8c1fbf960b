"""NetSuite's transactions, mapped: signs, letters, sums, tags, and rows that lack nearly everything."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from providers.local_time import Tenant
from providers.queries import OwnField
from tests.providers.netsuite_rows import bill, line, mapped

INVOICES, ORDERS, REQUISITIONS = (
    "accounting/invoices",
    "accounting/purchase_orders",
    "accounting/purchase_order_requisitions",
)


def test_a_bill_has_its_header_turned_round_and_its_lines_as_they_are() -> None:
    lines = [
        line(
            id="2",
            uniquekey="902",
            linesequencenumber="2",
            item="34",
            itemname="SKU-19",
            memo="Toner",
            quantity="14",
            rate="0.4257",
            foreignamount="5.96",
            expenseaccount="126",
        ),
        line(linesequencenumber="1", expenseaccount="58", foreignamount="94.04"),
        line(id="3", uniquekey="903", taxline="T", foreignamount="19"),
    ]
    found = mapped(
        INVOICES,
        bill(
            lines=lines,
            payments=[{"id": "77", "previousdoc": "230"}],
            entity="12",
            entityname="Acme",
            tranid="V-2",
            currencycode="EUR",
            exchangerate="1.09",
            foreignamountunpaid="50.5",
            subsidiary="5",
        ),
    )
    assert (found["type"], found["status"], found["number"], found["company"]) == (
        "bill",
        "authorised",
        "V-2",
        "5",
    )
    assert found["contact"] == {"id": "12", "name": "Acme", "type": "vendor"}
    assert (found["total_amount"], found["sub_total"], found["total_tax_amount"]) == (119, 100, 19)
    assert (found["total_discount"], found["balance"], found["payments"]) == (0, 50.5, ["77"])
    first, second = found["line_items"]
    assert (first["id"], first["account"], first["type"], first["item"]) == ("901", "58", "expense", None)
    assert second == {
        "id": "902",
        "name": "SKU-19",
        "description": "Toner",
        "item": "34",
        "account": "126",
        "quantity": 14,
        "unit_price": 0.4257,
        "total_line_amount": 5.96,
        "tax_rate": None,
        "currency": "EUR",
        "exchange_rate": 1.09,
        "type": "item",
        "tracking_categories": [],
    }


def test_a_customer_invoice_has_its_lines_turned_round_and_its_discount_made_positive() -> None:
    lines = [
        line(quantity="-2", rate="10", foreignamount="-20", item="5"),
        line(id="2", itemtype="Discount", foreignamount="5", item="9"),
        line(id="3", taxline="T", foreignamount="-3"),
    ]
    found = mapped(INVOICES, bill(type="CustInvc", foreigntotal="18", entity="30", lines=lines))
    assert (found["type"], found["contact"]["id"], found["contact"]["type"]) == (
        "invoice",
        "customer:30",
        "customer",
    )
    assert [(each["quantity"], each["total_line_amount"]) for each in found["line_items"]] == [
        (2, 20),
        (None, -5),
    ]
    sums = [found[name] for name in ("sub_total", "total_discount", "total_tax_amount", "total_amount")]
    assert sums == [20, 5, 3, 18]


def test_tax_that_is_on_no_line_is_what_the_total_has_above_the_lines() -> None:
    found = mapped(INVOICES, bill(lines=[line(foreignamount="100.10")], foreigntotal="-119.12"))
    assert (found["sub_total"], found["total_tax_amount"]) == (100.1, 19.02)


def test_a_credit_line_keeps_its_sign() -> None:
    found = mapped(INVOICES, bill(lines=[line(foreignamount="-4.5", quantity="-1")]))
    assert [(each["quantity"], each["total_line_amount"]) for each in found["line_items"]] == [(-1, -4.5)]


@pytest.mark.parametrize("scale", ["0", "-0", "0.00", "1E-7", "1234567890.12345", "-.5", "007"])
def test_numbers_of_any_scale_are_numbers(scale: str) -> None:
    found = mapped(INVOICES, bill(foreignamountunpaid=scale, lines=[line(rate=scale, quantity=scale)]))
    assert found["balance"] == float(scale)
    assert found["line_items"][0]["unit_price"] == float(scale)
    assert found["line_items"][0]["quantity"] == float(scale)


def test_what_can_t_be_read_is_no_value_and_never_a_part_of_a_sum() -> None:
    found = mapped(
        INVOICES, bill(foreigntotal="n/a", lines=[line(foreignamount="?"), line(foreignamount="1")])
    )
    sums = [found[name] for name in ("total_amount", "sub_total", "total_tax_amount")]
    assert sums == [None, None, None]


@pytest.mark.parametrize(
    ("resource", "kind", "status", "more", "expected"),
    [
        (INVOICES, "VendBill", "A", {}, "authorised"),
        (INVOICES, "VendBill", "B", {"closedate": "2024-02-01"}, "paid"),
        (INVOICES, "VendBill", "C", {}, "voided"),
        (INVOICES, "VendBill", "D", {}, "submitted"),
        (INVOICES, "VendBill", "E", {}, "draft"),
        (INVOICES, "VendBill", "F", {}, "authorised"),
        (INVOICES, "VendBill", "A", {"voided": "T"}, "voided"),
        (INVOICES, "VendBill", "VendBill:B", {}, "paid"),
        (INVOICES, "VendBill", "Q", {"statusname": "Bill : Somewhere Else"}, "Somewhere Else"),
        (INVOICES, "VendBill", "Q", {}, "Q"),
        (INVOICES, "CustInvc", "V", {}, "voided"),
        (INVOICES, "CustInvc", "B", {}, "paid"),
        (ORDERS, "PurchOrd", "A", {}, "submitted"),
        (ORDERS, "PurchOrd", "B", {}, "authorised"),
        (ORDERS, "PurchOrd", "C", {}, "draft"),
        (ORDERS, "PurchOrd", "G", {}, "billed"),
        (ORDERS, "PurchOrd", "H", {}, "deleted"),
        (ORDERS, "PurchOrd", "H", {"lines": [line(quantitybilled="0.5")]}, "billed"),
        (ORDERS, "PurchOrd", "P", {}, "draft"),
        (REQUISITIONS, "PurchReq", "E", {}, "authorised"),
        (REQUISITIONS, "PurchReq", "F", {}, "partially_delivered"),
        (REQUISITIONS, "PurchReq", "G", {}, "delivered"),
        (REQUISITIONS, "PurchReq", "H", {}, "deleted"),
        (REQUISITIONS, "PurchReq", "R", {}, "draft"),
    ],
)
def test_letters_are_states(
    resource: str, kind: str, status: str, more: dict[str, Any], expected: str
) -> None:
    found = mapped(resource, bill(type=kind, status=status, **more))
    assert found["status"] == expected
    if resource == INVOICES:
        assert found["paid_on_date"] == (more.get("closedate") if expected == "paid" else None)


def test_dimensions_and_segments_are_tags_of_documents_and_lines() -> None:
    own = {"cseg_region": OwnField(), "custbody_rush": OwnField("Check Box")}
    tagged = {"department": "3", "departmentname": "Sales", "class": "7", "cseg_region": "2"}
    found = mapped(
        INVOICES,
        bill(
            **tagged,
            cseg_region_text="Europe",
            custbody_rush="T",
            lines=[line(location="4", cseg_region="1")],
        ),
        own,
    )
    assert [(tag["id"], tag["name"]) for tag in found["tracking_categories"]] == [
        ("department:3", "Sales"),
        ("class:7", None),
        ("cseg_region:2", "Europe"),
    ]
    tags = found["line_items"][0]["tracking_categories"]
    assert [tag["id"] for tag in tags] == ["location:4", "cseg_region:1"]
    assert found["custom_fields"] == {"cseg_region": {"id": "2", "name": "Europe"}, "custbody_rush": True}


def test_own_fields_are_of_their_kinds() -> None:
    own = {
        "custbody_a": OwnField("Decimal Number"),
        "custbody_b": OwnField("Multiple Select"),
        "custbody_c": OwnField("List/Record"),
        "custbody_d": OwnField("Free-Form Text"),
        "custbody_e": OwnField("List/Record"),
        "custbody_f": OwnField("Check Box"),
        "custbody_missing": OwnField("Check Box"),
    }
    row = bill(
        custbody_a="1.50",
        custbody_b="1, 3",
        custbody_c="9",
        custbody_c_text="Gold",
        custbody_d="",
        custbody_e=None,
        custbody_f=None,
    )
    assert mapped(INVOICES, row, own)["custom_fields"] == {
        "custbody_a": 1.5,
        "custbody_b": ["1", "3"],
        "custbody_c": {"id": "9", "name": "Gold"},
        "custbody_d": None,
        "custbody_e": None,
        "custbody_f": None,
    }


def test_a_requisition_sums_its_estimates_and_names_the_supplier_of_all_lines() -> None:
    lines = [
        line(entity="250", estimatedamount="4300.01", quantity="13"),
        line(id="2", entity="250", estimatedamount="0.05", quantity="0"),
    ]
    row = bill(
        type="PurchReq", foreigntotal="0", entity="12", entityname="Ivo", entityemail="i@x.test", lines=lines
    )
    found = mapped(REQUISITIONS, row)
    assert (found["vendor"], found["total_amount"]) == ("250", 4300.06)
    assert found["requested_by"] == found["employee"] == {"id": "12", "name": "Ivo", "email": "i@x.test"}
    assert [each["unit_price"] for each in found["line_items"]] == [pytest.approx(330.77, abs=0.01), None]
    several = mapped(REQUISITIONS, {**row, "lines": [*lines, line(id="3", entity="7")]})
    assert several["vendor"] is None


def test_an_order_says_where_its_goods_go_and_who_approves_it() -> None:
    address = {"id": "4", "addressee": "Hall 2", "addr1": "1 Mill Lane", "city": "Leeds", "country": "GB"}
    row = bill(type="PurchOrd", nextapprover="-5", employee="12", employeename="Ivo", addresses=[address])
    found = mapped(ORDERS, {**row, "shipdate": "2024-02-01"})
    assert (found["approver"], found["employee"]["id"]) == (None, "12")
    assert (found["delivery_address"], found["delivery_date"]) == (
        "Hall 2, 1 Mill Lane, Leeds, GB",
        "2024-02-01",
    )
    text = mapped(ORDERS, {**row, "addresses": [{"id": "4", "addrtext": "Hall 2\r\n1 Mill Lane\n\nLeeds"}]})
    assert text["delivery_address"] == "Hall 2, 1 Mill Lane, Leeds"


def test_times_are_those_of_the_tenants_zone() -> None:
    row = bill(createddate="2024-07-01 23:30:00", lastmodifieddate="2024-01-31 23:30:00")
    found = mapped(INVOICES, row, tenant=Tenant(ZoneInfo("America/Los_Angeles")))
    assert found["created_at"] == "2024-07-02T06:30:00.000Z"
    assert (found["updated_at"], found["etag"]) == ("2024-02-01T07:30:00.000Z", "2024-01-31 23:30:00")
    assert mapped(INVOICES, bill(createddate="7/1/2024"))["created_at"] is None


@pytest.mark.parametrize("resource", [INVOICES, ORDERS, REQUISITIONS])
def test_a_row_with_nothing_but_an_id_and_a_type_is_a_record(resource: str) -> None:
    found = mapped(resource, {"id": "1", "type": "VendBill"})
    assert (found["id"], found["line_items"], found["custom_fields"], found["tracking_categories"]) == (
        "1",
        None,
        {},
        [],
    )

"""What mapping a page of 1,000 SuiteQL rows costs, beside hand-written code: vendors, and bills with their lines.

`python -m bench.suiteql` prints medians in milliseconds and ratios; the rounds of all candidates alternate.
"""

import gc
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bench.mapping import measure
from providers.local_time import Tenant
from providers.netsuite import NETSUITE
from providers.netsuite.dialect import SUITEQL
from providers.queries import OwnField
from providers.values import amount, number

Row = dict[str, Any]
ROWS = 1000
TENANT = Tenant(ZoneInfo("America/Los_Angeles"), "USD")
OWN = {
    "custentity_risk": OwnField("Decimal Number"),
    "custbody_rush": OwnField("Check Box"),
    "cseg_region": OwnField(),
}


def vendors() -> list[Row]:
    return [
        {
            "links": [],
            "id": str(at),
            "entityid": f"V{at}",
            "companyname": f"Company {at}",
            "isperson": "F",
            "email": f"office{at}@example.com",
            "phone": "555-0100",
            "fax": "555-0101",
            "isinactive": "F",
            "currencycode": "USD",
            "datecreated": "2024-03-26 17:24:12",
            "lastmodifieddate": "2025-04-09 00:06:40",
            "custentity_risk": "1.5",
            "addresses": [
                {"id": f"{at}1", "addr1": "22 Baker Row", "city": "London", "zip": "N1", "country": "GB"},
            ],
            "subsidiaries": [{"id": "2", "entity": str(at)}],
        }
        for at in range(1, ROWS + 1)
    ]


def bills() -> list[Row]:
    return [
        {
            "links": [],
            "id": str(at),
            "type": "VendBill",
            "tranid": f"B-{at}",
            "status": "A",
            "voided": "F",
            "foreigntotal": "-142.57",
            "foreignamountunpaid": "142.57",
            "entity": "12",
            "entityname": "Acme",
            "currencycode": "EUR",
            "exchangerate": "1.09",
            "trandate": "2024-01-11",
            "duedate": "2024-02-11",
            "memo": "monthly",
            "subsidiary": "5",
            "department": "3",
            "departmentname": "Sales",
            "createddate": "2024-10-27 08:31:26",
            "lastmodifieddate": "2024-10-27 08:31:26",
            "custbody_rush": "F",
            "payments": [],
            "lines": [_line(at, place) for place in range(1, 4)],
        }
        for at in range(1, ROWS + 1)
    ]


def _line(bill: int, place: int) -> Row:
    return {
        "id": str(place),
        "transaction": str(bill),
        "uniquekey": f"{bill}{place}",
        "linesequencenumber": str(place),
        "taxline": "T" if place == 3 else "F",
        "item": "34",
        "itemname": "SKU-19",
        "memo": "Toner",
        "quantity": "14",
        "rate": "5.09",
        "foreignamount": "71.285" if place < 3 else "0",
        "expenseaccount": "126",
        "class": "7",
    }


def _instant(text: str | None) -> str | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text).replace(tzinfo=TENANT.zone).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def vendor_by_hand(row: Row) -> Row:
    names = ((row.get("firstname"), row.get("lastname")),)
    person = " ".join(part for pair in names for part in pair if part) or None
    addresses = sorted(
        row["addresses"],
        key=lambda each: (each.get("defaultbilling") != "T", each.get("defaultshipping") != "T"),
    )
    emails: dict[str, Row] = {}
    for kind, key in (("primary", "email"), ("alternate", "altemail")):
        if row.get(key):
            emails.setdefault(row[key].lower(), {"email": row[key], "type": kind})
    kinds = (("work", "phone"), ("alternate", "altphone"), ("mobile", "mobilephone"), ("fax", "fax"))
    return {
        "id": row["id"],
        "name": row.get("companyname") or person or row.get("altname") or row.get("entityid"),
        "type": "vendor",
        "status": {"F": "active", "T": "archived"}.get(row.get("isinactive", "")),
        "tax_number": None,
        "currency": row.get("currencycode") or TENANT.currency,
        "company": row["subsidiaries"][0]["id"] if row["subsidiaries"] else None,
        "emails": list(emails.values()),
        "phones": [
            {"number": row[key], "extension": None, "type": kind} for kind, key in kinds if row.get(key)
        ],
        "addresses": [
            {
                "id": each["id"],
                "street_1": each.get("addr1"),
                "street_2": ", ".join(filter(None, (each.get("addr2"), each.get("addr3")))) or None,
                "city": each.get("city"),
                "state": each.get("state"),
                "country": each.get("country"),
                "postal_code": each.get("zip"),
                "type": "billing"
                if each.get("defaultbilling") == "T"
                else "shipping"
                if each.get("defaultshipping") == "T"
                else None,
            }
            for each in addresses
        ],
        "created_at": _instant(row.get("datecreated")),
        "updated_at": _instant(row.get("lastmodifieddate")),
        "custom_fields": _custom(row),
    }


def _custom(row: Row) -> Row:
    found: Row = {}
    for name, field in OWN.items():
        if name not in row:
            continue
        if field.kind == "Check Box":
            found[name] = row[name] == "T"
        elif field.kind == "Decimal Number":
            found[name] = number(row[name])
        else:
            found[name] = {"id": row[name], "name": row.get(f"{name}_text")}
    return found


def _tags(row: Row) -> list[Row]:
    return [
        {"id": f"{kind}:{row[kind]}", "name": row.get(f"{kind}name"), "option": None, "option_id": None}
        for kind in ("department", "class", "location", "cseg_region")
        if row.get(kind)
    ]


def bill_by_hand(row: Row) -> Row:
    currency, rate = row.get("currencycode") or TENANT.currency, number(row.get("exchangerate"))
    lines = sorted(
        (each for each in row["lines"] if each.get("taxline") != "T"),
        key=lambda each: number(each.get("linesequencenumber")) or 0,
    )
    taxes = [each for each in row["lines"] if each.get("taxline") == "T"]
    sums = [
        sum((Decimal(each["foreignamount"]) for each in found if each.get("foreignamount")), Decimal(0))
        for found in (
            [each for each in lines if each.get("itemtype") != "Discount"],
            [each for each in lines if each.get("itemtype") == "Discount"],
            taxes,
        )
    ]
    return {
        "id": row["id"],
        "type": "bill",
        "number": row.get("tranid") or row.get("transactionnumber"),
        "contact": {"id": row["entity"], "name": row.get("entityname"), "type": "vendor"},
        "status": "voided"
        if row.get("voided") == "T"
        else {"A": "authorised", "B": "paid"}.get(row["status"]),
        "issue_date": row.get("trandate"),
        "due_date": row.get("duedate"),
        "paid_on_date": row.get("closedate") if row["status"] == "B" else None,
        "currency": currency,
        "exchange_rate": rate,
        "line_items": [
            {
                "id": each["uniquekey"],
                "name": each.get("itemname"),
                "description": each.get("memo"),
                "item": each.get("item"),
                "account": each.get("expenseaccount"),
                "quantity": number(each.get("quantity")),
                "unit_price": number(each.get("rate")),
                "total_line_amount": number(each.get("foreignamount")),
                "tax_rate": None,
                "currency": currency,
                "exchange_rate": rate,
                "type": "item" if each.get("item") else "expense",
                "tracking_categories": _tags(each),
            }
            for each in lines
        ],
        "sub_total": amount(sums[0]),
        "total_discount": amount(-sums[1]),
        "total_tax_amount": amount(sums[2]),
        "total_amount": -(number(row["foreigntotal"]) or 0),
        "balance": number(row.get("foreignamountunpaid")),
        "payments": [each["id"] for each in row["payments"]],
        "memo": row.get("memo"),
        "company": row.get("subsidiary"),
        "tracking_categories": _tags(row),
        "etag": row.get("lastmodifieddate"),
        "created_at": _instant(row.get("createddate")),
        "updated_at": _instant(row.get("lastmodifieddate")),
        "custom_fields": _custom(row),
    }


CASES: dict[str, tuple[str, Callable[[], list[Row]], Callable[[Row], Row]]] = {
    "vendors": ("accounting/contacts", vendors, vendor_by_hand),
    "bills": ("accounting/invoices", bills, bill_by_hand),
}


def candidates(name: str) -> dict[str, Callable[[], bytes]]:
    """From the vendor's bytes to ours, in three manners."""
    key, rows, by_hand = CASES[name]
    table = NETSUITE.resources[key].sources[0].fields
    body = orjson.dumps({"links": [], "count": ROWS, "hasMore": False, "items": rows()})
    return {
        "floor": lambda: orjson.dumps(orjson.loads(body)),
        "mapped": lambda: orjson.dumps([table(row, OWN, TENANT) for row in SUITEQL.read(orjson.loads(body))]),
        "by hand": lambda: orjson.dumps([by_hand(row) for row in orjson.loads(body)["items"]]),
    }


def main() -> None:
    gc.collect()
    gc.freeze()
    print(f"{'page of 1,000':28}{'floor ms':>10}{'mapped':>10}{'by hand':>10}{'÷ by hand':>11}")
    for name in CASES:
        times = measure(candidates(name))
        floor, mapped, hand = (statistics.median(times[each]) for each in ("floor", "mapped", "by hand"))
        print(f"{name:28}{floor:10.2f}{mapped:10.2f}{hand:10.2f}{mapped / hand:11.2f}")


if __name__ == "__main__":
    main()

"""Purchase orders and purchase requisitions as unified documents."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from providers.companions import Companion
from providers.filters import Choice
from providers.mapping import Node, at, const, fields, first_of, not_offered, of
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    DOCUMENT_MADE,
    ID_FILTER,
    Columns,
    Ids,
    calendar,
    day,
    named,
    resource,
    same,
    statement,
    whole,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.documents import (
    STATE,
    TOTAL,
    by_letter,
    document,
    document_fields,
    goods,
    letter,
    line_items,
    line_table,
    lines,
    of_type,
    sum_of,
    words,
)
from providers.netsuite.documents_written import orders, requisitions
from providers.netsuite.shapes import date, person
from providers.queries import SPELLING, Column, Part
from providers.resource import Source
from providers.values import amount, decimal, ident, number, raw
from schemas.accounting import PurchaseOrder, PurchaseOrderRequisition

NO_CUSTOMER = not_offered("an order is for the company itself")
LINES: Node = at("lines", raw)
NUMBER = first_of(at("tranid"), at("transactionnumber"))
BILLED = "t.id IN (SELECT b.transaction FROM transactionline b WHERE b.quantitybilled > 0)"


def _person(key: str, sql: str, alias: str, option: str = "") -> tuple[Columns, Part]:
    """A person's id and name, and the e-mail address where the role sees employees."""
    seen = f"employee {option}"
    found = {**named(key, sql, option), f"{key}email": Column(f"{alias}.email", option=seen)}
    return found, Part(f"LEFT JOIN employee {alias} ON {alias}.id = {sql}", seen)


BUYER, BUYER_JOIN = _person("employee", "t.employee", "e")
APPROVER, APPROVER_JOIN = _person("nextapprover", "t.nextapprover", "na", "nextapprover")
REQUESTER_EMAIL: Columns = {"entityemail": Column("rq.email", option="employee")}
REQUESTER_JOIN = Part("LEFT JOIN employee rq ON rq.id = t.entity", "employee")

# the letters of NetSuite's statuses, by the word that they stand for
ORDER_LETTERS = {"submitted": "A", "authorised": "BDEF", "billed": "G", "deleted": "H", "draft": "CP"}
ORDER_STATES = by_letter(ORDER_LETTERS)


def _order_status(status: str | None, shown: str | None, rows: Any) -> str | None:
    """A closed order counts as billed where anything of it was."""
    found = letter(status)
    billed = (decimal(row.get("quantitybilled")) or Decimal(0) for row in rows or ())
    if found == "H" and any(quantity > 0 for quantity in billed):
        return "billed"
    return ORDER_STATES.get(found or "", words(shown) or found)


def _address(rows: Any) -> str | None:
    row = rows[0] if rows else {}
    text = row.get("addrtext")
    if text:
        return ", ".join(part.strip() for part in str(text).splitlines() if part.strip()) or None
    parts = (row.get(name) for name in ("addressee", "addr1", "addr2", "city", "state", "zip", "country"))
    return ", ".join(str(part) for part in parts if part) or None


def _nkey(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = ident(row.get("shippingaddress"))
    return (found,) if found else ()


def _sum(rows: Any) -> int | float | None:
    return amount(sum_of(goods(rows), "foreignamount")) if rows else None


ADDRESSES = Companion(
    "addresses",
    statement(
        "transactionshippingaddress sa",
        {
            "id": Column("sa.nkey", filled=True),
            **columns("sa", "addressee", "addr1", "addr2", "city", "state", "zip", "country"),
            "addrtext": Column("sa.addrtext", option="addrtext"),
        },
    ),
    parent="id",
    of=_nkey,
    spare=True,
)
ORDER_COLUMNS: Columns = {
    **BUYER,
    **APPROVER,
    "total": Column("0 - t.foreigntotal", hidden=True),  # the vendor keeps it as a negative number
    "shipdate": day("t.shipdate"),
    "shippingaddress": Column("t.shippingaddress"),
    **columns("t", "incoterm", "terms"),
    "state": Column(
        f"CASE WHEN {STATE} = 'PurchOrd:H' AND {BILLED} THEN 'billed' ELSE {STATE} END", hidden=True
    ),
}
ORDER = fields(
    PurchaseOrder,
    **document_fields(
        number=NUMBER,
        status=of(_order_status, at("status"), at("statusname"), LINES),
        vendor=at("entity", ident),
        customer=NO_CUSTOMER,
        employee=person("employee"),
        requested_by=not_offered("an order has a buyer; who asked for the goods stands on the requisition"),
        approver=person("nextapprover"),
        delivery_date=first_of(date("duedate"), date("shipdate")),
        delivery_address=of(_address, at("addresses", raw)),
        line_items=line_items(line_table()),
        total_amount=first_of(TOTAL, of(_sum, LINES)),
    ),
)
SORTS = {"created_at": "createddate", "issue_date": "trandate", "updated_at": "lastmodifieddate"}
FILTERS = {**ID_FILTER, **DOCUMENT_MADE, "is_deleted": DELETED, "number": same("number", many=True)}
PURCHASE_ORDERS = resource(
    sources=(
        Source(
            "/record/v1/purchaseOrder",
            ORDER,
            statement=document(("PurchOrd",), ORDER_COLUMNS, BUYER_JOIN, APPROVER_JOIN),
            companions=(
                lines({**columns("tl", "quantityshiprecv", "quantitybilled", "isclosed", "units")}),
                ADDRESSES,
            ),
            whole=whole("purchaseOrder"),
            also=("shippingaddress",),
            writing=orders(ORDER, line_table()),
        ),
        deleted(PurchaseOrder, "purchaseorder", status=const("deleted")),
    ),
    filters={
        **FILTERS,
        "status": Choice(
            "state", {**of_type("PurchOrd", ORDER_LETTERS), "billed": ("PurchOrd:G", "billed")}, SPELLING
        ),
        "vendor[id]": Ids("entity"),
        "issue_date": calendar("trandate"),
    },
    sorts={**SORTS, "total_amount": "total"},
)

REQUISITION_LETTERS = {
    "submitted": "A",
    "authorised": "BDE",
    "partially_delivered": "F",
    "delivered": "G",
    "deleted": "CH",
    "draft": "R",
}
REQUISITION_STATES = by_letter(REQUISITION_LETTERS)


def _requisition_status(status: str | None, shown: str | None) -> str | None:
    found = letter(status)
    return REQUISITION_STATES.get(found or "", words(shown) or found)


def _estimate(rows: Any) -> int | float | None:
    """The sum of the lines, as a header total of zero says nothing; None where no line has an estimate."""
    lines = [row for row in goods(rows) or () if row.get("estimatedamount") is not None]
    return amount(sum_of(lines, "estimatedamount")) if lines else None


def _vendor(rows: Any) -> str | None:
    found = {ident(row.get("entity")) for row in goods(rows) or ()}
    return found.pop() if len(found) == 1 else None


def _price(estimate: Any, quantity: Any, rate: Any) -> int | float | None:
    total, units = decimal(estimate), decimal(quantity)
    if total is None:
        return number(rate)
    return None if not units else amount(total / units)


REQUISITION_LINE = line_table(
    unit_price=of(_price, at("estimatedamount", raw), at("quantity", raw), at("rate", raw)),
    total_line_amount=first_of(at("estimatedamount", number), at("foreignamount", number)),
)
REQUISITION_COLUMNS: Columns = {
    **REQUESTER_EMAIL,
    **APPROVER,
    "state": Column(STATE, hidden=True),
    "supplier": Column(
        "",
        test="t.id IN (SELECT v.transaction FROM transactionline v "
        "WHERE v.entity = ? AND NVL(v.mainline,'F') = 'F')",
        hidden=True,
    ),
}
REQUISITION = fields(
    PurchaseOrderRequisition,
    **document_fields(
        number=NUMBER,
        status=of(_requisition_status, at("status"), at("statusname")),
        vendor=of(_vendor, LINES),
        customer=NO_CUSTOMER,
        employee=person("entity"),
        requested_by=person("entity"),
        approver=person("nextapprover"),
        delivery_date=date("duedate"),
        delivery_address=not_offered("a requisition has no address of its own"),
        line_items=line_items(REQUISITION_LINE),
        total_amount=first_of(of(_estimate, LINES), TOTAL),
    ),
)
PURCHASE_ORDER_REQUISITIONS = resource(
    sources=(
        Source(
            "/record/v1/purchaseRequisition",
            REQUISITION,
            statement=document(("PurchReq",), REQUISITION_COLUMNS, REQUESTER_JOIN, APPROVER_JOIN),
            companions=(
                lines({"estimatedamount": Column("tl.estimatedamount"), **named("entity", "tl.entity")}),
            ),
            whole=whole("purchaseRequisition"),
            writing=requisitions(REQUISITION, REQUISITION_LINE),
        ),
        deleted(PurchaseOrderRequisition, "purchaserequisition", "requisition", status=const("deleted")),
    ),
    filters={
        **FILTERS,
        "status": Choice("state", of_type("PurchReq", REQUISITION_LETTERS), SPELLING),
        "vendor[id]": Ids("supplier"),
        "requested_by[id]": Ids("entity"),
        "issue_date": calendar("trandate"),
    },
    sorts=SORTS,
)

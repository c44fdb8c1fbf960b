"""Vendor bills and customer invoices as unified invoices: one table at NetSuite, told apart by a transaction's type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from providers.companions import Companion
from providers.filters import NOTHING, AnyValue, Choice, Narrowing
from providers.mapping import Node, at, const, fields, first_of, of
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    DOCUMENT_MADE,
    ID,
    ID_FILTER,
    Columns,
    calendar,
    day,
    resource,
    same,
    statement,
    whole_by,
)
from providers.netsuite.documents import (
    STATE,
    TOTAL,
    document,
    document_fields,
    goods,
    header_sign,
    letter,
    line_items,
    line_sign,
    line_table,
    lines,
    signed,
    sum_of,
    words,
)
from providers.netsuite.documents_written import invoices
from providers.netsuite.shapes import date, yes
from providers.queries import SPELLING, Column
from providers.resource import Source
from providers.values import decimal, ident, number, one_of, raw, text
from schemas.accounting import Invoice

CUSTOMER = "customer:"  # before the ids of customers, whose numbers vendors may have, too
KINDS = {"VendBill": "bill", "CustInvc": "invoice"}
PARTIES = {"VendBill": "vendor", "CustInvc": "customer"}
RECORDS = {"VendBill": "vendorBill", "CustInvc": "invoice"}
STATES = {"A": "authorised", "B": "paid", "D": "submitted", "E": "draft", "F": "authorised", "V": "voided"}


def _status(kind: Any, status: str | None, voided: Any, shown: str | None) -> str | None:
    found = letter(status)
    if yes(voided) or (kind == "VendBill" and found == "C"):
        return "voided"
    if kind == "CustInvc" and found in ("C", "F"):  # letters that no page explains there
        return words(shown) or found
    return STATES.get(found or "", words(shown) or found)


def _gone_type(kind: str | None) -> str:
    return "bill" if kind and "bill" in kind.lower() else "invoice"


STATUS_FILTER = Choice(
    "state",
    {
        "authorised": ("VendBill:A", "VendBill:F", "CustInvc:A"),
        "paid": ("VendBill:B", "CustInvc:B"),
        "submitted": ("VendBill:D", "CustInvc:D"),
        "draft": ("VendBill:E", "CustInvc:E"),
        "voided": ("voided", "VendBill:C", "CustInvc:V", "VendBill:V"),
    },
    SPELLING,
)


def _paid_on(status: str | None, closed: str | None) -> str | None:
    return closed if letter(status) == "B" else None


def _contact(id_: str | None, name: str | None, kind: Any) -> dict[str, Any] | None:
    if id_ is None:
        return None
    prefix = CUSTOMER if PARTIES.get(kind) == "customer" else ""
    return {"id": f"{prefix}{id_}", "name": name, "type": PARTIES.get(kind)}


def _discounts(rows: Any) -> list[Mapping[str, Any]]:
    return [row for row in goods(rows) if row.get("itemtype") == "Discount"]


def _sub_total(rows: Any, kind: Any) -> int | float | None:
    if type(rows) is not list:
        return None
    before = (row for row in goods(rows) if row.get("itemtype") != "Discount")
    return signed(sum_of(before, "foreignamount"), line_sign(kind))


def _discount(rows: Any, kind: Any) -> int | float | None:
    if type(rows) is not list:
        return None
    return signed(sum_of(_discounts(rows), "foreignamount"), -line_sign(kind))


def _tax(rows: Any, kind: Any, total: Any) -> int | float | None:
    """The tax lines; without any, what the total has above the other lines: tax may be kept apart from lines."""
    if type(rows) is not list:
        return None
    taxes = [row for row in rows if yes(row.get("taxline"))]
    if taxes:
        return signed(sum_of(taxes, "foreignamount"), line_sign(kind))
    whole, rest = decimal(total), sum_of(goods(rows), "foreignamount")
    if whole is None or rest is None:
        return None
    return signed(whole * header_sign(kind) - rest * line_sign(kind), 1)


def _payments(rows: Any) -> list[str] | None:
    return [str(row["id"]) for row in rows] if type(rows) is list else None


@dataclass(frozen=True)
class Parties(AnyValue):
    """Equality and membership on contacts; the number of a customer may be a vendor's, too."""

    operators: tuple[str, ...] = ("eq", "in")

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        known = tuple(value for value in found if ID.fullmatch(value.removeprefix(CUSTOMER)))
        if not known:
            return NOTHING
        ids = tuple(dict.fromkeys(value.removeprefix(CUSTOMER) for value in known))
        return Narrowing(
            (*SPELLING.condition("entity", "in", ids), *SPELLING.condition("party", "in", known))
        )


LINES: Node = at("lines", raw)
COLUMNS: Columns = {
    "closedate": day("t.closedate"),
    "foreignamountunpaid": Column("t.foreignamountunpaid"),
    "state": Column(f"CASE WHEN t.voided = 'T' THEN 'voided' ELSE {STATE} END", hidden=True),
    "party": Column(
        f"CASE WHEN t.type = 'CustInvc' THEN '{CUSTOMER}' || t.entity ELSE '' || t.entity END", hidden=True
    ),
    "partytype": Column("t.type", hidden=True),
    "partyname": Column("UPPER(BUILTIN.DF(t.entity))", bind="UPPER(?)", hidden=True),
}
PAYMENTS = Companion(
    "payments",
    statement(
        "nexttransactionlinelink l",
        {"id": Column("l.nextdoc", filled=True), "previousdoc": Column("l.previousdoc", filled=True)},
        where=("l.linktype = 'Payment'",),
        distinct=True,
    ),
    parent="previousdoc",
    spare=True,
)
INVOICE = fields(
    Invoice,
    **document_fields(
        type=at("type", one_of(KINDS)),
        number=first_of(at("tranid"), at("transactionnumber")),
        contact=of(_contact, at("entity", ident), at("entityname"), at("type")),
        status=of(_status, at("type"), at("status"), at("voided", raw), at("statusname")),
        due_date=date("duedate"),
        paid_on_date=of(_paid_on, at("status"), date("closedate")),
        line_items=line_items(line_table()),
        sub_total=of(_sub_total, LINES, at("type")),
        total_discount=of(_discount, LINES, at("type")),
        total_tax_amount=of(_tax, LINES, at("type"), at("foreigntotal")),
        total_amount=TOTAL,
        balance=at("foreignamountunpaid", number),
        payments=at("payments", _payments),
        company=at("subsidiary", ident),
    ),
)


def _record_type(row: Mapping[str, Any]) -> str | None:
    return RECORDS.get(text(row.get("type")) or "")


INVOICES = resource(
    sources=(
        Source(
            "/record/v1/vendorBill",
            INVOICE,
            statement=document(tuple(KINDS), COLUMNS),
            companions=(lines({}), PAYMENTS),
            whole=whole_by(_record_type),
            writing=invoices(INVOICE, line_table(), CUSTOMER, RECORDS),
        ),
        deleted(
            Invoice,
            "vendorbill",
            "invoice",
            "bill",
            type=of(_gone_type, at("scriptid|type")),
            status=const("deleted"),
        ),
    ),
    filters={
        **ID_FILTER,
        **DOCUMENT_MADE,
        "is_deleted": DELETED,
        "invoice_type": Choice(
            "type", {"bill": ("VendBill",), "invoice": ("CustInvc",)}, SPELLING, operators=("eq",)
        ),
        "contact[id]": Parties(),
        "contact[name]": same("partyname"),
        "contact[type]": Choice(
            "partytype", {"vendor": ("VendBill",), "customer": ("CustInvc",)}, SPELLING, operators=("eq",)
        ),
        "currency": same("currencycode"),
        "number": same("number", many=True),
        "status": STATUS_FILTER,
        "issue_date": calendar("trandate"),
        "due_date": calendar("duedate"),
    },
    sorts={
        "balance": "foreignamountunpaid",
        "created_at": "createddate",
        "due_date": "duedate",
        "issue_date": "trandate",
        "updated_at": "lastmodifieddate",
    },
)

"""Coupa's invoices and credit notes as unified invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import SPELLING, at, days, each, resource, same
from providers.coupa.invoices_written import PATH, writing
from providers.coupa.shapes import (
    ACCOUNT,
    COMMON,
    ETAG,
    TOTAL_ONLY,
    line_table,
    line_tracking,
    sum_of,
    tracking,
    unless_amount,
)
from providers.filters import NOTHING, CannotFilter, Cases, Narrowing, fixed
from providers.mapping import const, fields, first_of, given, not_offered, of
from providers.resource import Source
from providers.values import amount, boolean, day, decimal, ident, number, one_of, raw, total
from schemas.accounting import Invoice

Rows = list[dict[str, Any]]


def _first_id(rows: Rows | None) -> str | None:
    return next((row["id"] for row in rows or () if row["id"]), None)


TAX_LINE_CODE = fields(None, id=at("tax-code.id", ident))
NO_DEPARTMENT = not_offered("an invoice has no department")
INVOICE_LINE = line_table(
    id=at("id", ident),
    name=at("item.name"),
    description=at("description"),
    item=at("item.id", ident),
    account=ACCOUNT,
    quantity=of(unless_amount, at("type"), at("quantity", number)),
    unit_price=of(unless_amount, at("type"), at("price", number)),
    total_line_amount=at("total", number),
    tax_rate=first_of(at("tax-code.id", ident), of(_first_id, each("tax-lines", TAX_LINE_CODE))),
    currency=first_of(at("currency.code"), given("currency")),
    exchange_rate=given("exchange_rate"),
    type=at("type"),
    tracking_categories=line_tracking(NO_DEPARTMENT),
)


def _charge_id(number: str | None) -> str | None:
    return number and f"charge-{number}"


CHARGE_LINE = line_table(
    id=of(_charge_id, at("id", ident)),
    name=not_offered("a charge has no item"),
    description=at("description"),
    item=not_offered("a charge has no item"),
    account=ACCOUNT,
    quantity=not_offered("a charge is an amount"),
    unit_price=not_offered("a charge is an amount"),
    total_line_amount=at("total", number),
    tax_rate=of(_first_id, each("tax-lines", TAX_LINE_CODE)),
    currency=first_of(at("currency.code"), given("currency")),
    exchange_rate=given("exchange_rate"),
    type=at("type"),
    tracking_categories=line_tracking(NO_DEPARTMENT),
)
DOCUMENT_GIVEN = (at("currency.code"), at("exchange-rate", number), NO_DEPARTMENT)
TAX_LINES = fields(None, amount=at("amount", raw))
TAXED = fields(None, taxes=each("tax-lines", TAX_LINES))


def _tax(by_line: bool | None, stated: Any, header: Rows | None, *parts: Rows | None) -> int | float | None:
    """The tax as the header states it; with line taxation the sum over all tax lines, the header's among them.

    Null where a tax line has no amount that can be read: the sum of the others would look whole.
    """
    if by_line:
        below = [tax for part in parts for row in part or () for tax in row["taxes"] or ()]
        listed = [*(header or ()), *below]
        if listed:
            return sum_of("amount", listed)
    found = decimal(stated)
    return sum_of("amount", header) if found is None else amount(found)


def _balance(
    status: str | None, paid: bool | None, stated: Any, gross: Any, payments: Rows | None
) -> int | float | None:
    """The total less what was paid; null where the total, or the amount of any payment, can't be read."""
    if paid or status in ("voided", "abandoned"):
        return 0
    due = decimal(stated) if decimal(stated) is not None else decimal(gross)
    done = total(row["paid"] for row in payments) if payments else Decimal(0)
    return None if due is None or done is None else amount(due - done)


INVOICE_STATUS = {
    "draft": ("new", "draft", "invalid"),
    "submitted": (
        "processing",
        "pending_approval",
        "pending_receipt",
        "pending_action",
        "ap_hold",
        "on_hold",
        "booking_hold",
    ),
    "authorised": ("approved",),
    "voided": ("voided",),
    "deleted": ("abandoned",),
}
INVOICE_WORDS = {word: unified for unified, words in INVOICE_STATUS.items() for word in words}


def _invoice_status(status: str | None, paid: bool | None) -> str | None:
    if status == "approved" and paid:
        return "paid"
    return INVOICE_WORDS.get(status, status) if status else None


def _sub_total(lines: Rows | None, charges: Rows | None) -> int | float | None:
    """The lines and charges together; null without a line, as nothing was added up, and where a total is missing."""
    return sum_of("total", lines, charges) if lines else None


def _paid_on(paid: bool | None, date: str | None) -> str | None:
    return date if paid else None


def _contact(number: str | None, name: str | None) -> dict[str, str | None] | None:
    return {"id": number, "name": name, "type": "vendor"} if number else None


def _concatenated(*lists: Rows | None) -> Rows | None:
    found = [rows for rows in lists if rows is not None]
    return [row for rows in found for row in rows] if found else None


def _ids(rows: Rows | None) -> list[str] | None:
    return None if rows is None else [row["id"] for row in rows if row["id"]]


@dataclass(frozen=True)
class InvoiceStatus:
    """Paid is a flag beside status `approved`, so it can't be mixed with other words in one call."""

    operators: tuple[str, ...] = ("eq", "in")
    words: tuple[str, ...] = (*INVOICE_STATUS, "paid")
    raw_words: tuple[str, ...] = (*INVOICE_WORDS, "disputed", "rejected", "payable_adjustment")

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        asked = set(found)
        if asked & {"paid", "authorised"} and not asked >= {"paid", "authorised"}:
            if len(asked) > 1:
                raise CannotFilter(
                    "Coupa keeps 'paid' beside the status: ask for authorised or paid alone, or for both together"
                )
            flag = ("paid", "true" if "paid" in asked else "false")
            return Narrowing((("status", "approved"), flag))
        words = [word for value in found for word in INVOICE_STATUS.get(value, (value,)) if value != "paid"]
        return Narrowing(SPELLING.condition("status", "in", tuple(dict.fromkeys(words))))


TABLE = fields(
    Invoice,
    **COMMON,
    type=first_of(at("document-type", one_of({"Invoice": "bill"})), const("bill")),
    number=at("invoice-number"),
    contact=of(_contact, at("supplier.id", ident), at("supplier.name")),
    status=of(_invoice_status, at("status"), at("paid", boolean)),
    issue_date=at("invoice-date", day),
    due_date=at("net-due-date", day),
    paid_on_date=of(_paid_on, at("paid", boolean), at("payment-date", day)),
    currency=at("currency.code"),
    exchange_rate=at("exchange-rate", number),
    line_items=of(
        _concatenated,
        each("invoice-lines", INVOICE_LINE, DOCUMENT_GIVEN),
        each("invoice-charges", CHARGE_LINE, DOCUMENT_GIVEN),
    ),
    sub_total=of(_sub_total, each("invoice-lines", TOTAL_ONLY), each("invoice-charges", TOTAL_ONLY)),
    total_discount=at("discount-amount", number),
    total_tax_amount=of(
        _tax,
        at("line-level-taxation", boolean),
        at("tax-amount", raw),
        each("tax-lines", TAX_LINES),
        each("invoice-lines", TAXED),
        each("invoice-charges", TAXED),
    ),
    total_amount=first_of(at("total-with-taxes", number), at("gross-total", number)),
    balance=of(
        _balance,
        at("status"),
        at("paid", boolean),
        at("total-with-taxes", raw),
        at("gross-total", raw),
        each("payments", fields(None, paid=at("amount-paid", raw))),
    ),
    payments=of(_ids, each("payments", fields(None, id=at("id", ident)))),
    memo=at("internal-note"),
    company=at("account-type.id", ident),
    tracking_categories=tracking(NO_DEPARTMENT),
    etag=first_of(at("lock-version-key", ident), ETAG),
)

INVOICES = resource(
    sources=(
        Source(
            PATH,
            TABLE,
            writing=writing(TABLE, INVOICE_LINE, CHARGE_LINE),
            scopes=("core.invoice.read",),
            refusable=frozenset({"lock-version-key"}),
        ),
    ),
    filters={
        **FILTERS,
        "invoice_type": Cases(
            {
                "bill": Narrowing((("document-type", "Invoice"),)),
                "invoice": NOTHING,
                "Credit Note": Narrowing((("document-type", "Credit Note"),)),
            },
            operators=("eq",),
        ),
        "contact[id]": same("supplier[id]", many=True),
        "contact[name]": same("supplier[name]"),
        "contact[type]": fixed("vendor", "customer"),
        "currency": same("currency[code]"),
        "number": same("invoice-number", many=True),
        "status": InvoiceStatus(),
        "issue_date": days("invoice-date"),
        "due_date": days("net-due-date"),
    },
    sorts={
        "created_at": "created_at",
        "updated_at": "updated_at",
        "issue_date": "invoice_date",
        "due_date": "net_due_date",
    },
    crawl_page=10,
)

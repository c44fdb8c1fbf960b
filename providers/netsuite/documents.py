"""What NetSuite's transactions share: headers, lines, tags, signs, and how they are asked for."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from providers.companions import Companion
from providers.mapping import Each, Fields, Node, at, fields, first_of, given, not_offered, of
from providers.netsuite.dialect import (
    SEGMENT,
    Columns,
    day,
    dimensions,
    key,
    moment,
    named,
    own,
    shown,
    statement,
    with_currency,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.shapes import CURRENCY_CODE, CUSTOM_FIELDS, TAGS, UPDATED, date, time, times, yes
from providers.queries import Column, Part, Statement
from providers.values import amount, ident, number, raw, total

Row = Mapping[str, Any]
SALES = frozenset({"CustInvc", "SalesOrd", "CustCred"})
MAIN = Part("INNER JOIN transactionline ml ON ml.transaction = t.id AND ml.mainline = 'T'")
CODE, CURRENCY = with_currency("t")
STATE = "BUILTIN.CF(t.status)"  # the type and the letter: `VendBill:A`


def document(types: tuple[str, ...], further: Columns, *joins: Part) -> Statement:
    """The headers of transactions of these types."""
    words = ", ".join(f"'{name}'" for name in types)
    return statement(
        "transaction t",
        {
            **key("t"),
            **columns("t", "type", "tranid", "transactionnumber", "externalid", "status", "memo"),
            **columns("t", "voided", "foreigntotal"),
            **named("entity", "t.entity"),
            "statusname": shown("t.status"),
            "approvalstatus": Column("t.approvalstatus", option="approvalstatus"),
            **CODE,
            "exchangerate": Column("t.exchangerate", option="exchangerate"),
            "trandate": day("t.trandate"),
            "duedate": day("t.duedate"),
            **named("subsidiary", "ml.subsidiary", "subsidiary"),
            **dimensions("ml"),
            "createddate": moment("t.createddate"),
            "lastmodifieddate": moment("t.lastmodifieddate"),
            "number": Column("NVL(t.tranid, t.transactionnumber)", hidden=True),
            **further,
        },
        (MAIN, CURRENCY, *joins),
        (f"t.type IN ({words})",),
        own=own("transaction", "custbody", SEGMENT),
    )


def lines(further: Columns) -> Companion:
    """All lines of a page's transactions but the header's own and those that only move costs."""
    return Companion(
        "lines",
        statement(
            "transactionline tl",
            {
                **key("tl"),
                "transaction": Column("tl.transaction", filled=True),
                **columns(
                    "tl", "uniquekey", "linesequencenumber", "taxline", "itemtype", "memo", "quantity", "rate"
                ),
                **columns("tl", "foreignamount", "expenseaccount"),
                **named("item", "tl.item"),
                **dimensions("tl"),
                **further,
            },
            where=("NVL(tl.mainline,'F') = 'F'", "NVL(tl.iscogs,'F') = 'F'"),
            own=own("transactionline", "custcol", SEGMENT),
        ),
        parent="transaction",
    )


def goods(rows: Any) -> Any:
    """The lines that are no tax, in their order."""
    if type(rows) is not list:
        return None
    return sorted((row for row in rows if not yes(row.get("taxline"))), key=_place)


def _place(row: Row) -> float:
    return number(row.get("linesequencenumber")) or 0


def line_sign(kind: Any) -> int:
    """Lines carry the opposite sign of their header: those of sales are negative."""
    return -1 if kind in SALES else 1


def header_sign(kind: Any) -> int:
    """Totals of purchases are negative."""
    return 1 if kind in SALES else -1


def sum_of(rows: Iterable[Row], key: str) -> Decimal | None:
    """The decimal sum; None where a part can't be read. A line without an amount adds nothing."""
    return total((0, *(row[key] for row in rows if row.get(key) is not None)))


def signed(value: Decimal | None, sign: int) -> int | float | None:
    return amount(None if value is None else value * sign)


TOTAL = of(times, at("foreigntotal", raw), at("type", header_sign))
LINE_TYPE = of(lambda item: "item" if item else "expense", at("item", ident))
LINE: dict[str, Node] = {
    "id": first_of(at("uniquekey", ident), at("id", ident)),
    "name": at("itemname"),
    "description": at("memo"),
    "item": at("item", ident),
    "account": at("expenseaccount", ident),
    "quantity": of(times, at("quantity", raw), given("sign")),
    "unit_price": at("rate", number),
    "total_line_amount": of(times, at("foreignamount", raw), given("sign")),
    "tax_rate": not_offered("SuiteQL knows no tax code of a line"),
    "currency": given("currency"),
    "exchange_rate": given("exchange_rate"),
    "type": LINE_TYPE,
    "tracking_categories": TAGS,
}


def line_table(**rows: Node) -> Fields:
    return fields(None, ("currency", "exchange_rate", "sign", "globals"), **{**LINE, **rows})


RATE = at("exchangerate", number)
GIVEN = (CURRENCY_CODE, RATE, at("type", line_sign), given("globals"))


def line_items(table: Fields) -> Node:
    return Each(at("lines", goods), table, GIVEN)


def letter(status: str | None) -> str | None:
    """The letter alone, also where the type stands before it."""
    return status.rpartition(":")[2] or None if status else None


def by_letter(letters: Mapping[str, str]) -> dict[str, str]:
    """The unified word for each letter, from the letters for each word."""
    return {each: word for word, those in letters.items() for each in those}


def of_type(kind: str, letters: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What `STATE` is of such transactions, by unified word."""
    return {word: tuple(f"{kind}:{each}" for each in those) for word, those in letters.items()}


def words(found: str | None) -> str | None:
    """The status as people see it, without the type before it."""
    return found.rpartition(" : ")[2] or None if found else None


def document_fields(**rows: Node) -> dict[str, Node]:
    return {
        "id": at("id", ident),
        "memo": at("memo"),
        "currency": CURRENCY_CODE,
        "exchange_rate": RATE,
        "issue_date": date("trandate"),
        "tracking_categories": TAGS,
        "etag": at("lastmodifieddate"),
        "created_at": time("createddate"),
        "updated_at": UPDATED,
        "custom_fields": CUSTOM_FIELDS,
        **rows,
    }

"""Coupa's purchase orders and requisitions as unified resources."""

from typing import Any

from providers.coupa import orders_written, requisitions_written
from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import SPELLING, at, days, each, resource, same
from providers.coupa.shapes import (
    ACCOUNT,
    COMMON,
    DELIVERY_ADDRESS,
    ETAG,
    TOTAL_ONLY,
    department,
    line_table,
    line_tracking,
    person,
    sum_of,
    tracking,
    unless_amount,
)
from providers.filters import Choice
from providers.mapping import Fields, Node, fields, first_of, given, not_offered, of
from providers.resource import Source
from providers.values import day, ident, instant, number, one_of
from schemas.accounting import PurchaseOrder, PurchaseOrderRequisition

Rows = list[dict[str, Any]]


ORDER_STATUS = {
    "draft": ("draft",),
    "submitted": ("buyer_hold", "currency_hold", "supplier_hold", "supplier_window_hold"),
    "authorised": ("issued", "exported"),
    "billed": ("closed", "soft_closed", "expensed"),
    "deleted": ("cancelled", "canceled"),
}
REQUISITION_STATUS = {
    "draft": ("draft", "cart", "backgrounded"),
    "submitted": ("pending_buyer_action", "pending_approval"),
    "authorised": ("approved",),
    "billed": ("ordered",),
    "partially_delivered": ("partially_received",),
    "delivered": ("received",),
    "deleted": ("abandoned", "withdrawn"),
}


def _words(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: unified for unified, words in table.items() for word in words}


def _order_line(kind: Node, price: str, *departments: Node) -> Fields:
    return line_table(
        id=at("id", ident),
        name=at("item.name"),
        description=at("description"),
        item=at("item.id", ident),
        account=ACCOUNT,
        quantity=of(unless_amount, kind, at("quantity", number)),
        unit_price=of(unless_amount, kind, at(price, number)),
        total_line_amount=at("total", number),
        tax_rate=not_offered("order and requisition lines are not taxed"),
        currency=first_of(at("currency.code"), given("currency")),
        exchange_rate=given("exchange_rate"),
        type=kind,
        tracking_categories=line_tracking(*departments, given("department")),
    )


ORDER_LINE = _order_line(at("type"), "price", department("department"))
REQUISITION_LINE = _order_line(first_of(at("line-type"), at("type")), "unit-price")
NO_RATE = not_offered("orders and requisitions state no exchange rate")
NEED_BY = fields(None, day=at("need-by-date", day))


def _earliest(stated: str | None, lines: Rows | None) -> str | None:
    return stated or min((row["day"] for row in lines or () if row["day"]), default=None)


def _latest_approver(approvals: Rows | None) -> dict[str, Any] | None:
    """Who approved last; a later rejection is no approval. Old answers have approvals without a status."""
    done = [row for row in approvals or () if row["by"] and row["status"] in ("approved", None)]
    return max(done, key=lambda row: row["at"] or "")["by"] if done else None


APPROVALS = fields(None, by=person("approved-by"), at=at("approval-date", instant), status=at("status"))


def _pending_approver(
    kind: str | None, approver: dict[str, Any] | None, approvals: Rows | None
) -> dict[str, Any] | None:
    """The person whose approval is pending (none where a whole group is asked), else who approved last."""
    if not approver:
        return _latest_approver(approvals)
    a_group = kind == "UserGroup" or not (approver["name"] or approver["email"])
    return None if a_group else approver


def _total(stated: int | float | None, lines: Rows | None) -> int | float | None:
    """As the vendor states it, else the sum of the lines; null where there are none, or one has no total."""
    return sum_of("total", lines) if stated is None else stated


def _one_vendor(lines: Rows | None) -> str | None:
    vendors = {row["vendor"] for row in lines or ()}
    return vendors.pop() if len(vendors) == 1 else None


def _first_currency(stated: str | None, lines: Rows | None) -> str | None:
    return stated or next((row["currency"] for row in lines or ()), None)


NO_HEADER_DATE = not_offered("an order has delivery dates on its lines only")
ORDER_DEPARTMENT = department("requisition-header.department")
NO_CUSTOMER = not_offered("Coupa keeps no customers")
REQUESTER = first_of(person("requisition-header.requested-by"), person("ship-to-user"))

ORDER = fields(
    PurchaseOrder,
    **COMMON,
    number=at("po-number"),
    status=at("status", one_of(_words(ORDER_STATUS))),
    vendor=at("supplier.id", ident),
    customer=NO_CUSTOMER,
    employee=REQUESTER,
    requested_by=REQUESTER,
    approver=of(_latest_approver, each("requisition-header.approvals", APPROVALS)),
    issue_date=at("created-at", day),
    delivery_date=of(_earliest, NO_HEADER_DATE, each("order-lines", NEED_BY)),
    delivery_address=DELIVERY_ADDRESS,
    currency=at("currency.code"),
    exchange_rate=NO_RATE,
    line_items=each("order-lines", ORDER_LINE, (at("currency.code"), NO_RATE, ORDER_DEPARTMENT)),
    total_amount=of(_total, at("total", number), each("order-lines", TOTAL_ONLY)),
    memo=at("requisition-header.justification"),
    tracking_categories=tracking(ORDER_DEPARTMENT),
    etag=ETAG,
)

PURCHASE_ORDERS = resource(
    sources=(
        Source(
            orders_written.PATH,
            ORDER,
            writing=orders_written.writing(ORDER, ORDER_LINE),
            scopes=("core.purchase_order.read",),
            unset=frozenset({"requisition-header", "ship-to-address", "ship-to-user"}),
            within=("order-lines.department",),
            refusable=frozenset({"total"}),
        ),
    ),
    filters={
        **FILTERS,
        "status": Choice("status", ORDER_STATUS, SPELLING, extra=("error",)),
        "number": same("po-number", many=True),
        "vendor[id]": same("supplier[id]", many=True),
        "issue_date": days("created-at"),
    },
    sorts={"created_at": "created_at", "updated_at": "updated_at", "issue_date": "created_at"},
    crawl_page=10,
)

REQUISITION = fields(
    PurchaseOrderRequisition,
    **COMMON,
    number=at("id", ident),
    status=at("status", one_of(_words(REQUISITION_STATUS))),
    vendor=of(
        _one_vendor,
        each("requisition-lines", fields(None, vendor=at("supplier.id", ident))),
    ),
    customer=NO_CUSTOMER,
    employee=person("requested-by"),
    requested_by=person("requested-by"),
    approver=of(
        _pending_approver,
        at("current-approval.approver-type"),
        person("current-approval.approver"),
        each("approvals", APPROVALS),
    ),
    issue_date=first_of(at("submitted-at", day), at("created-at", day)),
    delivery_date=of(_earliest, at("need-by-date", day), each("requisition-lines", NEED_BY)),
    delivery_address=DELIVERY_ADDRESS,
    currency=of(
        _first_currency,
        at("currency.code"),
        each("requisition-lines", fields(None, currency=at("currency.code"))),
    ),
    exchange_rate=NO_RATE,
    line_items=each(
        "requisition-lines",
        REQUISITION_LINE,
        (at("currency.code"), NO_RATE, department("department")),
    ),
    total_amount=of(_total, at("total", number), each("requisition-lines", TOTAL_ONLY)),
    memo=at("justification"),
    tracking_categories=tracking(department("department")),
    etag=ETAG,
)

PURCHASE_ORDER_REQUISITIONS = resource(
    sources=(
        Source(
            requisitions_written.PATH,
            REQUISITION,
            writing=requisitions_written.writing(REQUISITION, REQUISITION_LINE),
            scopes=("core.requisition.read",),
            unset=frozenset({"current-approval", "department", "ship-to-address"}),
        ),
    ),
    filters={
        **FILTERS,
        "status": Choice("status", REQUISITION_STATUS, SPELLING),
        "number": same("id", many=True),
        "vendor[id]": same("requisition-lines[supplier][id]", many=True),
        "requested_by[id]": same("requested-by[id]", many=True),
    },
    sorts={"created_at": "created_at", "updated_at": "updated_at"},
    crawl_page=10,
)

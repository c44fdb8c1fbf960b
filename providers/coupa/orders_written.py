"""How Coupa's purchase orders are written: external ones are entered, all have lines that change and states."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.dialect import blame, sought
from providers.coupa.documents import check_person, followed, resumed
from providers.coupa.lines_written import (
    LineTable,
    in_currency,
    line_entries,
    lines,
    needs_currency,
    needs_price,
    priced,
)
from providers.coupa.tagged import tracking
from providers.coupa.written import CUSTOM_FIELDS, DELIVERY_ADDRESS
from providers.mapping import Fields
from providers.turning import key, reference, to, turn
from providers.writing import (
    Argument,
    Body,
    Closed,
    Deed,
    Draft,
    Entry,
    Fault,
    Rule,
    Step,
    Talk,
    Writing,
    acted,
    changed,
)

PATH = "/purchase_orders"
WRITE = ("core.purchase_order.write",)
UNISSUED = ("draft", "buyer_hold", "supplier_window_hold")
CANCELLABLE = ("issued", *UNISSUED)
CLOSED = ("soft_closed", "closed")
CANCELLED = ("cancelled", "canceled")


def _wide(draft: Draft) -> Body:
    """An order's own currency and delivery date are those of its lines."""
    body = in_currency(draft)
    if "delivery_date" in draft.given:
        body["need-by-date"] = draft.given["delivery_date"]
    return body


def _needs(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if not line.get("description"):
        yield Fault("description", "is missing", "missing_field")
    yield from needs_price(line, draft)
    yield from needs_currency(line, draft)
    if not (line.get("account") or line.get("account-allocations")):
        yield Fault(
            "account", "is missing: or account-allocations in the line's remote_data", "missing_field"
        )


def _lines(table: Fields) -> LineTable:
    return LineTable(
        path="order-lines",
        thing="order_line",
        entries=line_entries(
            table,
            **priced("price"),
            type=to("type", words=("OrderQuantityLine", "OrderAmountLine"), clears=False),
            tracking_categories=tracking("department"),
        ),
        quantity_kind="OrderQuantityLine",
        amount_kind="OrderAmountLine",
        number=str,
        wide=_wide,
        needs=_needs,
    )


def _create(draft: Draft) -> Talk:
    row = yield Step("POST", PATH, {"type": "ExternalOrderHeader", **draft.body})
    return (yield from followed(PATH, row, "issue", draft))


def _cancel(draft: Draft) -> Talk:
    yield Step("PUT", f"{PATH}/{draft.id}/cancel", draft.body)
    return None


def _reopen(draft: Draft) -> Talk:
    named = {
        "reason-insight-code": draft.given["reason"],
        "reason-insight-event-comment": draft.given.get("comment"),
    }
    found = yield Step("PUT", f"{PATH}/{draft.id}/reopen", {**named, **draft.body})
    return found if isinstance(found, dict) else None


def writing(table: Fields, line: Fields) -> Writing:
    """The write side of orders, turned round from the tables that read them."""
    order_lines = _lines(line)
    person = reference("ship-to-user", update=False, clears=False)
    buyer = reference("ship-to-user", update=False, clears=False, check=check_person)
    return Writing(
        thing="order_header",
        entries=turn(
            table,
            vendor=to("supplier.id", key, clears=False),
            status=Entry(lambda value, draft: {}, words=("draft", "submitted")),
            employee=buyer,
            requested_by=person,
            issue_date=Closed("is the day on which Coupa makes the order"),
            delivery_date=order_lines.shared("need-by-date"),
            delivery_address=DELIVERY_ADDRESS,
            line_items=lines(order_lines),
            memo=Closed("is the requisition's: an order has none of its own"),
            tracking_categories=tracking(
                instead="is the requisition's: an order has a department on its lines"
            ),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create,
                "An external order, a draft; with status `submitted` it is issued at once, by a second call.",
                WRITE,
                handle=lambda draft: sought(PATH, po_number=draft.given.get("number")),
                resume=lambda draft, row: resumed(PATH, row, "issue", draft),
            ),
            "update": Deed(
                changed(PATH),
                "The members that are given; lines change an order's version.",
                WRITE,
                repeats=True,
            ),
            "delete": Deed(_cancel, "Cancels it.", WRITE, states=CANCELLABLE, done=CANCELLED),
            "issue": Deed(
                acted(PATH, "issue"), "Sends it to the supplier.", WRITE, states=UNISSUED, done=("issued",)
            ),
            "cancel": Deed(
                acted(PATH, "cancel"), "Takes it back.", WRITE, states=CANCELLABLE, done=CANCELLED
            ),
            "close": Deed(
                acted(PATH, "close"),
                "Nothing more is awaited.",
                WRITE,
                states=("issued", "soft_closed"),
                done=("closed",),
            ),
            "reopen": Deed(
                _reopen,
                "Something is awaited after all.",
                WRITE,
                states=CLOSED,
                done=("issued",),
                takes={
                    "reason": Argument(
                        str, "The code of a reason that the tenant has set up.", required=True
                    ),
                    "comment": Argument(str, "A remark."),
                },
            ),
        },
        blame=blame,
        required=("vendor",),
        rules=(
            Rule(
                "remote_data.ship-to-address",
                "`remote_data.ship-to-address`, by `id` or `name`: an order says where the goods go",
                lambda draft: draft.creates and not draft.remote.get("ship-to-address"),
            ),
        ),
    )

"""How Coupa's requisitions are written: a draft with lines, or submitted for approval in the same call."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.dialect import blame
from providers.coupa.documents import approvals, check_person
from providers.coupa.lines_written import (
    LineTable,
    in_currency,
    line_entries,
    lines,
    needs_currency,
    needs_item_or_description,
    needs_price,
    priced,
)
from providers.coupa.tagged import tracking
from providers.coupa.written import CUSTOM_FIELDS, DELIVERY_ADDRESS
from providers.mapping import Fields
from providers.turning import key, reference, to, turn
from providers.writing import Body, Closed, Deed, Draft, Entry, Fault, Step, Talk, Writing, acted, changed

PATH = "/requisitions"
WRITE = ("core.requisition.write",)
OPEN = ("draft", "cart", "withdrawn")
DELETABLE = ("draft", "cart")
SUBMITTED = ("pending_approval", "pending_buyer_action", "approved", "ordered")


def _wide(draft: Draft) -> Body:
    """A requisition's supplier and currency are those of its lines."""
    body = in_currency(draft)
    if "vendor" in draft.given:
        vendor = draft.given["vendor"]
        body["supplier"] = None if vendor is None else {"id": key(vendor)}
    return body


def _needs(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    yield from needs_item_or_description(line, draft)
    if not line.get("item") or line.get("quantity") is None:
        yield from needs_price(line, draft)
    yield from needs_currency(line, draft)


def _lines(table: Fields) -> LineTable:
    return LineTable(
        path="requisition-lines",
        thing="requisition_line",
        entries=line_entries(
            table,
            **priced("unit-price"),
            type=to("line-type", words=("RequisitionQuantityLine", "RequisitionAmountLine"), clears=False),
            tracking_categories=tracking(instead="is the requisition's: write it on the document"),
        ),
        quantity_kind="RequisitionQuantityLine",
        amount_kind="RequisitionAmountLine",
        kind="line-type",
        number=int,
        items_have_units=True,
        wide=_wide,
        needs=_needs,
    )


def _create(draft: Draft) -> Talk:
    path = f"{PATH}/submit_for_approval" if draft.given.get("status") == "submitted" else PATH
    found = yield Step("POST", path, draft.body)
    return found if isinstance(found, dict) else None


def _delete(draft: Draft) -> Talk:
    yield Step("DELETE", f"{PATH}/{draft.id}")
    return None


def _check_currency(value: Any, draft: Draft) -> Iterator[Fault]:
    """Coupa keeps currencies on lines: the requisition's is that of the first one."""
    first = next(iter(draft.given.get("line_items") or ()), None)
    if isinstance(first, dict) and first.get("currency") not in (None, value):
        yield Fault("", "is the first line's, which has another one")


def writing(table: Fields, line: Fields) -> Writing:
    """The write side of requisitions, turned round from the tables that read them."""
    requisition_lines = _lines(line)
    return Writing(
        thing="requisition_header",
        entries=turn(
            table,
            number=Closed("is Coupa's own id"),
            status=Entry(lambda value, draft: {}, words=("draft", "submitted")),
            vendor=requisition_lines.shared("supplier"),
            employee=reference("requested-by", clears=False, check=check_person),
            requested_by=reference("requested-by", clears=False),
            issue_date=Closed("is the day on which it was submitted"),
            delivery_date=to("need-by-date"),
            delivery_address=DELIVERY_ADDRESS,
            currency=Entry(lambda value, draft: {}, keys=("currency",), check=_check_currency),
            line_items=lines(requisition_lines),
            tracking_categories=tracking("department"),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create, "A draft; with status `submitted` it goes to its approvers at once.", WRITE
            ),
            "update": Deed(
                changed(PATH), "The members that are given, of drafts and carts.", WRITE, repeats=True
            ),
            "delete": Deed(
                _delete, "Deletes a draft or a cart.", WRITE, states=DELETABLE, done=("abandoned",)
            ),
            "submit": Deed(
                acted(PATH, "update_and_submit_for_approval"),
                "Asks for approval.",
                WRITE,
                states=OPEN,
                done=SUBMITTED,
            ),
            **approvals(PATH, "RequisitionHeader"),
        },
        blame=blame,
    )

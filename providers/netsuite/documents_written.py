"""How NetSuite's bills, invoices, orders and requisitions are written."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from providers.mapping import Fields
from providers.netsuite.lines_written import Lines, change_lines
from providers.netsuite.written import (
    CURRENCY,
    TAGS,
    Path,
    custom_fields,
    deeds,
    entries,
    placed,
    record,
    ref,
    ref_of,
    resolved,
)
from providers.turning import to
from providers.writing import Body, Closed, Deed, Draft, Entries, Entry, Fault, Talk, Writing

GONE = "Deletes the document; NetSuite refuses what has been paid, received or billed."


def _changed(path: Path) -> Callable[[Draft], Talk]:
    def talk(draft: Draft) -> Talk:
        body = yield from resolved(draft)
        return (yield from change_lines(path(draft), body, draft))

    return talk


def _document(
    thing: str,
    path: Path,
    about: str,
    lines: Lines,
    named: Entries,
    *,
    required: tuple[str, ...] = (),
    compares: bool = False,
) -> Writing:
    basic = deeds(path, about, GONE, compares=compares)
    at_header = placed(named)

    def place(found: str, draft: Draft) -> str | None:
        return lines.place(found, draft) or at_header(found, draft)

    update = Deed(
        _changed(path), "The members that are given; lines by their id.", repeats=True, compares=True
    )
    return Writing(
        thing=thing,
        entries=named,
        deeds={**basic, "update": update},
        required=required,
        place=place,
    )


def _entries(table: Fields, lines: Lines, **further: Entry | Closed) -> Entries:
    """The header of a document, with what is written of one kind alone."""
    return entries(
        table,
        number=to("tranId", clears=False),
        status=Closed("follows from approval and what comes after: it is not written"),
        issue_date=to("tranDate", clears=False),
        currency=CURRENCY,
        line_items=lines.entry,
        memo=to("memo"),
        tracking_categories=TAGS,
        custom_fields=custom_fields("custbody", "cseg"),
        **further,
    )


def _party(customer: str) -> Entry:
    """Whom it is with: customers' ids have a prefix, as vendors may have the same numbers."""

    def write(value: Any, draft: Draft) -> Body:
        return {"entity": None if value is None else {"id": value["id"].removeprefix(customer)}}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        if not value.get("id"):
            yield Fault("id", "is missing", "missing_field")
        elif draft.creates and value["id"].startswith(customer) != (draft.given.get("type") == "invoice"):
            yield Fault("id", f"must be a vendor's on a bill, a customer's ({customer}…) on an invoice")

    return Entry(write, keys=("entity",), check=check, clears=False)


def invoices(table: Fields, line: Fields, customer: str, kinds: Mapping[str, str]) -> Writing:
    """The write side of bills and invoices. `kinds`: the record type by NetSuite's word for a transaction's."""
    words = {"bill": kinds["VendBill"], "invoice": kinds["CustInvc"]}

    def path(draft: Draft) -> str:
        if draft.creates:
            return f"/record/v1/{words[draft.given.get('type') or 'bill']}"
        return f"/record/v1/{kinds.get(str((draft.present or {}).get('type')), words['bill'])}"

    lines = Lines(line)
    named = _entries(
        table,
        lines,
        type=Entry(lambda value, draft: {}, words=tuple(words), update=False),
        contact=_party(customer),
        due_date=to("dueDate"),
        total_discount=Closed("is a line with a discount item"),
        total_tax_amount=Closed("is computed by NetSuite"),
        company=ref("subsidiary", clears=False),
    )
    about = "A vendor's bill, or with the type `invoice` one to a customer."
    return _document("invoice", path, about, lines, named, compares=True)


def orders(table: Fields, line: Fields) -> Writing:
    lines = Lines(line)
    named = _entries(
        table,
        lines,
        vendor=ref("entity", clears=False),
        employee=ref_of("employee"),
        delivery_date=to("dueDate"),
        delivery_address=Closed("is one of NetSuite's addresses: name it in remote_data.shippingAddress"),
    )
    path = record("purchaseOrder")
    return _document("purchaseOrder", path, "An order to a vendor.", lines, named, required=("vendor",))


def requisitions(table: Fields, line: Fields) -> Writing:
    lines = Lines(line, "estimatedRate", "estimatedAmount")
    named = _entries(
        table,
        lines,
        vendor=Closed("stands on the lines: name it in a line's remote_data.poVendor"),
        employee=Closed("is who asks: write requested_by"),
        requested_by=ref_of("entity", update=False),
        delivery_date=to("dueDate"),
    )
    path = record("purchaseRequisition")
    return _document("purchaseRequisition", path, "What an employee asks to be bought.", lines, named)

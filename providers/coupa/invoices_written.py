"""How Coupa's invoices are written: a draft with lines and charges, and what becomes of it afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.dialect import blame, sought
from providers.coupa.documents import PENDING, approvals, followed, not_in_state, resumed
from providers.coupa.lines_written import (
    BACKED,
    LineTable,
    line_entries,
    lines,
    needs_price,
    priced,
)
from providers.coupa.tagged import tracking
from providers.coupa.written import CUSTOM_FIELDS
from providers.mapping import Fields
from providers.turning import decimal, key, reference, to, turn
from providers.writing import (
    Argument,
    Body,
    Closed,
    Deed,
    Draft,
    Entry,
    Fault,
    Step,
    Talk,
    Writing,
    acted,
    changed,
)

PATH = "/invoices"
CHARGED_TO = ("account", "account-allocations", *BACKED)
CHARGES = ("InvoiceShippingCharge", "InvoiceHandlingCharge", "InvoiceMiscCharge")
VOIDABLE = ("draft", "approved", "pending_receipt")
ABANDONABLE = ("disputed", "ap_hold", "rejected")
DISPUTABLE = ("ap_hold", "pending_approval", "pending_receipt", "booking_hold")
OVER = ("voided", "abandoned")
SUBMITTED = (PENDING, "pending_receipt", "ap_hold", "approved")
WRITE, DELETE = ("core.invoice.write",), ("core.invoice.delete",)
REASON = Argument(str, "The code of a reason that the tenant has set up.", required=True)
COMMENT = Argument(str, "A remark.")


def _kind(value: Any, draft: Draft) -> Body:
    is_credit = value != "bill"
    return {"document-type": "Credit Note" if is_credit else "Invoice", "is-credit-note": is_credit}


def _tax(value: Any, draft: Draft) -> Body:
    """A stated tax is that of the whole document: Coupa keeps it where lines are not taxed one by one."""
    return {"tax-amount": None if value is None else decimal(value), "line-level-taxation": False}


def _check_tax(value: Any, draft: Draft) -> Iterator[Fault]:
    if any(line.get("tax_rate") for line in draft.given.get("line_items") or () if isinstance(line, dict)):
        yield Fault("", "is the sum of the lines' taxes where lines have a tax_rate: write one of the two")


def _needs(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if not line.get("description"):
        yield Fault("description", "is missing", "missing_field")
    yield from needs_price(line, draft)
    has_unit = draft.settings.get("unit_of_measure") or any(line.get(name) for name in ("uom", *BACKED))
    if line.get("quantity") is not None and not has_unit:
        told = "is missing: a line has a unit of its own, or the account's context.unit_of_measure"
        yield Fault("remote_data.uom", told, "missing_field")
    if not any(line.get(name) for name in CHARGED_TO):
        told = "is missing: or account-allocations, order-line-id or po-number in the line's remote_data"
        yield Fault("account", told, "missing_field")


def _needs_total(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if line.get("total_line_amount") is None:
        yield Fault("total_line_amount", "is missing", "missing_field")


def _line_entries(table: Fields, charges: Fields) -> tuple[LineTable, LineTable]:
    main = LineTable(
        path="invoice-lines",
        thing="invoice_line",
        entries=line_entries(
            table,
            **priced("price"),
            tracking_categories=tracking(),
            tax_rate=to("tax-code.id", key),
            type=to("type", words=("InvoiceQuantityLine", "InvoiceAmountLine"), clears=False),
        ),
        quantity_kind="InvoiceQuantityLine",
        amount_kind="InvoiceAmountLine",
        needs=_needs,
    )
    charge = LineTable(
        path="invoice-charges",
        thing="invoice_charge",
        entries=line_entries(
            charges,
            name=Closed("a charge has no item"),
            total_line_amount=to("total", decimal),
            tracking_categories=tracking(),
            tax_rate=Closed("a charge is taxed by tax-lines in its remote_data"),
            type=to("type", words=CHARGES, clears=False),
        ),
        quantity_kind="InvoiceMiscCharge",
        amount_kind="InvoiceMiscCharge",
        id_prefix="charge-",
        needs=_needs_total,
    )
    return main, charge


def _create(draft: Draft) -> Talk:
    row = yield Step("POST", PATH, {"line-level-taxation": True, **draft.body})
    return (yield from followed(PATH, row, "submit", draft))


def _delete(draft: Draft) -> Talk:
    """What a delete means depends on the state: the first one is deleted, later ones are voided."""
    row = yield Step("GET", f"{PATH}/{draft.id}")
    status = row.get("status")
    if status == "new":
        yield Step("DELETE", f"{PATH}/{draft.id}")
    elif status in VOIDABLE:
        yield Step("PUT", f"{PATH}/{draft.id}/void", draft.body)
    elif status not in OVER:
        hint = " POST …/abandon takes it back, with a reason." if status in ABANDONABLE else ""
        raise not_in_state("deleted", row, ("new", *VOIDABLE), hint)
    return None


def _dispute(draft: Draft) -> Talk:
    named = {"dispute-reason": {"code": draft.given["reason"]}, "comment": draft.given.get("comment")}
    found = yield Step("PUT", f"{PATH}/{draft.id}/dispute", {**named, **draft.body})
    return found if isinstance(found, dict) else None


def _abandon(draft: Draft) -> Talk:
    named = {
        "reason-insight-code": draft.given["reason"],
        "reason-insight-event-comment": draft.given.get("comment"),
    }
    found = yield Step("PUT", f"{PATH}/{draft.id}/abandon", {**named, **draft.body})
    return found if isinstance(found, dict) else None


def _handle(draft: Draft) -> Step | None:
    contact = draft.given.get("contact") or {}
    return sought(PATH, invoice_number=draft.given.get("number"), supplier__id=contact.get("id"))


def writing(table: Fields, line: Fields, charge: Fields) -> Writing:
    """The write side of invoices, turned round from the tables that read them."""
    main, charges = _line_entries(line, charge)
    return Writing(
        thing="invoice_header",
        entries=turn(
            table,
            type=Entry(_kind, keys=("document-type",), words=("bill", "Credit Note")),
            contact=reference("supplier", clears=False),
            status=Entry(lambda value, draft: {}, words=("draft", "submitted")),
            due_date=to("net-due-date", clears=False),  # Coupa makes one of the payment term
            line_items=lines(main, charges),
            total_tax_amount=Entry(
                _tax, keys=("tax-amount", "line-level-taxation"), clears=False, check=_check_tax
            ),
            tracking_categories=tracking(),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create,
                "A draft; with status `submitted` it is submitted at once, by a second call.",
                (*WRITE, "core.invoice.create"),
                handle=_handle,
                resume=lambda draft, row: resumed(PATH, row, "submit", draft),
            ),
            "update": Deed(
                changed(PATH), "The members that are given, of drafts above all.", WRITE, repeats=True
            ),
            "delete": Deed(
                _delete, "By its state: deleted, or voided.", DELETE, states=("new", *VOIDABLE), done=OVER
            ),
            "submit": Deed(
                acted(PATH, "submit"),
                "Asks for approval.",
                (*WRITE, "core.invoice.create"),
                states=("draft",),
                done=SUBMITTED,
            ),
            **approvals(PATH, "InvoiceHeader"),
            "dispute": Deed(
                _dispute,
                "Tells the supplier what is wrong.",
                WRITE,
                states=DISPUTABLE,
                done=("disputed",),
                takes={"reason": REASON, "comment": COMMENT},
            ),
            "withdraw-dispute": Deed(
                acted(PATH, "withdraw_dispute"),
                "Back to approval.",
                WRITE,
                states=("disputed",),
                done=(PENDING, "approved"),
            ),
            "void": Deed(
                acted(PATH, "void"), "Without effect from now on.", DELETE, states=VOIDABLE, done=("voided",)
            ),
            "abandon": Deed(
                _abandon,
                "Given up for good.",
                DELETE,
                states=ABANDONABLE,
                done=("abandoned",),
                takes={"reason": REASON, "comment": COMMENT},
            ),
        },
        blame=blame,
        required=("issue_date", "currency", "company"),
    )

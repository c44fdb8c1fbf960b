"""The life of an invoice after it was entered."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.coupa.actions import chains
from sandbox.coupa.actions.states import require
from sandbox.coupa.amounts import decimal
from sandbox.coupa.answers import invalid
from sandbox.coupa.bodies import flat, listed
from sandbox.coupa.editor import Editor
from sandbox.coupa.references import NotFound, resolve
from sandbox.coupa.rulebook.billing import count_invoiced
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record, current_approval

KIND = KINDS["invoice"]
TOLERANCE = Decimal("1.1")  # a price may exceed the order's by a tenth
BEFORE_THE_END = ("draft", "pending_approval", "pending_receipt", "ap_hold", "disputed")


def submit(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """On hold where tolerances fail, waiting where goods have not come, else to its approvers."""
    require(KIND, record, "submitted", "draft")
    _examine(editor, record)


def revalidate(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "revalidated", "ap_hold", "on_hold")
    _examine(editor, record)


def _examine(editor: Editor, record: Record) -> None:
    pairs = [pair for id_ in record["invoice-lines"] if (pair := _backed(editor, id_))]
    if any(decimal(line["price"]) > decimal(source["price"]) * TOLERANCE for line, source in pairs):
        editor.set("invoice", record, status="ap_hold", tolerance_failures="Price tolerance exceeded")
    elif any(_waits(line, source) for line, source in pairs):
        editor.set("invoice", record, status="pending_receipt", tolerance_failures=None)
    else:
        editor.set("invoice", record, status="pending_approval", tolerance_failures=None)
        if not chains.start(editor, "invoice", record):
            chains.through(editor, "invoice", record)
    count_invoiced(editor, record)


def _backed(editor: Editor, id_: int) -> tuple[Record, Record] | None:
    line = editor.store.need("invoice-line", id_)
    source = editor.store.get("order-line", line.get("order-line-id"))
    return (line, source) if source else None


def _waits(line: Record, source: Record) -> bool:
    """A line matched three ways is payable for what was received."""
    needed = source.get("match-type") == "3-way" and source.get("receipt-required")
    return bool(needed and decimal(source.get("received")) < decimal(line.get("quantity") or line["price"]))


def dispute(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """The reason must be one the tenant uses."""
    require(KIND, record, "disputed", "ap_hold", "pending_approval", "pending_receipt", "booking_hold")
    named = given.get("dispute-reason")
    code = str(flat(named).get("code", "") if isinstance(named, dict) else named or "").replace("_", "-")
    try:
        reason = resolve(editor.store, KINDS["reason"], "dispute_reason", {"code": code})
    except NotFound as error:
        raise invalid("invoice_header", str(error)) from error
    chains.drop(editor, "invoice", record)
    editor.set("invoice", record, status="disputed", dispute_reasons=[reason], dispute_method="api")


def withdraw_dispute(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "withdrawn from dispute", "disputed")
    editor.set("invoice", record, status="pending_approval", dispute_reasons=[])
    if not chains.start(editor, "invoice", record):
        chains.through(editor, "invoice", record)


def restart(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "restarted", "pending_approval")
    chains.drop(editor, "invoice", record)
    chains.start(editor, "invoice", record)


def bypass(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "bypassed", "pending_approval")
    chains.drop(editor, "invoice", record)
    chains.through(editor, "invoice", record)


def bypass_current(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "bypassed", "pending_approval")
    current = current_approval(editor.store, KIND, record)
    if current:
        editor.store.delete("approval", current["id"])
    chains.advance(editor, "invoice", record)


def void(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "voided", "approved", "pending_receipt", "draft")
    _end(editor, record, "voided")
    editor.set("invoice", record, canceled=True)


def abandon(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """For good, with a reason."""
    require(KIND, record, "abandoned", "disputed", "ap_hold", "rejected")
    code = given.get("reason-insight-code") or given.get("reason-insight-id")
    if not code:
        raise invalid("invoice_header", "Abandon reason can't be blank")
    _end(editor, record, "abandoned")


def _end(editor: Editor, record: Record, status: str) -> None:
    chains.drop(editor, "invoice", record)
    editor.set("invoice", record, status=status)
    count_invoiced(editor, record)


def update_line_accounts(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """Lines are charged elsewhere, as long as the invoice is not at its end; nothing else of them changes."""
    require(KIND, record, "changed", *BEFORE_THE_END)
    lines = [flat(one) for one in listed("invoice-lines", given.get("invoice-lines"))]
    kept = [
        {name: one[name] for name in ("id", "account", "account-allocations") if name in one} for one in lines
    ]
    if not kept or any("id" not in one for one in kept):
        raise invalid(KIND.model, "Invoice lines can't be blank")
    editor.update(KIND, record, {"invoice-lines": kept})


def add_approver(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """A further last step."""
    require(KIND, record, "given an approver", *BEFORE_THE_END)
    chains.add_named(editor, "invoice", record, given)


def remove_approval(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "changed", *BEFORE_THE_END)
    chains.drop_named(editor, "invoice", record, given)


ACTIONS = {
    "submit": submit,
    "revalidate_tolerances": revalidate,
    "dispute": dispute,
    "withdraw_dispute": withdraw_dispute,
    "restart_approvals": restart,
    "bypass_approvals": bypass,
    "bypass_current_approval": bypass_current,
    "void": void,
    "abandon": abandon,
    "add_approver": add_approver,
    "remove_approval": remove_approval,
    "update_line_accounts": update_line_accounts,
}

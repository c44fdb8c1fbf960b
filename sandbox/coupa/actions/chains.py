"""Approval chains: who must agree to a document, and what happens when they do or do not."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sandbox.coupa.actions.ordering import order
from sandbox.coupa.amounts import decimal
from sandbox.coupa.answers import invalid
from sandbox.coupa.editor import Editor
from sandbox.coupa.references import NotFound, resolve
from sandbox.coupa.rulebook.billing import count_invoiced
from sandbox.coupa.schema import CLASSES, KINDS
from sandbox.coupa.store import Record, approvals, current_approval

FROM = Decimal(100)  # documents below this amount need nobody's approval
WAITING = "draft"  # a step whose turn has not come
CLASS_OF = MappingProxyType({kind: name for name, kind in CLASSES.items()})

CHAINS: Mapping[str, tuple[tuple[str, int], ...]] = MappingProxyType(
    {
        "requisition": (("User", 20), ("User", 21)),
        "invoice": (("UserGroup", 1), ("User", 22)),
        "expense-report": (("User", 20),),
        "contract": (("User", 23),),
    }
)
AMOUNTS = MappingProxyType({"requisition": "total", "invoice": "total-with-taxes", "expense-report": "total"})


def start(editor: Editor, kind: str, record: Record) -> bool:
    """Makes the steps of a new chain, the first of them pending; False where none applies."""
    if kind in AMOUNTS and abs(decimal(record.get(AMOUNTS[kind]))) < FROM:
        return False
    for position, (class_, id_) in enumerate(CHAINS[kind], 1):
        add_step(editor, kind, record, class_, id_, position, pending=position == 1)
    return True


def add_step(
    editor: Editor, kind: str, record: Record, class_: str, id_: int, position: int, *, pending: bool
) -> None:
    preset = {
        "approvable-id": record["id"],
        "approvable-type": CLASS_OF[kind],
        "approver-id": id_,
        "approver-type": class_,
        "holdable": True,
        "note": "",
        "position": position,
        "status": "pending_approval" if pending else WAITING,
        "type": "ManagementHierarchyApproval" if position == 1 else "ApprovalChainApproval",
    }
    editor.create(KINDS["approval"], {}, preset)


def drop(editor: Editor, kind: str, record: Record) -> None:
    """Steps nobody has decided go away."""
    for one in approvals(editor.store, KINDS[kind], record):
        if one["status"] in ("pending_approval", WAITING, "on_hold"):
            editor.store.delete("approval", one["id"])


def add_named(editor: Editor, kind: str, record: Record, given: Mapping[str, Any]) -> None:
    """A further last step, for the person the call names."""
    wanted = given.get("approver") or {"id": given.get("approver-id")}
    try:
        person = resolve(editor.store, KINDS["user"], "approver", wanted)
    except NotFound as error:
        raise invalid(KINDS[kind].model, str(error)) from error
    positions = [one["position"] for one in approvals(editor.store, KINDS[kind], record)]
    last = max(positions, default=0)
    waits = (
        current_approval(editor.store, KINDS[kind], record) is not None
        or record["status"] != "pending_approval"
    )
    add_step(editor, kind, record, "User", person, last + 1, pending=not waits)


def drop_named(editor: Editor, kind: str, record: Record, given: Mapping[str, Any]) -> None:
    """Takes away a step that was not decided yet."""
    steps = approvals(editor.store, KINDS[kind], record)
    found = [one for one in steps if str(one["id"]) == str(given.get("approval-id", given.get("id", "")))]
    if not found or found[0]["status"] in ("approved", "rejected"):
        raise invalid(KINDS[kind].model, "Approval cannot be removed")
    was_pending = found[0]["status"] == "pending_approval"
    editor.store.delete("approval", found[0]["id"])
    if was_pending:
        advance(editor, kind, record)


def advance(editor: Editor, kind: str, record: Record) -> None:
    """The next step becomes pending; after the last one the document is through."""
    waiting = [one for one in approvals(editor.store, KINDS[kind], record) if one["status"] == WAITING]
    if waiting:
        editor.set("approval", waiting[0], status="pending_approval")
    else:
        through(editor, kind, record)


def through(editor: Editor, kind: str, record: Record) -> None:
    """What an approved document becomes."""
    THROUGH[kind](editor, record)


def refuse(editor: Editor, kind: str, record: Record, reason: str) -> None:
    """What a rejected document becomes."""
    drop(editor, kind, record)
    if kind == "requisition":
        editor.set(kind, record, status="draft", reject_reason_comment=reason)
    elif kind == "expense-report":
        editor.set(kind, record, status="draft", reject_reason=reason)
    else:
        editor.set(kind, record, status="rejected" if kind == "invoice" else "draft")
    if kind == "invoice":
        count_invoiced(editor, record)


def _invoice_through(editor: Editor, record: Record) -> None:
    editor.set("invoice", record, status="approved")
    count_invoiced(editor, record)


def _requisition_through(editor: Editor, record: Record) -> None:
    """Approved, then ordered once every line has a supplier."""
    editor.set("requisition", record, status="approved")
    order(editor, record)


def _report_through(editor: Editor, record: Record) -> None:
    editor.set("expense-report", record, status="approved")


def _contract_through(editor: Editor, record: Record) -> None:
    editor.set("contract", record, status="published", published_date=editor.now)


THROUGH: Mapping[str, Callable[[Editor, Record], None]] = MappingProxyType(
    {
        "invoice": _invoice_through,
        "requisition": _requisition_through,
        "expense-report": _report_through,
        "contract": _contract_through,
    }
)

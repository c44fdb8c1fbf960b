"""Actions on receipts, contracts, expense reports and integration records."""

from collections.abc import Mapping
from typing import Any

from sandbox.coupa.actions import chains
from sandbox.coupa.actions.states import require
from sandbox.coupa.amounts import decimal
from sandbox.coupa.answers import invalid
from sandbox.coupa.editor import Editor
from sandbox.coupa.rulebook.buying import receive
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record

COPIED = ("price", "quantity", "total", "account", "item", "order-line", "uom")


def void_receipt(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """A record of the opposite sort is made, and the line has received that much less."""
    if record["type"].startswith("Void") or record.get("status") == "voided":
        raise invalid("inventory_transaction", "Inventory transaction cannot be voided")
    amount = record.get("quantity") or record.get("total")
    preset = {
        **{name: record.get(name) for name in COPIED},
        "type": f"Void{record['type']}",
        "original-transaction": record["id"],
        "original-transaction-id": record["id"],
        "transaction-date": editor.now,
        "voided-value": amount,
    }
    line = editor.store.get("order-line", record.get("order-line"))
    editor.create(KINDS["receipt"], {}, preset)
    editor.set("receipt", record, status="voided")
    if line:
        receive(editor, line, -decimal(amount))


def submit_contract(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KINDS["contract"], record, "submitted", "draft")
    editor.set("contract", record, status="pending_approval")
    chains.start(editor, "contract", record)


def complete_contract(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KINDS["contract"], record, "completed", "published")
    editor.set("contract", record, status="completed")


def update_published(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KINDS["contract"], record, "changed", "published")
    editor.update(KINDS["contract"], record, given)
    editor.set("contract", record, version=(record.get("version") or 0) + 1)


def submit_report(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KINDS["expense-report"], record, "submitted", "draft", "working", "pending_info")
    values = {"submitted_at": editor.now, "submitted_by": editor.user}
    editor.set("expense-report", record, status="pending_approval", **values)
    if not chains.start(editor, "expense-report", record):
        chains.through(editor, "expense-report", record)


def resolve(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    editor.set("integration-history-record", record, resolved=True)


def unresolve(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    editor.set("integration-history-record", record, resolved=False)


def alert(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    editor.set("integration-history-record", record, creation_method="create_alert")


RECEIPT_ACTIONS = {"void": void_receipt}
CONTRACT_ACTIONS = {
    "submit_for_approval": submit_contract,
    "complete": complete_contract,
    "update_published": update_published,
}
EXPENSE_ACTIONS = {"submit": submit_report}
INTEGRATION_ACTIONS = {"resolve": resolve, "unresolve": unresolve}

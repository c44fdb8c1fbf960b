"""Deciding approvals: only a pending one can be acted on, and its document moves with it."""

from collections.abc import Mapping
from typing import Any

from sandbox.coupa.actions import chains
from sandbox.coupa.answers import invalid
from sandbox.coupa.editor import Editor
from sandbox.coupa.schema import CLASSES
from sandbox.coupa.store import Record


def approve(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    _decide(editor, record, given, "approved")
    found = _document(editor, record)
    if found:
        chains.advance(editor, *found)


def reject(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    _decide(editor, record, given, "rejected")
    found = _document(editor, record)
    if found:
        chains.refuse(editor, *found, str(given.get("reason") or ""))


def hold(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """Keeps the step from being decided for now."""
    _check(record, "held")
    editor.set("approval", record, status="on_hold", note=str(given.get("reason") or ""))


def _decide(editor: Editor, record: Record, given: Mapping[str, Any], status: str) -> None:
    _check(record, status)
    values = {"approved_by": editor.user, "approval_date": editor.now, "note": str(given.get("reason") or "")}
    editor.set("approval", record, status=status, **values)


def _check(record: Record, deed: str) -> None:
    if record["status"] != "pending_approval":
        raise invalid("approval", f"Approval is not pending and cannot be {deed}")


def _document(editor: Editor, record: Record) -> tuple[str, Record] | None:
    kind = CLASSES.get(record["approvable-type"])
    found = editor.store.get(kind, record["approvable-id"]) if kind else None
    return (kind, found) if kind and found else None


ACTIONS = {"approve": approve, "reject": reject, "hold": hold}

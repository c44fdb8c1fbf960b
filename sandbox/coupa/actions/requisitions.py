"""The life of a requisition: cart, draft, approval, order."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.coupa.actions import chains
from sandbox.coupa.actions.states import require
from sandbox.coupa.answers import invalid
from sandbox.coupa.bodies import listed
from sandbox.coupa.editor import Editor
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record

KIND = KINDS["requisition"]
OPEN = ("draft", "cart", "withdrawn")


def submit(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """To a buyer where a line lacks its supplier, else to the approvers or, with none, on to ordering."""
    require(KIND, record, "submitted", *OPEN)
    lines = [editor.store.need("requisition-line", id_) for id_ in record["requisition-lines"]]
    complete = all(one.get("supplier") for one in lines)
    status = "pending_approval" if complete else "pending_buyer_action"
    editor.set("requisition", record, status=status, submitted_at=editor.now, reject_reason_comment=None)
    for line in lines:
        editor.set("requisition-line", line, status=status)
    if complete and not chains.start(editor, "requisition", record):
        chains.through(editor, "requisition", record)


def update_and_submit(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "submitted", *OPEN)
    editor.update(KIND, record, given)
    submit(editor, record, given)


def save_for_later(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "saved", "draft", "cart")
    editor.update(KIND, record, given)
    editor.set("requisition", record, status="draft")


def update_without_validation(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """Keeps a draft that could not be submitted yet."""
    save_for_later(Editor(editor.tenant, editor.user, lenient=True), record, given)


def keep_as_cart(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    editor.set("requisition", record, status="cart")


def add_approver(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "given an approver", "draft", "pending_approval")
    chains.add_named(editor, "requisition", record, given)


def remove_approval(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "changed", "draft", "pending_approval")
    chains.drop_named(editor, "requisition", record, given)


def schedule(editor: Editor, given: Mapping[str, Any]) -> None:
    """Lines of requisitions are ordered on a day to come, written month first."""
    day = str(given.get("schedule-issuance-date") or "")
    if not re.fullmatch(r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])/\d{4}", day):
        raise invalid(KIND.model, "Schedule issuance date is invalid")
    for line in _named_lines(editor, given):
        editor.set("requisition-line", line, **{"~scheduled": day})


def unschedule(editor: Editor, given: Mapping[str, Any]) -> None:
    for line in _named_lines(editor, given):
        editor.set("requisition-line", line, **{"~scheduled": None})


def _named_lines(editor: Editor, given: Mapping[str, Any]) -> list[Record]:
    ids = listed("requisition-line-ids", given.get("requisition-line-ids"))
    found = [editor.store.get("requisition-line", id_) for id_ in ids]
    lines = [one for one in found if one is not None]
    if not ids or len(lines) != len(ids):
        raise invalid(KIND.model, "Requisition line ids are invalid")
    return lines


ACTIONS = {
    "update_and_submit_for_approval": update_and_submit,
    "save_for_later": save_for_later,
    "update_without_validation": update_without_validation,
    "add_approver": add_approver,
    "remove_approval": remove_approval,
}

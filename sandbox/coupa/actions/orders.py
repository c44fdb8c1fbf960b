"""The life of an order: issuing, holding, changing with versions and revisions, closing."""

from collections.abc import Mapping
from typing import Any

from sandbox.coupa.actions.states import require
from sandbox.coupa.amounts import decimal
from sandbox.coupa.answers import invalid
from sandbox.coupa.editor import Editor
from sandbox.coupa.schema import KINDS, Field
from sandbox.coupa.store import Record

KIND = KINDS["order"]
WATCHED = ("quantity", "price", "item", "description", "need-by-date", "account")
RENEWING = ("quantity", "price", "item")  # changes of these make a new version for the supplier
UNCHANGEABLE = ("closed", "cancelled", "soft_closed")


def issue(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "issued", "draft", "buyer_hold", "supplier_window_hold")
    editor.set("order", record, status="issued", transmission_status="scheduled_for_email")


def issue_without_send(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "issued", "draft", "buyer_hold", "supplier_window_hold")
    editor.set("order", record, status="issued", transmission_status="sent_manually")


def release(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "released", "buyer_hold")
    editor.set("order", record, status="issued", transmission_status="scheduled_for_email")


def cancel(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """Only while nothing was received or invoiced."""
    require(KIND, record, "cancelled", "issued", "draft", "buyer_hold", "supplier_window_hold")
    lines = [editor.store.need("order-line", id_) for id_ in record["order-lines"]]
    if any(decimal(one.get("received")) or decimal(one.get("invoiced")) for one in lines):
        raise invalid(KIND.model, "Order header cannot be cancelled after receipts or invoices")
    editor.set("order", record, status="cancelled", transmission_status="pending_manual_cancel")


def close(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "closed", "issued", "soft_closed")
    editor.set("order", record, status="closed")


def reopen(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    require(KIND, record, "reopened", "soft_closed", "closed")
    if not (given.get("reason-insight-id") or given.get("reason-insight-code")):
        raise invalid(KIND.model, "Reason insight can't be blank")
    editor.set("order", record, status="issued")


def amend(editor: Editor, record: Record, body: Mapping[str, Any]) -> None:
    """A change by PUT: lines added, removed or dearer make a new version, anything else an internal revision."""
    if "order-lines" in body and record["status"] in UNCHANGEABLE:
        raise invalid(KIND.model, f"Order header cannot be changed in status {record['status']}")
    before, old_version = _lines(editor, record), record["version"]
    editor.update(KIND, record, body)
    after = _lines(editor, record)
    renewed = set(before) != set(after) or any(
        before[id_][name] != after[id_][name] for id_ in before for name in RENEWING
    )
    changes: Record = {"internal_revision": record["internal-revision"] + 1}
    if renewed and record["status"] == "issued":
        changes |= {
            "version": old_version + 1,
            "exported": False,
            "transmission_status": "scheduled_for_email",
        }
        changes["change_type"] = "change"
    editor.set("order", record, **changes)
    _keep_revision(editor, record, old_version, before, after)


def apply_change(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
    """A change of an order that suppliers have seen; lines are named by their id or number."""
    order = editor.store.get("order", record.get("order-header-id"))
    if order is None:
        raise invalid("order_header_change", "Order header does not exist")
    require(KIND, order, "changed", "issued")
    changes = [editor.store.need("order-line-change", id_) for id_ in record.get("order-lines") or ()]
    amend(editor, order, {"order-lines": [_wanted(editor, order, one) for one in changes]})


def _wanted(editor: Editor, order: Record, change: Record) -> Record:
    lines = [editor.store.need("order-line", id_) for id_ in order["order-lines"]]
    name, key = ("id", "order-line-id") if change.get("order-line-id") else ("line-num", "line-num")
    found = next((one for one in lines if one[name] == change.get(key)), None)
    if found is None:
        raise invalid("order_header_change", "Order line does not exist")
    told = {
        name: change[name] for name in ("description", "quantity", "price") if change.get(name) is not None
    }
    return {"id": found["id"], **told}


def _lines(editor: Editor, record: Record) -> dict[int, Record]:
    lines = [editor.store.need("order-line", id_) for id_ in record["order-lines"]]
    return {one["id"]: {name: one.get(name) for name in WATCHED} for one in lines if "~deleted" not in one}


def _keep_revision(
    editor: Editor, record: Record, version: int, before: dict[int, Record], after: dict[int, Record]
) -> None:
    """What changed from which value to which, line by line."""
    lines = [
        {"id": id_, **_differences(before.get(id_, {}), after.get(id_, {}))}
        for id_ in dict.fromkeys((*before, *after))
        if before.get(id_) != after.get(id_)
    ]
    changed: Record = {"id": record["id"], "order-lines": lines, "comments": []}
    if version != record["version"]:
        changed["version"] = {"from": version, "to": record["version"]}
    preset = {
        "purchase-order-id": record["id"],
        "revision": record["internal-revision"] - 1,
        "changes": changed,
    }
    editor.create(KINDS["order-revision"], {}, preset)


def _differences(before: Record, after: Record) -> Record:
    pairs = {name: (before.get(name), after.get(name)) for name in WATCHED}
    return {
        name: {"from": _plain(old), "to": _plain(new)} for name, (old, new) in pairs.items() if old != new
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (int, Field)) else value


def _line_state(**values: Any) -> Any:
    def change(editor: Editor, record: Record, given: Mapping[str, Any]) -> None:
        editor.set("order-line", record, **values)

    return change


ACTIONS = {
    "issue": issue,
    "issue_without_send": issue_without_send,
    "ignore_window_and_issue": issue,
    "release_from_buyer_hold": release,
    "cancel": cancel,
    "close": close,
    "reopen": reopen,
}
LINE_ACTIONS = {
    "soft_close_for_receiving": _line_state(status="soft_closed_for_receiving"),
    "soft_close_for_invoicing": _line_state(status="soft_closed_for_invoicing", invoice_stop=True),
    "reopen_for_receiving": _line_state(status="created"),
    "reopen_for_invoicing": _line_state(status="created", invoice_stop=False),
}

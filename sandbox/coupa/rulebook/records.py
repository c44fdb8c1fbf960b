"""Rules of contracts, budgets, expense reports, comments, files and integration records."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa.amounts import total
from sandbox.coupa.charts import SEGMENTS
from sandbox.coupa.rules import Rules
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor


def check_budget(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """The segments must be those of an account."""
    wanted = {name: record[name] for name in SEGMENTS if record.get(name)}
    if not wanted:
        return ["Segment 1 can't be blank"]
    found = any(
        all(one.get(name) == value for name, value in wanted.items()) for one in editor.store.all("account")
    )
    return [] if found else ["Segments do not match an account"]


def settle_budget(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    if creating:
        editor.store.set(
            "budget-line", record, {"remaining": record.get("remaining") or record.get("amount")}
        )


def settle_report(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    lines = [editor.store.need("expense-line", id_) for id_ in record.get("expense-lines") or ()]
    for number, line in enumerate(lines, 1):
        editor.store.set(
            "expense-line",
            line,
            {"line-number": number, "currency": line.get("currency") or record["currency"]},
        )
    changes = {"total": total(one.get("amount") for one in lines)}
    if not record.get("expensed-by"):
        changes["expensed-by"] = record["created-by"]
    editor.store.set("expense-report", record, changes)


RULES: Mapping[str, Rules] = {
    "contract": Rules(
        required=("name", "number", "supplier"),
        unique=(("name", "supplier"), ("number", "supplier")),
        words={
            "status": (
                "draft",
                "published",
                "inactive",
                "pending_approval",
                "completed",
                "expired",
                "terminated",
            )
        },
        defaults={"status": "draft", "version": 1, "is-default": False, "content-groups": [1]},
    ),
    "budget-line": Rules(
        required=("period", "amount"), defaults={"notes": ""}, check=check_budget, settle=settle_budget
    ),
    "expense-report": Rules(
        required=("currency", "expense-lines"),
        defaults={"status": "draft", "exported": False, "paid": False},
        settle=settle_report,
    ),
    "expense-line": Rules(
        required=("amount", "expense-date", "expense-category"), defaults={"status": "draft"}
    ),
    "approval": Rules(
        defaults={"status": "pending_approval", "position": 1, "approvable-id": None, "approvable-type": None}
    ),
    "comment": Rules(required=("comments", "commentable-id", "commentable-type")),
    "attachment": Rules(required=("type",)),
    "integration-history-record": Rules(
        required=("document-type", "document-id"), defaults={"resolved": False}
    ),
}

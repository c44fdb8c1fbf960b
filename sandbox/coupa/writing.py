"""POST, PUT, PATCH and DELETE of records: created, changed, marked as exported, deleted."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.coupa import reading
from sandbox.coupa.actions import ACTIONS, CREATIONS, Deed
from sandbox.coupa.actions import orders as order_actions
from sandbox.coupa.answers import Refusal, invalid, not_found
from sandbox.coupa.bodies import body_of, flat, truth
from sandbox.coupa.call import Call
from sandbox.coupa.editor import Editor
from sandbox.coupa.schema import Kind
from sandbox.coupa.store import Record

COMMANDS = {"_cancel": order_actions.cancel, "_close": order_actions.close}
OPEN_INVOICES = (
    "new",
    "draft",
    "invalid",
    "processing",
    "ap_hold",
    "on_hold",
    "disputed",
    "rejected",
    "pending_action",
)
ORDERED = ("ordered", "partially_received", "received", "abandoned")
MONEY = ("invoice-lines", "invoice-charges", "supplier", "currency", "tax-lines")


def editor_of(call: Call) -> Editor:
    return Editor(call.tenant, call.caller.user, ignoring="ignored_field" in call.faults)


async def create(
    call: Call, word: str = "", preset: Mapping[str, Any] | None = None, kind: Kind | None = None
) -> Response:
    """A new record, 201; `word` names what to do with it at once."""
    kind = kind or call.kind
    body = await body_of(call.request, call.format, kind)
    editor = editor_of(call)
    with call.tenant.store.transaction():
        record = editor.create(kind, body, preset)
        deed = CREATIONS.get((kind.name, word))
        if deed:
            deed(editor, record, flat(body))
    return reading.record(call, record, kind, 201)


async def update(
    call: Call, record: Record | None, kind: Kind | None = None, *, touch: bool = True
) -> Response:
    """The record after the change, 200."""
    kind = kind or call.kind
    if record is None:
        raise not_found(kind.model)
    body = flat(await body_of(call.request, call.format, kind))
    with call.tenant.store.transaction():
        if not _exported(call, kind, record, body):
            _changed(call, kind, record, body, touch=touch)
    return reading.record(call, record, kind)


def _exported(call: Call, kind: Kind, record: Record, body: dict[str, Any]) -> bool:
    """Sets the export flag where the call names it; True where nothing else of the call counts."""
    named = call.query.words.get("exported", body.pop("exported", None))
    if named is None or "exported" not in kind.fields:
        return False
    flag = truth(named)
    stamp = call.tenant.now() if flag else record.get("last-exported-at")
    editor_of(call).set(kind.name, record, exported=flag, last_exported_at=stamp)
    return call.tenant.switches.export_alone or not body


def _changed(call: Call, kind: Kind, record: Record, body: dict[str, Any], *, touch: bool) -> None:
    editor = editor_of(call)
    _guard(call, kind, record, body)
    commands = [COMMANDS[name] for name in COMMANDS if kind.name == "order" and truth(body.get(name))]
    for command in commands:
        command(editor, record, body)
    if kind.name == "order" and not commands:
        order_actions.amend(editor, record, body)
    elif not commands:
        editor.update(kind, record, body, touch=touch and _touches(call, body))


def _touches(call: Call, body: Mapping[str, Any]) -> bool:
    """Whether a call that changes lines alone moves the record."""
    return call.tenant.switches.child_touch != "none" or not all(name.endswith("-lines") for name in body)


def _guard(call: Call, kind: Kind, record: Record, body: Mapping[str, Any]) -> None:
    """What a record's state forbids to change."""
    if kind.name == "receipt":
        raise invalid(kind.model, "Only the export flag can be changed")
    if kind.name == "address" and record.get("active") is False:
        raise invalid(kind.model, "Address is inactive and cannot be changed")
    if kind.name == "contract" and record["status"] == "published" and set(body) - {"status"}:
        raise invalid(kind.model, "Contract is published and cannot be changed")
    if kind.name == "budget-line" and any(name.startswith("segment") or name == "period" for name in body):
        raise invalid(kind.model, "Period and segments cannot be changed")
    if kind.name == "requisition" and record["status"] in ORDERED and "requisition-lines" in body:
        raise invalid(kind.model, f"Requisition header cannot be changed in status {record['status']}")
    if kind.name == "invoice" and record["status"] not in OPEN_INVOICES and set(body) & set(MONEY):
        raise invalid(kind.model, f"Invoice header cannot be changed in status {record['status']}")


async def act(call: Call, record: Record | None, word: str) -> Response:
    """An action on a record, 200 with the record; an unknown one is 404."""
    deed: Deed | None = ACTIONS.get((call.kind.name, word))
    if deed is None:
        raise not_found("path")
    if record is None:
        raise not_found(call.kind.model)
    given = {**call.query.arguments, **flat(await body_of(call.request, call.format, call.kind))}
    with call.tenant.store.transaction():
        deed(editor_of(call), record, given)
    return reading.record(call, record)


def delete(call: Call, record: Record | None, kind: Kind | None = None) -> Response:
    """Gone, 200 with an empty body; documents only in their first states."""
    kind = kind or call.kind
    if record is None:
        raise not_found(kind.model)
    store = call.tenant.store
    _check_deletable(call, kind, record)
    if kind.name == "requisition" and call.tenant.switches.requisition_delete == "abandoned":
        editor_of(call).set(kind.name, record, status="abandoned")
    elif kind.name == "order-line":
        editor = editor_of(call)
        order = store.need("order", record["order-header-id"])
        with store.transaction():
            order_actions.amend(editor, order, {"order-lines": [{"id": record["id"], "_delete": True}]})
    else:
        store.delete(kind.name, record["id"])
    return Response(b"", 200)


def _check_deletable(call: Call, kind: Kind, record: Record) -> None:
    allowed = {"invoice": ("new",), "expense-report": ("draft",)}.get(kind.name)
    if kind.name == "requisition":
        named = call.tenant.switches.requisition_delete_states
        wanted = record["status"] != "ordered" if named == "any" else record["status"] in named.split(",")
    else:
        wanted = allowed is None or record["status"] in allowed
    if not wanted:
        title = kind.root.replace("-", " ").capitalize()
        raise Refusal(400, kind.model, f"{title} cannot be deleted in status {record['status']}")

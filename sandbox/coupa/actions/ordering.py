"""Orders that come of an approved requisition: one per supplier, line by line."""

from sandbox.coupa.editor import Editor
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record

COPIED = [
    "description",
    "quantity",
    "need-by-date",
    "commodity",
    "currency",
    "item",
    "supplier",
    "uom",
    "account",
    "custom-fields",
]
HEADER = ["ship-to-address", "ship-to-attention", "currency"]


def order(editor: Editor, requisition: Record) -> None:
    """Makes the orders and moves the requisition on; without a supplier on every line it stays approved."""
    lines = [editor.store.need("requisition-line", id_) for id_ in requisition["requisition-lines"]]
    if not all(one.get("supplier") for one in lines):
        return
    for supplier in dict.fromkeys(one["supplier"] for one in lines):
        _order(editor, requisition, supplier, [one for one in lines if one["supplier"] == supplier])
    for line in lines:
        editor.set("requisition-line", line, status="ordered")
    editor.set("requisition", requisition, status="ordered")


def _order(editor: Editor, requisition: Record, supplier: int, sources: list[Record]) -> None:
    lines = []
    for number, source in enumerate(sources, 1):
        line = _line(editor, number, source, requisition["requested-by"])
        editor.set("requisition-line", source, order_line_id=line["id"])
        lines.append(line["id"])
    preset = {
        **{name: requisition.get(name) for name in HEADER},
        "supplier": supplier,
        "requisition-header": requisition["id"],
        "ship-to-user": requisition["requested-by"],
        "order-lines": lines,
        "status": "issued",
        "transmission-status": "scheduled_for_email",
    }
    editor.create(KINDS["order"], {}, preset)


def _line(editor: Editor, number: int, source: Record, requester: int) -> Record:
    by_amount = source.get("line-type") == "RequisitionAmountLine"
    parts = []
    for id_ in source.get("account-allocations") or ():
        share = editor.store.need("requisition-line-allocation", id_)
        values = {name: share.get(name) for name in ("pct", "amount", "account", "period")}
        parts.append(editor.create(KINDS["order-line-allocation"], {}, values)["id"])
    preset = {
        **{name: source[name] for name in COPIED if name in source},
        "price": source.get("unit-price") or "0.0",
        "type": "OrderAmountLine" if by_amount else "OrderQuantityLine",
        "line-num": str(number),
        "requisition-line-id": source["id"],
        "requester": requester,
        "account-allocations": parts,
    }
    return editor.create(KINDS["order-line"], {}, preset)

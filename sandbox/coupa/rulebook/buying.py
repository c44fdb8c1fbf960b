"""Rules of requisitions, orders, changes of orders and receipts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa.amounts import decimal, line_total, share, total
from sandbox.coupa.answers import invalid
from sandbox.coupa.rules import Rules
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

FIRST_NUMBER = 5000  # order numbers count on from here
HOUSE_CURRENCY = 1
COUNTED = ("line-type", "quantity", "uom", "item")


def check_requisition(editor: "Editor", record: Record, creating: bool) -> list[str]:
    return [] if record.get("requisition-lines") else ["Requisition lines can't be blank"]


def settle_requisition(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """Lines whose number was there before are dropped; accounts and address default to the requester's."""
    lines = _numbered(editor, record)
    requester = editor.store.get("user", record.get("requested-by")) or {}
    for line in lines:
        if not line.get("account") and not line.get("account-allocations"):
            if not requester.get("default-account"):
                raise invalid("requisition_line", "Account can't be blank")
            editor.store.set("requisition-line", line, {"account": requester["default-account"]})
    changes: Record = {
        "requisition-lines": [one["id"] for one in lines],
        "total": total(one["total"] for one in lines),
        "currency": lines[0].get("currency"),
        "mobile-currency": lines[0].get("currency"),
    }
    changes["mobile-total"] = changes["total"]
    if not record.get("ship-to-address"):
        changes["ship-to-address"] = requester.get("default-address")
    if not record.get("department"):
        changes["department"] = requester.get("department")
    editor.store.set("requisition", record, changes)


def _numbered(editor: "Editor", record: Record) -> list[Record]:
    kept: list[Record] = []
    for id_ in record["requisition-lines"]:
        line = editor.store.need("requisition-line", id_)
        numbers = [one["line-num"] for one in kept]
        if line.get("line-num") is None:
            editor.store.set("requisition-line", line, {"line-num": max(numbers, default=0) + 1})
        elif line["line-num"] in numbers:
            editor.store.delete("requisition-line", id_)
            continue
        kept.append(line)
    return kept


def check_requisition_line(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """An item says what is bought and in which currency; whoever describes it instead says that too."""
    if record.get("item"):
        return []
    texts = [
        f"{name.capitalize()} can't be blank" for name in ("description", "currency") if not record.get(name)
    ]
    if record.get("line-type") == "RequisitionAmountLine":
        return texts if record.get("unit-price") else [*texts, "Unit price can't be blank"]
    return texts if record.get("quantity") or _by_amount(record) else [*texts, "Quantity can't be blank"]


def _by_amount(line: Record) -> bool:
    """A line without type, quantity, unit and item asks for an amount of money."""
    return bool(line.get("unit-price")) and not any(line.get(name) for name in COUNTED)


def settle_requisition_line(
    editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool
) -> None:
    """An item brings its description and unit, and where nothing else was said its preferred price and supplier.

    One piece of it is wanted where no quantity was said.
    """
    changes: Record = {"line-type": record.get("line-type") or _sort(record)}
    item = editor.store.get("item", record.get("item"))
    if item:
        changes["description"] = item.get("description")
        changes["uom"] = record.get("uom") or item.get("uom")
        changes["quantity"] = record.get("quantity") or "1"
        prices = editor.store.where("supplier-item", "item", item["id"])
        best = next((one for one in prices if one.get("preferred")), None)
        if best and not record.get("unit-price"):
            changes["unit-price"] = best["price"]
        if best and not record.get("supplier"):
            changes["supplier"] = best["supplier"]
        if not record.get("currency"):
            changes["currency"] = best["currency"] if best else HOUSE_CURRENCY
    record_price = changes.get("unit-price", record.get("unit-price"))
    changes["total"] = line_total(changes.get("quantity", record.get("quantity")), record_price)
    supplier = editor.store.get("supplier", changes.get("supplier", record.get("supplier"))) or {}
    for term in ("payment-term", "shipping-term"):
        changes[term] = record.get(term) or supplier.get(term)
    editor.store.set("requisition-line", record, changes)
    settle_allocations(editor, record, "requisition-line-allocation")


def _sort(line: Record) -> str:
    return "RequisitionAmountLine" if _by_amount(line) else "RequisitionQuantityLine"


def settle_allocations(editor: "Editor", line: Record, kind: str) -> None:
    """Shares of a split line follow its total; a split line has no single account."""
    for id_ in line.get("account-allocations") or ():
        one = editor.store.need(kind, id_)
        if one.get("pct"):
            editor.store.set(kind, one, {"amount": share(line["total"], one["pct"])})


def check_order(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """Orders come of requisitions; only external ones are entered, and they say where the goods go."""
    if record.get("requisition-header") or not creating:
        return []
    texts = [] if record.get("type") == "ExternalOrderHeader" else ["Type must be ExternalOrderHeader"]
    return texts if record.get("ship-to-address") else [*texts, "Ship to address can't be blank"]


def settle_order(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """Line numbers and the total; terms come from the supplier; a line's number is text."""
    number = record.get("po-number") or str(FIRST_NUMBER + record["id"])
    lines = [editor.store.need("order-line", id_) for id_ in record.get("order-lines") or ()]
    live = [one for one in lines if "~deleted" not in one]
    for line in live:
        changes = {"order-header-id": record["id"], "order-header-number": number}
        if not line.get("line-num"):
            changes["line-num"] = str(max([int(one.get("line-num") or 0) for one in lines], default=0) + 1)
        changes["supplier"] = line.get("supplier") or record.get("supplier")
        changes["accounting-total-currency"] = line.get("currency")
        editor.store.set("order-line", line, changes)
    supplier = editor.store.get("supplier", record.get("supplier")) or {}
    values: Record = {"total": total(one["total"] for one in live), "po-number": number}
    for name in ("payment-term", "shipping-term"):
        values[name] = record.get(name) or supplier.get(name)
    values["currency"] = record.get("currency") or next((one.get("currency") for one in live), None)
    editor.store.set("order", record, values)


def check_order_line(editor: "Editor", record: Record, creating: bool) -> list[str]:
    if record.get("type") != "OrderAmountLine" and not record.get("quantity"):
        return ["Quantity can't be blank"]
    return []


def settle_order_line(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    amount = line_total(record.get("quantity"), record.get("price"))
    sums = {"total": amount, "accounting-total": amount, "reporting-total": amount}
    editor.store.set("order-line", record, {**sums, "type": record.get("type") or "OrderQuantityLine"})
    settle_allocations(editor, record, "order-line-allocation")


def check_receipt(editor: "Editor", record: Record, creating: bool) -> list[str]:
    if record.get("order-line") and creating and not (record.get("quantity") or record.get("total")):
        return ["Quantity can't be blank"]
    return []


def settle_receipt(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """A receipt takes price, item, unit and account from the line, and moves line and requisition on."""
    line = editor.store.get("order-line", record.get("order-line"))
    if line is None or not creating or record["type"].startswith("Void"):
        return
    taken = {name: record.get(name) or line.get(name) for name in ("price", "item", "uom", "account")}
    amount = (
        line_total(record.get("quantity"), taken["price"]) if not record.get("total") else record["total"]
    )
    editor.store.set(
        "receipt",
        record,
        {**taken, "total": amount, "transaction-date": record.get("transaction-date") or editor.now},
    )
    receive(editor, line, record.get("quantity") or amount)


def receive(editor: "Editor", line: Record, amount: Any) -> None:
    """Adds to what a line has received; requisitions follow their lines."""
    received = decimal(line.get("received")) + decimal(amount)
    wanted = decimal(line.get("quantity") or line.get("total"))
    editor.set(
        "order-line", line, received=str(received), status="received" if received >= wanted else "created"
    )
    order = editor.store.get("order", line.get("order-header-id")) or {}
    requisition = editor.store.get("requisition", order.get("requisition-header"))
    if requisition is None or requisition["status"] not in ("ordered", "partially_received", "received"):
        return
    orders = editor.store.where("order", "requisition-header", requisition["id"])
    lines = [editor.store.need("order-line", id_) for one in orders for id_ in one["order-lines"]]
    done = [one["status"] == "received" for one in lines]
    state = "received" if all(done) else "partially_received" if any(done) or received else "ordered"
    editor.set("requisition", requisition, status=state)


RULES: Mapping[str, Rules] = {
    "requisition": Rules(
        required=("requested-by",),
        defaults={"status": "draft", "exported": False, "price-hidden": False, "total": "0"},
        check=check_requisition,
        settle=settle_requisition,
    ),
    "requisition-line": Rules(
        words={"line-type": ("RequisitionQuantityLine", "RequisitionAmountLine")},
        defaults={
            "status": "draft",
            "source-part-num": "",
            "supp-aux-part-num": "",
            "transmission-method-override": "supplier_default",
        },
        check=check_requisition_line,
        settle=settle_requisition_line,
    ),
    "requisition-line-allocation": Rules(required=("account",)),
    "order-line-allocation": Rules(required=("account",)),
    "order": Rules(
        required=("supplier", "order-lines"),
        unique=("po-number",),
        defaults={
            "status": "draft",
            "transmission-status": "created",
            "transmission-method-override": "supplier_default",
            "version": 1,
            "internal-revision": 1,
            "exported": False,
            "acknowledged-flag": False,
            "payment-method": "invoice",
            "price-hidden": False,
        },
        check=check_order,
        settle=settle_order,
    ),
    "order-line": Rules(
        required=("description", "price", "currency"),
        words={"type": ("OrderQuantityLine", "OrderAmountLine")},
        defaults={
            "received": "0.0",
            "invoiced": "0.0",
            "status": "created",
            "version": 1,
            "savings-pct": "0.0",
            "source-part-num": "",
            "supp-aux-part-num": "",
            "match-type": "3-way",
            "receipt-required": True,
        },
        check=check_order_line,
        settle=settle_order_line,
    ),
    "receipt": Rules(
        required=("type", "order-line"),
        defaults={"status": "created", "exported": False, "barcode": "", "rfid-tag": ""},
        check=check_receipt,
        settle=settle_receipt,
    ),
    "order-change": Rules(required=("order-header-id",), defaults={"status": "approved"}),
}

"""Seeds orders that came of requisitions, orders from outside, and receipts of their lines."""

from decimal import Decimal
from typing import Any

from sandbox.coupa.seed.base import DAY, Seeder, line_total
from sandbox.coupa.seed.requests import split
from sandbox.coupa.seed.words import GOODS
from sandbox.coupa.store import Record

SENT = {"draft": "created", "buyer_hold": "created", "error": "transmission_failure"}


def order_of(seeder: Seeder, number: int, requisition: Record, supplier: Record, state: str) -> None:
    at = requisition["created-at"] + 2 * DAY
    wanted = [seeder.store.need("requisition-line", id_) for id_ in requisition["requisition-lines"]]
    lines = []
    for place, source in enumerate(one for one in wanted if one["supplier"] == supplier["id"]):
        line = _order_line(seeder, place, source, requisition["requested-by"], at)
        source["order-line-id"] = line["id"]
        lines.append(line)
    person = requisition["requested-by"]
    base = {
        "requisition-header": requisition["id"],
        "ship-to-user": person,
        "ship-to-address": requisition["ship-to-address"],
    }
    order = _header(seeder, number, supplier, state, lines, at, base)
    if requisition["status"] in ("received", "partially_received"):
        taken = lines if requisition["status"] == "received" else lines[:1]
        for line in taken:
            _receipt(seeder, order, line, at + 5 * DAY)


def _order_line(seeder: Seeder, place: int, source: Record, person: int, at: int) -> Record:
    kept = (
        "description",
        "quantity",
        "total",
        "need-by-date",
        "commodity",
        "currency",
        "item",
        "supplier",
        "uom",
        "custom-fields",
    )
    total = Decimal(source["total"])
    allocations = [
        seeder.store.need("requisition-line-allocation", id_) for id_ in source["account-allocations"]
    ]
    copies = [
        seeder.add("order-line-allocation", {key: one[key] for key in ("pct", "amount", "account")}, at=at)[
            "id"
        ]
        for one in allocations
    ]
    values = {
        **{key: source.get(key) for key in kept},
        "type": "OrderAmountLine" if source["quantity"] is None else "OrderQuantityLine",
        "price": source["unit-price"],
        "account": source["account"],
        "account-allocations": copies,
        "requisition-line-id": source["id"],
        "requester": person,
    }
    return _line(seeder, place, values, total, at)


def _line(seeder: Seeder, place: int, values: dict[str, Any], total: Decimal, at: int) -> Record:
    standing = {
        "line-num": str(place + 1),
        "total": str(total),
        "accounting-total": str(total),
        "reporting-total": str(total),
        "accounting-total-currency": 1,
        "invoiced": "0.0",
        "received": 0 if place % 2 else "0.0",
        "status": "created",
        "match-type": "3-way" if place % 2 == 0 else "2-way",
        "receipt-required": place % 2 == 0,
        "savings-pct": "0.0",
        "source-part-num": "",
        "supp-aux-part-num": "",
        "version": 1,
    }
    return seeder.add("order-line", {**standing, **values}, at=at)


def _header(
    seeder: Seeder,
    number: int,
    supplier: Record,
    state: str,
    lines: list[Record],
    at: int,
    base: dict[str, Any],
) -> Record:
    total = sum((Decimal(one["total"]) for one in lines), Decimal(0))
    id_ = seeder.store.tables["order"].next_id
    exported = number % 4 == 0
    values = {
        "po-number": str(5000 + id_) if id_ % 12 else f"PO-{id_}/A",
        "status": state,
        "transmission-status": SENT.get(state, "sent_via_email"),
        "transmission-method-override": "supplier_default",
        "version": 1 + number % 3,
        "internal-revision": 1 + number % 4,
        "acknowledged-flag": number % 5 == 0,
        "acknowledged-at": at + DAY if number % 5 == 0 else None,
        "exported": exported,
        "last-exported-at": at + DAY if exported else None,
        "payment-method": "invoice",
        "price-hidden": False,
        "ship-to-attention": "Goods in, Dock [3]" if number % 3 else None,
        "total": str(total),
        "custom-fields": {
            "cf-erp-po-number": f"45{number:08d}" if exported else None,
            "cf-urgent": number % 6 == 0,
            "cf-project": number % 120 + 1 if number % 4 else None,
            "cf-sponsor": 16 + number % 30 if number % 5 == 0 else None,
            "cf-freight-budget": "125.5000" if number % 3 == 0 else None,
        },
        "legacy-buyer-code": ("", "B7", None)[number % 3],
        "currency": lines[0]["currency"],
        "payment-term": supplier.get("payment-term"),
        "shipping-term": supplier.get("shipping-term"),
        "supplier": supplier["id"],
        "supplier-site": next(iter(supplier["supplier-sites"]), None),
        "order-lines": [one["id"] for one in lines],
        "updated-at": seeder.later(at),
        **base,
    }
    order = seeder.add("order", values, at=at)
    for line in lines:
        line["order-header-id"], line["order-header-number"] = order["id"], order["po-number"]
    return order


def outside(seeder: Seeder, number: int, state: str) -> None:
    """An order made in another system: no requisition behind it."""
    at, supplier = seeder.moment(), seeder.supplier()
    lines = []
    for place in range(8 if number % 12 == 0 else 1 + number % 3):
        price, quantity = seeder.price(), ("2", "5.5", None)[(number + place) % 3]
        total = line_total(quantity, price)
        values = {
            "description": GOODS[(number + place) % len(GOODS)],
            "quantity": quantity,
            "price": price,
            "type": "OrderAmountLine" if quantity is None else "OrderQuantityLine",
            "currency": 1,
            "supplier": supplier["id"],
            "uom": None if quantity is None else 1,
            "commodity": number % 20 + 1,
            "requester": 16,
            "need-by-date": seeder.midnight(at) + 14 * DAY,
            "department": number % 24 + 1,
            **split(seeder, "order-line-allocation", number + place, total, at),
        }
        lines.append(_line(seeder, place, values, total, at))
    base = {"type": "ExternalOrderHeader", "ship-to-address": 1, "ship-to-user": 16 + number % 30}
    _header(seeder, number, supplier, state, lines, at, base)


def _receipt(seeder: Seeder, order: Record, line: Record, at: int) -> None:
    amount = line["quantity"] or line["price"]
    line.update({"received": str(Decimal(amount)), "status": "received", "updated-at": at})
    values = {
        "type": "InventoryReceipt" if line["quantity"] else "ReceivingAmountConsumption",
        "status": "created",
        "barcode": "",
        "rfid-tag": "",
        "exported": False,
        "price": line["price"],
        "quantity": amount if line["quantity"] else None,
        "total": line["total"],
        "transaction-date": at,
        "account": line["account"],
        "item": line["item"],
        "order-line": line["id"],
        "uom": line["uom"],
    }
    seeder.add("receipt", values, at=at)

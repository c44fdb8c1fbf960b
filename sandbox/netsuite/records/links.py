"""Lines that take over lines of an order: bills and receipts made of it, and what is left to take over."""

from sandbox.netsuite.documents import lines_of, settle
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.refusals import broken_rule, invalid_value
from sandbox.netsuite.store import Row

LINKS = {"VendBill": "OrdBill", "ItemRcpt": "ShipRcpt"}
TAKEN = {"VendBill": "quantitybilled", "ItemRcpt": "quantityshiprecv"}


def follow_orders(desk: Desk, id_: int) -> None:
    """Links the lines of a bill or receipt to those of orders that they name. Raises Refusal where there are none."""
    store, row = desk.store, desk.store.need("transaction", id=id_)
    linktype = LINKS.get(row["type"])
    if linktype is None:
        return
    before = {
        link["previousdoc"] for link in store.rows("nexttransactionlinelink", nextdoc=id_, linktype=linktype)
    }
    store.delete("nexttransactionlinelink", nextdoc=id_, linktype=linktype)
    for place, line in enumerate(lines_of(store, id_)):
        if line["orderdoc"] is not None:
            _link(desk, row, line, linktype, f"item.items[{place}].orderLine")
    named = {line["orderdoc"] for line in lines_of(store, id_) if line["orderdoc"] is not None}
    for order in before | named:
        settle(store, order, desk.now)


def _link(desk: Desk, row: Row, line: Row, linktype: str, at: str) -> None:
    lines = {one["linesequencenumber"]: one for one in lines_of(desk.store, line["orderdoc"])}
    source = lines.get(line["orderline"])
    order = desk.store.need("transaction", id=line["orderdoc"])
    if source is None or order["type"] != "PurchOrd" or order["entity"] != row["entity"]:
        raise invalid_value(line["orderline"], "orderLine", at)
    values = {
        "previousdoc": order["id"],
        "previousline": source["id"],
        "previoustype": order["type"],
        "nextdoc": row["id"],
        "nextline": line["id"],
        "nexttype": row["type"],
        "linktype": linktype,
        "foreignamount": line["foreignamount"],
        "lastmodifieddate": desk.now,
    }
    desk.store.insert("nexttransactionlinelink", values)


def left_of(desk: Desk, order: Row, target: str) -> list[tuple[Row, float | None]]:
    """Lines of an order with the quantity that is left to bill or receive; None for lines without one."""
    if order["status"] in ("A", "C", "H", "P"):
        raise broken_rule("The order is not open for this transaction.")
    found: list[tuple[Row, float | None]] = []
    for line in lines_of(desk.store, order["id"]):
        if line["isclosed"] == "T" or (target == "ItemRcpt" and line["item"] is None):
            continue
        if line["quantity"] is None:
            followed = desk.store.one(
                "nexttransactionlinelink", previousdoc=order["id"], previousline=line["id"]
            )
            found += [] if followed else [(line, None)]
        elif line["quantity"] > (line[TAKEN[target]] or 0):
            found.append((line, line["quantity"] - (line[TAKEN[target]] or 0)))
    return found

"""Sublists in a write: which lines are changed, added and removed, and what a line has that nobody wrote."""

from collections.abc import Mapping
from typing import Any

from sandbox.netsuite.documents import KINDS, cents, line_flags
from sandbox.netsuite.records.body import Body
from sandbox.netsuite.records.kinds import Sublist
from sandbox.netsuite.records.refusals import invalid_value
from sandbox.netsuite.records.show import ADDRESS, number_of, rows_of, sign_of
from sandbox.netsuite.store import Row

MOST = 10_000
BASE = 1  # the price level that sales start from


def write_sublist(body: Body, sublist: Sublist, row: Row, given: Any, *, replace: bool) -> None:
    """Keyed lines that match are changed, the others are added; `replace` removes those that are not named, or where
    lines have no key, all that were there. Raises Refusal."""
    items = given.get("items") if isinstance(given, dict) else None
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items) or len(items) > MOST:
        raise invalid_value(given, sublist.name, sublist.name)
    known = (
        {str(number_of(sublist, line)): line for line in rows_of(body.desk, sublist, row)}
        if sublist.key
        else {}
    )
    kept = set()
    if replace and not sublist.key:
        body.desk.store.delete(sublist.table, **{sublist.owner: row["id"]})
    for place, item in enumerate(items):
        at = f"{sublist.name}.items[{place}]."
        key = str(item.get("line" if sublist.key == "line" else "internalId"))
        if key in known:
            kept.add(key)
        _write_line(body, sublist, row, known.get(key), item, at)
    for key in set(known) - kept if replace else ():
        _remove(body, sublist, known[key])


def _write_line(
    body: Body, sublist: Sublist, row: Row, line: Row | None, given: Mapping[str, Any], at: str
) -> None:
    others = frozenset({"addressbookaddress", "grossamt"})
    values = body.columns(sublist.table, sublist.properties, given, at, others, sign_of(row))
    if sublist.table == "transactionline":
        _write_document_line(body, sublist, row, line, values, at)
    elif sublist.subrecord:
        _write_address(body, sublist, row, line, values, given, at)
    else:
        body.desk.store.insert(sublist.table, {**values, sublist.owner: row["id"]})


def _write_document_line(
    body: Body, sublist: Sublist, row: Row, line: Row | None, values: Row, at: str
) -> None:
    store, now = body.desk.store, body.desk.now
    if line is not None:
        merged = {**line, **values}
        priced = _priced(row, merged, values)
        changed = {**values, **priced, "linelastmodifieddate": now}
        store.update("transactionline", {"uniquekey": line["uniquekey"]}, changed)
        return
    what = "item" if sublist.name == "item" else "expenseaccount"
    if values.get(what) is None and values.get("category") is None:
        name = "item" if what == "item" else "account"
        raise invalid_value(None, name, f"{at}{name}")
    others = store.rows("transactionline", transaction=row["id"])
    place = max((one["id"] for one in others), default=0) + 1
    start = {
        **line_flags(),
        "transaction": row["id"],
        "id": place,
        "uniquekey": store.next_id("transactionline"),
        "subsidiary": row["subsidiary"],
        "linelastmodifieddate": now,
        **_of_item(body, row, values),
        **values,
        "linesequencenumber": _place(values, others, place),
    }
    store.insert("transactionline", {**start, **_priced(row, start, values)})


def _place(values: Row, others: list[Row], place: int) -> int:
    wanted = values.get("linesequencenumber")
    taken = {one["linesequencenumber"] for one in others}
    return int(wanted) if wanted and wanted not in taken else max({place, *(one + 1 for one in taken)})


def _of_item(body: Body, row: Row, values: Row) -> Row:
    """What a new line takes from its item."""
    store, sign = body.desk.store, KINDS[row["type"]].sign
    if values.get("item") is None:
        category = store.one("expensecategory", id=values.get("category"))
        return {"expenseaccount": category["expenseacct"] if category else None}
    item = store.need("item", id=values["item"])
    price = store.one("pricing", item=item["id"], pricelevel=BASE, quantity=0)
    sale = price["unitprice"] if price else None
    text = item["description"] if sign < 0 else item["purchasedescription"] or item["description"]
    return {
        "itemtype": item["itemtype"],
        "quantity": sign,
        "rate": sale if sign < 0 else item["cost"] or item["lastpurchaseprice"],
        "memo": text,
        "expenseaccount": item["incomeaccount"] if sign < 0 else item["expenseaccount"],
    }


def _priced(row: Row, line: Row, given: Row) -> Row:
    """Amount and rate follow from one another; what was written last counts."""
    amount = "estimatedamount" if row["type"] == "PurchReq" else "foreignamount"
    found: Row = {}
    quantity = line.get("quantity")
    if given.get(amount) is not None and "rate" not in given and quantity:
        found["rate"] = round(given[amount] / quantity, 8)
    elif given.get(amount) is None and line.get("rate") is not None and quantity is not None:
        found[amount] = cents(line["rate"] * quantity)
    elif given.get(amount) is None and line.get(amount) is None:
        found[amount] = 0
    if row["type"] == "PurchReq":
        return {**found, "foreignamount": 0, "entity": line.get("povendor")}
    return {**found, "netamount": found.get("foreignamount", line.get("foreignamount"))}


def _write_address(
    body: Body, sublist: Sublist, row: Row, line: Row | None, values: Row, given: Mapping[str, Any], at: str
) -> None:
    store = body.desk.store
    place = given.get("addressBookAddress", given.get("addressbookaddress"))
    nkey = line["addressbookaddress"] if line else store.next_id("address")
    if isinstance(place, dict):
        read_address(body, sublist.subrecord, nkey, place, f"{at}addressBookAddress.", new=line is None)
    elif line is None:
        raise invalid_value(place, "addressBookAddress", f"{at}addressBookAddress")
    for side in ("defaultbilling", "defaultshipping"):
        if values.get(side) == "T":
            store.update(sublist.table, {sublist.owner: row["id"]}, {side: "F"})
    if line is not None:
        store.update(sublist.table, {"internalid": line["internalid"]}, values)
        return
    flags = {"defaultbilling": "F", "defaultshipping": "F"}
    book = {"internalid": nkey, "addressbookaddress": nkey, sublist.owner: row["id"]}
    store.insert(sublist.table, {**flags, **values, **book})


def read_address(body: Body, table: str, nkey: int, given: Mapping[str, Any], at: str, *, new: bool) -> None:
    """Writes an address, whose text follows from its parts."""
    store = body.desk.store
    values = body.columns(table, ADDRESS, given, at, frozenset({"override"}))
    if new:
        store.insert(table, {"nkey": nkey})
    store.update(table, {"nkey": nkey}, values)
    now = store.need(table, nkey=nkey)
    place = " ".join(filter(None, (now["city"], now["state"], now["zip"])))
    parts = (now["addressee"], now["addr1"], now["addr2"], place, now["country"])
    store.update(table, {"nkey": nkey}, {"addrtext": "\n".join(filter(None, parts))})


def _remove(body: Body, sublist: Sublist, line: Row) -> None:
    column = "uniquekey" if sublist.table == "transactionline" else "internalid"
    body.desk.store.delete(sublist.table, **{column: line[column]})

"""What is done with a record by a path of its own: transforms into the document that follows, members of groups."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.netsuite.answers import not_found
from sandbox.netsuite.call import Call
from sandbox.netsuite.records import keeping
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.links import left_of
from sandbox.netsuite.records.refusals import broken_rule, invalid_value, malformed
from sandbox.netsuite.records.serve import body_of, desk_of, given_of, replaced, written
from sandbox.netsuite.store import Row

FOLLOW = {
    ("purchaseorder", "vendorbill"),
    ("purchaseorder", "itemreceipt"),
    ("vendorbill", "vendorpayment"),
    ("invoice", "customerpayment"),
}
DIMENSIONS = ("department", "class", "location", "cseg_region", "cseg_channel", "custcol_cost_code")


async def transform(call: Call) -> Response:
    """A new document made of another; the body overrides what it takes over."""
    desk = desk_of(call)
    type_, target = (desk.type_named(call.params[name]) for name in ("type", "target"))
    row = desk.need(type_, call.params["id"])
    if (type_.path, target.path) not in FOLLOW:
        raise malformed(f"A {type_.name} cannot be transformed to {target.name}.")
    given, body = await given_of(call, empty=True), body_of(call, desk)
    if type_.path == "purchaseorder":
        start = _of_order(desk, row, target, given, only="item" in replaced(call))
    else:
        start = _of_bill(row, given)
    return written(body, desk, target, keeping.create(desk, target, start, body))


def _of_bill(row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    if row["status"] not in ("A", "F"):
        raise broken_rule("The document has no amount due.")
    party = {name: {"id": row[name]} for name in ("entity", "currency", "subsidiary")}
    return {**party, "apply": {"items": [{"doc": {"id": row["id"]}, "apply": True}]}, **given}


def _of_order(
    desk: Desk, row: Row, target: RecordType, given: Mapping[str, Any], *, only: bool
) -> dict[str, Any]:
    """`only` takes over the lines that the body names, else all that have something left."""
    written_ = _overrides(given)
    lists: dict[str, list[dict[str, Any]]] = {"item": [], "expense": []}
    for line, left in left_of(desk, row, target.where["type"]):
        override = written_.get(line["linesequencenumber"])
        if (override is None and only) or (override or {}).get("itemReceive") is False:
            continue
        kind = "item" if line["item"] is not None else "expense"
        if kind in target.sublists:
            lists[kind].append(_taken(row, line, left, override or {}))
    if not any(lists.values()):
        raise broken_rule("There is nothing left of the order for this transaction.")
    names = ("entity", "currency", "subsidiary", "department", "class", "location", "terms", "cseg_region")
    party = {name: {"id": row[name]} for name in names if row[name] is not None and name in target.properties}
    own = {name: value for name, value in given.items() if name.lower() not in ("item", "expense")}
    created = {"createdFrom": {"id": row["id"]}} if "createdfrom" in target.properties else {}
    lines = {name: {"items": items} for name, items in lists.items() if items}
    return {**party, "exchangeRate": row["exchangerate"], **created, **lines, **own}


def _overrides(given: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Lines of the body by the line of the order that they are about."""
    found: dict[int, dict[str, Any]] = {}
    for name in ("item", "expense"):
        listed = given.get(name, {"items": []})
        items = listed.get("items") if isinstance(listed, dict) else None
        if not isinstance(items, list) or not all(isinstance(line, dict) for line in items):
            raise invalid_value(listed, name, name)
        for place, line in enumerate(items):
            number = line.get("orderLine", line.get("line"))
            if not isinstance(number, int):
                raise invalid_value(number, "orderLine", f"{name}.items[{place}].orderLine")
            found[number] = line
    return found


def _taken(order: Row, line: Row, left: float | None, override: Mapping[str, Any]) -> dict[str, Any]:
    """A line as somebody would write it who takes over one of an order."""
    what: dict[str, Any]
    if line["item"] is not None:
        what = {
            "item": {"id": line["item"]},
            "description": line["memo"],
            "quantity": left,
            "rate": line["rate"],
        }
    else:
        what = {
            "account": {"id": line["expenseaccount"]},
            "memo": line["memo"],
            "amount": line["foreignamount"],
        }
    for name in DIMENSIONS:
        if line[name] is not None:
            what[name] = line[name] if name.startswith("custcol") else {"id": line[name]}
    changed = {
        name: value for name, value in override.items() if name not in ("line", "orderLine", "itemReceive")
    }
    source = {"orderDoc": {"id": order["id"]}, "orderLine": line["linesequencenumber"]}
    return {**what, **changed, **source}


async def attach(call: Call) -> Response:
    """An employee becomes a member of a group."""
    desk, group, employee = _membership(call)
    if not desk.store.one("entitygroupmember", group=group["id"], employeemember=employee["id"]):
        member = {
            "group": group["id"],
            "employeemember": employee["id"],
            "name": employee["entityid"],
            "isinactive": "F",
        }
        desk.store.insert("entitygroupmember", member)
        desk.store.update("entitygroup", {"id": group["id"]}, {"lastmodifieddate": desk.now})
    return Response(status_code=204)


async def detach(call: Call) -> Response:
    desk, group, employee = _membership(call)
    desk.store.delete("entitygroupmember", group=group["id"], employeemember=employee["id"])
    desk.store.update("entitygroup", {"id": group["id"]}, {"lastmodifieddate": desk.now})
    return Response(status_code=204)


def _membership(call: Call) -> tuple[Desk, Row, Row]:
    desk = desk_of(call)
    type_, other = desk.type_named(call.params["type"]), desk.type_named(call.params["other"])
    if (type_.path, other.path) != ("entitygroup", "employee"):
        raise not_found()
    group, employee = desk.need(type_, call.params["id"]), desk.need(other, call.params["other_id"])
    if group["isdynamic"] == "T":
        raise broken_rule("Members of a dynamic group follow from its saved search.")
    return desk, group, employee

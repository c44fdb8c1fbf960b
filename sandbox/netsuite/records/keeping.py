"""Creates, changes and deletes records under NetSuite's rules; what follows in other records follows at once."""

from collections.abc import Mapping
from typing import Any

from sandbox.netsuite.catalog import LISTS, STATUSES
from sandbox.netsuite.documents import KINDS, lines_of, settle
from sandbox.netsuite.records.body import PARTIES, Body
from sandbox.netsuite.records.defaults import APPROVALS, completed, following, hierarchy, period_of
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.lines import read_address, write_sublist
from sandbox.netsuite.records.links import follow_orders
from sandbox.netsuite.records.payments import write_applied
from sandbox.netsuite.records.refusals import broken_rule, duplicate, invalid_value, missing
from sandbox.netsuite.store import Row

ORDER_LETTERS = ("A", "B", "P")  # those that a write may set; the others follow from receipts and bills


def create(desk: Desk, type_: RecordType, given: Mapping[str, Any], body: Body) -> int:
    """The new record's id. Raises Refusal."""
    with desk.store.transaction():
        values = _columns(desk, type_, given, body)
        _check_needed(desk, type_, values)
        if values.get("savedsearch") is not None:
            raise broken_rule("Dynamic groups cannot be created.", "savedSearch")
        row = completed(desk, type_, values)
        row |= hierarchy(desk, type_, row)
        _check_unique(desk, type_, row)
        row = desk.store.insert(type_.table, row)
        _write_parts(desk, type_, row, given, body, replace=frozenset())
        if type_.document and type_.sublists and not lines_of(desk.store, row["id"]):
            raise broken_rule("You must enter at least one line item for this transaction.")
        if relations := _relations(type_, row):
            relation = {
                "entity": row["id"],
                "subsidiary": row["subsidiary"],
                "isprimarysub": "T",
                "balance": 0,
            }
            desk.store.insert(relations, relation)
        _settle(desk, type_, row["id"])
    return int(row["id"])


def update(
    desk: Desk,
    type_: RecordType,
    row: Row,
    given: Mapping[str, Any],
    body: Body,
    replace: frozenset[str] = frozenset(),
    *,
    selected: bool = False,
) -> None:
    """`replace` names sublists in lower case; with `selected` only fields among them are cleared by null."""
    with desk.store.transaction():
        values = _columns(desk, type_, given, body)
        if selected:
            values = {name: value for name, value in values.items() if value is not None or name in replace}
        cleared = [name for name in type_.needed if name in values and values[name] is None]
        if cleared:
            raise missing(type_.properties[cleared[0]].name)
        now = {**row, **values}
        values |= hierarchy(desk, type_, now)
        values |= {
            name: text for name, text in following(type_, now).items() if name in ("altname", "fullname")
        }
        if relations := _relations(type_, values):
            primary = {"entity": row["id"], "isprimarysub": "T"}
            desk.store.update(relations, primary, {"subsidiary": values["subsidiary"]})
        _check_unique(desk, type_, {**row, **values}, but=row["id"])
        if "lastmodifieddate" in row:
            values["lastmodifieddate"] = desk.now
        if type_.document:
            values |= {"lastmodifiedby": desk.user, **_approval(row, values), **_dated(desk, row, values)}
        desk.store.update(type_.table, {"id": row["id"]}, values)
        _write_parts(desk, type_, {**row, **values}, given, body, replace)
        _settle(desk, type_, row["id"])


def _relations(type_: RecordType, values: Row) -> str | None:
    """The table that says with which subsidiaries an entity deals, where the values name one."""
    deals = type_.table in ("vendor", "customer") and values.get("subsidiary")
    return f"{type_.table}subsidiaryrelationship" if deals else None


def _columns(desk: Desk, type_: RecordType, given: Mapping[str, Any], body: Body) -> Row:
    if type_.document:
        body.party = PARTIES[type_.where["type"]]
    parts = {*type_.sublists, *(name.lower() for name in (*type_.computed, *type_.subrecords))}
    values = body.columns(type_.table, type_.properties, given, "", frozenset(parts))
    if "orderStatus" in type_.computed and "orderStatus" in given:
        letter = (
            given["orderStatus"].get("id") if isinstance(given["orderStatus"], dict) else given["orderStatus"]
        )
        if letter not in ORDER_LETTERS:
            raise invalid_value(letter, "orderStatus", "orderStatus")
        values["status"] = letter
    return values


def _check_needed(desk: Desk, type_: RecordType, values: Row) -> None:
    for name in type_.needed:
        if values.get(name) is None and desk.account.has(type_.table, name):
            raise missing(type_.properties[name].name)
    if type_.table in ("vendor", "customer"):
        wanted = "lastName" if values.get("isperson") == "T" else "companyName"
        if values.get(wanted.lower()) is None and values.get("entityid") is None:
            raise missing(wanted)


def _check_unique(desk: Desk, type_: RecordType, row: Row, but: int | None = None) -> None:
    for name in (*type_.unique, "externalid"):
        if row.get(name) is None:
            continue
        where = {name: row[name], **(type_.where if name == "externalid" else {})}
        if any(one["id"] != but for one in desk.store.rows(type_.table, **where)):
            known = type_.properties.get(name)
            raise duplicate(known.name if known else name)


def _write_parts(
    desk: Desk, type_: RecordType, row: Row, given: Mapping[str, Any], body: Body, replace: frozenset[str]
) -> None:
    by_name = {name.lower(): value for name, value in given.items()}
    for name, sublist in type_.sublists.items():
        if name in by_name:
            write_sublist(body, sublist, row, by_name[name], replace=name in replace)
    for name, table in type_.subrecords.items():
        if isinstance(by_name.get(name.lower()), dict):
            _write_subrecord(desk, row, name, table, by_name[name.lower()], body)
    if "roles" in type_.computed and "roles" in by_name:
        _write_roles(desk, row, by_name["roles"], body, replace="roles" in replace)
    if "apply" in type_.computed and "apply" in by_name:
        write_applied(desk, row, by_name["apply"], body)


def _write_subrecord(
    desk: Desk, row: Row, name: str, table: str, given: Mapping[str, Any], body: Body
) -> None:
    known = row.get(name.lower())
    nkey = desk.store.next_id("address") if known is None else int(known)
    read_address(body, table, nkey, given, f"{name}.", new=known is None)
    desk.store.update("transaction", {"id": row["id"]}, {name.lower(): nkey})


def _write_roles(desk: Desk, row: Row, given: Any, body: Body, *, replace: bool) -> None:
    items = given.get("items") if isinstance(given, dict) else None
    if not isinstance(items, list):
        raise invalid_value(given, "roles", "roles")
    ids = [] if replace else [int(one) for one in filter(None, (row.get("rolesforsearch") or "").split(", "))]
    for place, item in enumerate(items):
        role = item.get("selectedRole", item) if isinstance(item, dict) else item
        id_ = role.get("id") if isinstance(role, dict) else role
        if not str(id_).isdigit() or desk.store.one("role", id=int(str(id_))) is None:
            raise invalid_value(id_, "selectedRole", f"roles.items[{place}].selectedRole")
        ids.append(int(str(id_)))
    desk.store.delete("employeerolesforsearch", entity=row["id"])
    for id_ in dict.fromkeys(ids):
        desk.store.insert("employeerolesforsearch", {"entity": row["id"], "role": id_})
    listed = ", ".join(str(id_) for id_ in dict.fromkeys(ids)) or None
    desk.store.update("employee", {"id": row["id"]}, {"rolesforsearch": listed})


def _approval(row: Row, values: Row) -> Row:
    """An approval that changes brings its letter, as long as nothing has gone on with the document."""
    letters = APPROVALS.get(row["type"], {})
    wanted = values.get("approvalstatus")
    if wanted is None or str(wanted) == str(row["approvalstatus"]):
        return {}
    if row["status"] not in letters.values():
        raise broken_rule(
            f"The approval status of a document that is {_text(row)} cannot be changed.", "approvalStatus"
        )
    return {"status": letters[str(wanted)]} if str(wanted) in letters else {}


def _text(row: Row) -> str:
    return STATUSES[row["type"]].get(row["status"], row["status"])


def _dated(desk: Desk, row: Row, values: Row) -> Row:
    day: str = values.get("trandate") or row["trandate"]
    return {"postingperiod": period_of(desk, day)} if KINDS[row["type"]].posting else {}


def _settle(desk: Desk, type_: RecordType, id_: int) -> None:
    if not type_.document:
        return
    follow_orders(desk, id_)
    settle(desk.store, id_, desk.now)
    row = desk.store.need("transaction", id=id_)
    label = f"{LISTS['trantype'][row['type']]} #{row['tranid'] or id_}"
    desk.store.update("transaction", {"id": id_}, {"trandisplayname": label})
    for link in desk.store.rows("nexttransactionlinelink", nextdoc=id_):
        settle(desk.store, link["previousdoc"], desk.now)

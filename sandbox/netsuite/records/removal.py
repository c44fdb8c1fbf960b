"""Deletes: what is still needed elsewhere is kept, what goes leaves a tombstone."""

from sandbox.netsuite.catalog import LISTS, TABLES
from sandbox.netsuite.documents import settle
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.refusals import has_dependents
from sandbox.netsuite.store import Row

# Columns whose rows go along with what they name.
OWN = {
    *(("entity", f"{who}addressbook") for who in ("vendor", "customer", "employee")),
    *(("entity", f"{who}subsidiaryrelationship") for who in ("vendor", "customer")),
    ("entity", "employeerolesforsearch"),
    *(("item", table) for table in ("pricing", "itemvendor", "inventoryitemlocations")),
    ("group", "entitygroupmember"),
    ("employeemember", "entitygroupmember"),
    ("user", "loginaudit"),
}
KEPT = ("createdby", "lastmodifiedby", "deletedby")  # who did something, which does not keep anybody


def delete(desk: Desk, type_: RecordType, row: Row) -> None:
    """Raises Refusal USER_ERROR where other records depend on it."""
    if type_.document:
        _check_links(desk, row)
    else:
        _check_references(desk, type_, row)
    with desk.store.transaction():
        remove(desk, type_, row)


def remove(desk: Desk, type_: RecordType, row: Row) -> None:
    """Without asking who needs it."""
    store, id_ = desk.store, row["id"]
    before = store.rows("nexttransactionlinelink", nextdoc=id_) if type_.document else []
    if type_.document:
        store.delete("nexttransactionlinelink", nextdoc=id_)
        store.delete("nexttransactionlinelink", previousdoc=id_)
        for table in ("transactionline", "transactionaccountingline"):
            store.delete(table, transaction=id_)
    for column, table in OWN:
        if TABLES[table].columns[column].target == type_.table:
            store.delete(table, **{column: id_})
    store.delete(type_.table, id=id_)
    for link in before:
        if store.one("transaction", id=link["previousdoc"]):
            settle(store, link["previousdoc"], desk.now)
    _bury(desk, type_, row)


def _bury(desk: Desk, type_: RecordType, row: Row) -> None:
    shown = TABLES[type_.table].shown
    stone = {
        "recordid": row["id"],
        "scriptid": type_.name.upper(),
        "type": LISTS["trantype"][row["type"]] if type_.document else type_.name[0].upper() + type_.name[1:],
        "name": row[shown] if shown else None,
        "deletedby": desk.user,
        "deleteddate": desk.now,
        "context": "REST Web Services",
        "iscustomrecord": "T" if type_.name.startswith("customrecord") else "F",
        "iscustomlist": "F",
        "iscustomtransaction": "F",
    }
    desk.store.insert("deletedrecord", stone)


def _check_links(desk: Desk, row: Row) -> None:
    """Paid bills, received or billed orders, ordered requisitions stay."""
    if desk.store.one("nexttransactionlinelink", previousdoc=row["id"]):
        raise has_dependents()


def _check_references(desk: Desk, type_: RecordType, row: Row) -> None:
    for table in TABLES.values():
        if table.view:
            continue
        for column in table.columns.values():
            points = column.kind == "ref" and column.target in (type_.table, *_also(type_))
            if not points or (column.name, table.name) in OWN or column.name in KEPT:
                continue
            if desk.store.one(table.name, **{column.name: row["id"]}):
                raise has_dependents()


def _also(type_: RecordType) -> tuple[str, ...]:
    return ("entity",) if type_.table in ("vendor", "customer", "employee") else ()

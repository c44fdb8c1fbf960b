"""What the work on records needs at hand: the store, the account as the role sees it, how links begin, who acts."""

from dataclasses import dataclass
from typing import Any

from sandbox.netsuite.account import Account
from sandbox.netsuite.answers import not_found
from sandbox.netsuite.catalog import TABLES, Column
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.types import DOCUMENT_TYPES, ITEM_TYPES, OF_TABLE, TYPES
from sandbox.netsuite.store import Row, Store

OF_ENTITY = {"Vendor": "vendor", "CustJob": "customer", "Employee": "employee"}


@dataclass(frozen=True)
class Desk:
    """`root` is what links begin with, `now` the stored time, `user` the employee who acts."""

    store: Store
    account: Account
    root: str
    now: str
    user: int

    def type_named(self, name: str) -> RecordType:
        """Without regard to case. Raises Refusal 404 for types that are not there, or not for this role."""
        found = TYPES.get(name.lower())
        if found is None or found.path in self.account.hidden or self.account.table(found.table) is None:
            raise not_found(f"Record type '{name}' does not exist.")
        return found

    def rows(self, type_: RecordType) -> list[Row]:
        return self.store.rows(type_.table, **type_.where)

    def find(self, type_: RecordType, id_: str) -> Row | None:
        """By internal id or `eid:…`."""
        if id_.startswith("eid:"):
            return self.store.one(type_.table, externalid=id_[4:], **type_.where)
        if not id_.lstrip("-").isdigit() or len(id_) > 18:
            return None
        return self.store.one(type_.table, id=int(id_), **type_.where)

    def need(self, type_: RecordType, id_: str) -> Row:
        """Raises Refusal 404."""
        found = self.find(type_, id_)
        if found is None:
            raise not_found()
        return found

    def self_link(self, path: str) -> list[dict[str, str]]:
        return [{"rel": "self", "href": f"{self.root}/record/v1/{path}"}]

    def reference(self, column: Column, id_: Any) -> dict[str, Any]:
        """A reference to a record or to a value of a list; `links` is empty where REST can't follow it."""
        type_ = None if column.kind == "list" else self.type_of(column.target, id_)
        found: dict[str, Any] = {
            "links": self.self_link(f"{type_.path}/{id_}") if type_ else [],
            "id": str(id_),
        }
        shown = self.store.shown(column, id_)
        return found if shown is None else {**found, "refName": shown}

    def type_of(self, table: str, id_: Any) -> RecordType | None:
        """The record type of a row that a reference leads to."""
        if table in OF_TABLE:
            return OF_TABLE[table]
        row = self.store.one(table, id=id_) if TABLES.get(table) and "id" in TABLES[table].columns else None
        if row is None:
            return None
        if table == "entity":
            return TYPES[OF_ENTITY[row["type"]]]
        if table == "transaction":
            return DOCUMENT_TYPES[row["type"]]
        return item_type(row) if table == "item" else None


def item_type(row: Row) -> RecordType | None:
    """The record type of an item."""
    fitting = (one for one in ITEM_TYPES if all(row[name] == value for name, value in one.where.items()))
    return next(fitting, None)

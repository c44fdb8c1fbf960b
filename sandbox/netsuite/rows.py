"""An account's records as the control API changes them, past all rules of NetSuite."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.netsuite.books import Books
from sandbox.netsuite.catalog import TABLES, Column
from sandbox.netsuite.documents import KINDS as DOCUMENTS
from sandbox.netsuite.documents import lines_of, named, settle
from sandbox.netsuite.moments import stored, stored_date
from sandbox.netsuite.people import ADA
from sandbox.netsuite.records import removal
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.types import TYPES
from sandbox.netsuite.store import Row

# Columns that no two records share: a copy gets its own.
NAMES = (
    "entityid",
    "companyname",
    "acctnumber",
    "itemid",
    "name",
    "groupname",
    "symbol",
    "tranid",
    "firstname",
)


class AccountRows:
    """Collections by record type (`vendorbill`) or, where REST has none, by table (`role`), without regard to case.

    Values by property or column: true and false, ISO dates and times in UTC, ids or `{"id": …}` for references.
    """

    def __init__(self, books: Books) -> None:
        self.books = books

    def ids(self, collection: str) -> list[int]:
        type_ = _type(collection)
        return [row["id"] for row in self.books.store.rows(type_.table, **type_.where)]

    def insert(self, collection: str, values: Mapping[str, Any]) -> int:
        """A copy of the newest record with its own id and names and with its lines, then the values given."""
        type_, store, now = _type(collection), self.books.store, self.books.now()
        rows = store.rows(type_.table, **type_.where)
        copied = dict(rows[-1]) if rows else dict(type_.where)
        source, id_ = copied.pop("id", None), store.next_id(TABLES[type_.table].numbers)
        copied |= {name: f"{copied[name]} {id_}" for name in NAMES if copied.get(name)}
        copied |= {name: now for name in ("datecreated", "createddate", "lastmodifieddate") if name in copied}
        copied |= {"id": id_, **({"externalid": None} if "externalid" in copied else {})}
        with store.transaction():
            store.insert(type_.table, {**copied, **_values(type_, values)})
            if type_.document:
                self._document(id_, source)
        return id_

    def _document(self, id_: int, source: int | None) -> None:
        """Names and lines of a copied document."""
        store, now = self.books.store, self.books.now()
        row = store.need("transaction", id=id_)
        store.update("transaction", {"id": id_}, named(DOCUMENTS[row["type"]], id_, row["tranid"]))
        for line in lines_of(store, source) if source is not None else ():
            own = {
                "transaction": id_,
                "uniquekey": store.next_id("transactionline"),
                "linelastmodifieddate": now,
            }
            store.insert("transactionline", {**line, **own})
        settle(store, id_, now)

    def change(self, collection: str, id_: int, values: Mapping[str, Any]) -> None:
        """Sets the values; the time of modification moves unless it is among them."""
        type_, store = _type(collection), self.books.store
        row = store.need(type_.table, id=id_, **type_.where)
        moved = {"lastmodifieddate": self.books.now()} if "lastmodifieddate" in row else {}
        store.update(type_.table, {"id": id_}, {**moved, **_values(type_, values)})

    def remove(self, collection: str, id_: int) -> None:
        """Whoever needs it; a tombstone stays."""
        type_, books = _type(collection), self.books
        row = books.store.need(type_.table, id=id_, **type_.where)
        with books.store.transaction():
            removal.remove(Desk(books.store, books.account, "", books.now(), ADA.entity), type_, row)


def _type(collection: str) -> RecordType:
    """Raises KeyError."""
    name = collection.lower()
    if name in TYPES:
        return TYPES[name]
    if TABLES[name].key != "id" or TABLES[name].view:
        raise KeyError(collection)
    return RecordType(name, name, {})


def _values(type_: RecordType, values: Mapping[str, Any]) -> Row:
    """Raises KeyError for a name that is not there."""
    found: Row = {}
    for name, value in values.items():
        known = type_.properties.get(name.lower())
        column = known.column if known else TABLES[type_.table].columns[name.lower()]
        found[column.name] = _stored(column, value)
    return found


def _stored(column: Column, value: Any) -> Any:
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str) and column.kind == "date":
        return stored_date(date.fromisoformat(value[:10]))
    if isinstance(value, str) and column.kind == "time":
        at = datetime.fromisoformat(value)
        return stored(at.astimezone(UTC) if at.tzinfo else at)
    return value

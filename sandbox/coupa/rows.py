"""Changes to records behind the API's back, for tests of crawls and of change feeds."""

from collections.abc import Mapping
from typing import Any

from sandbox.coupa import times
from sandbox.coupa.plans import dashed, own
from sandbox.coupa.schema import COLLECTIONS, KINDS, Field, Kind
from sandbox.coupa.store import Record
from sandbox.coupa.tenant import Tenant

UNIQUE = (
    "name",
    "code",
    "number",
    "login",
    "email",
    "invoice-number",
    "po-number",
    "item-number",
    "employee-number",
)


class TenantRows:
    """Collections by their path or, where they have none, by class name. Values as in answers; ids for associations."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def ids(self, collection: str) -> list[int]:
        return list(self.tenant.store.tables[_kind(collection).name].ids)

    def insert(self, collection: str, values: Mapping[str, Any]) -> int:
        """A copy of the newest record with its own id and names, then the values given."""
        kind, store = _kind(collection), self.tenant.store
        table = store.tables[kind.name]
        copied = self._copy(kind, table.rows[table.ids[-1]]) if table.ids else {}
        now = self.tenant.now()
        record = {**copied, "created-at": now, "updated-at": now}
        record.pop("id", None)
        record = store.insert(kind.name, record)
        for name in UNIQUE:
            if name in kind.fields and record.get(name):
                record[name] = f"{record[name]}-{record['id']}"[: kind.fields[name].length]
        self._set(kind, record, values)
        id_: int = record["id"]
        return id_

    def change(self, collection: str, id_: int, values: Mapping[str, Any]) -> None:
        """Sets the values; updated-at moves unless it is among them."""
        kind = _kind(collection)
        record = self.tenant.store.tables[kind.name].rows[id_]
        record["updated-at"] = self.tenant.now()
        self._set(kind, record, values)

    def remove(self, collection: str, id_: int) -> None:
        self.tenant.store.delete(_kind(collection).name, id_)

    def _copy(self, kind: Kind, record: Record) -> Record:
        """The record with copies of its own parts, such as lines."""
        copied = dict(record)
        for link in kind.links.values():
            target = KINDS.get(link.kind)
            if target and link.many and record.get(link.name) and (target.owned or link.kind == "order-line"):
                parts = [
                    self._copy(target, self.tenant.store.need(link.kind, id_)) for id_ in record[link.name]
                ]
                for part in parts:
                    part.pop("id", None)
                copied[link.name] = [self.tenant.store.insert(link.kind, part)["id"] for part in parts]
        return copied

    def _set(self, kind: Kind, record: Record, values: Mapping[str, Any]) -> None:
        for written, value in values.items():
            name = dashed(written)
            link = kind.links.get(name)
            if name == "custom-fields":
                record[name] = {**record.get(name, {}), **value}
            elif link:
                record[name] = [_id(one) for one in value] if link.many else _id(value)
            else:
                field = own(kind, name)
                record[name] = self._value(field, value) if field else value
        self.tenant.store.changed(kind.name)

    def _value(self, field: Field, value: Any) -> Any:
        return (
            times.read(value, self.tenant.zone) if field.type == "time" and isinstance(value, str) else value
        )


def _kind(collection: str) -> Kind:
    return COLLECTIONS.get(collection) or KINDS[collection]


def _id(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value

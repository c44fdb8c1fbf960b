"""The tenant's records: one table per object class, associations followed by id."""

from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.coupa.schema import CLASSES, KINDS, Kind, Link

Record = dict[str, Any]


class Table:
    """Records by id. A record holds scalars by dashed name, single associations as an id, collections as a list of ids.

    Keys that start with `~` are the stand-in's own notes: `~missing` (names left out of full answers), `~deleted`.
    """

    def __init__(self) -> None:
        self.rows: dict[int, Record] = {}
        self.ids: list[int] = []
        self.next_id = 1
        self._indexes: dict[str, dict[Any, list[int]]] = {}

    def copy(self) -> "Table":
        """Records are copied, the lists in them shared: they are replaced, never changed."""
        copied = Table()
        copied.rows = {id_: dict(record) for id_, record in self.rows.items()}
        copied.ids, copied.next_id = list(self.ids), self.next_id
        return copied

    def insert(self, record: Record) -> Record:
        id_ = record.setdefault("id", self.next_id)
        self.next_id = max(self.next_id, id_ + 1)
        if id_ not in self.rows:
            insort(self.ids, id_)
        self.rows[id_] = record
        self._indexes.clear()
        return record

    def delete(self, id_: int) -> None:
        del self.rows[id_]
        self.ids.remove(id_)
        self._indexes.clear()

    def changed(self) -> None:
        self._indexes.clear()

    def where(self, field: str, value: Any) -> list[Record]:
        """Records whose `field` is `value`, by id."""
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for id_ in self.ids:
                index.setdefault(self.rows[id_].get(field), []).append(id_)
        return [self.rows[id_] for id_ in index.get(value, ())]


class Store:
    """All tables of one tenant. `generation` moves with every change, so that answers can be kept between changes."""

    def __init__(self) -> None:
        self.tables = {name: Table() for name in KINDS}
        self.generation = 0
        self._journal: list[tuple[str, int, Record | None]] | None = None

    def copy(self) -> "Store":
        copied = Store()
        copied.tables = {name: table.copy() for name, table in self.tables.items()}
        return copied

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Changes inside count together or, where an exception leaves the block, not at all."""
        self._journal, done = [], False
        try:
            yield
            done = True
        finally:
            journal, self._journal = self._journal, None
            if not done:
                self._undo(journal)

    def insert(self, kind: str, record: Record) -> Record:
        self.generation += 1
        inserted = self.tables[kind].insert(record)
        if self._journal is not None:
            self._journal.append((kind, inserted["id"], None))
        return inserted

    def set(self, kind: str, record: Record, values: Record) -> None:
        """Changes a record's values; lists among them are new ones, never the old changed in place."""
        if self._journal is not None:
            self._journal.append((kind, record["id"], dict(record)))
        record.update(values)
        self.changed(kind)

    def delete(self, kind: str, id_: int) -> None:
        if self._journal is not None:
            self._journal.append((kind, id_, dict(self.tables[kind].rows[id_])))
        self.generation += 1
        self.tables[kind].delete(id_)

    def _undo(self, journal: list[tuple[str, int, Record | None]]) -> None:
        for kind, id_, old in reversed(journal):
            table = self.tables[kind]
            if old is None:
                table.delete(id_)
            elif id_ in table.rows:
                table.rows[id_].clear()
                table.rows[id_].update(old)
            else:
                table.insert(old)
            self.changed(kind)

    def changed(self, kind: str) -> None:
        self.generation += 1
        self.tables[kind].changed()

    def get(self, kind: str, id_: Any) -> Record | None:
        return self.tables[kind].rows.get(id_)

    def need(self, kind: str, id_: Any) -> Record:
        return self.tables[kind].rows[id_]

    def all(self, kind: str) -> Iterator[Record]:
        table = self.tables[kind]
        return (table.rows[id_] for id_ in table.ids)

    def where(self, kind: str, field: str, value: Any) -> list[Record]:
        return self.tables[kind].where(field, value)

    def follow(self, kind: Kind, link: Link, record: Record) -> tuple[str, list[Record]]:
        """The class and records an association leads to; a single one gives at most one record."""
        derived = (
            DERIVED.get(link.name) if link.name in DERIVED and kind.name in DERIVED_IN[link.name] else None
        )
        if derived:
            return derived(self, kind, record)
        if link.kind == "none":
            return "none", []
        if link.kind.startswith("@"):
            target = CLASSES.get(record.get(link.kind[1:], ""), "user")
            ids = [record.get(link.name + "-id")]
        else:
            target, value = link.kind, record.get(link.name)
            ids = value or [] if link.many else [value]
        rows = self.tables[target].rows
        return target, [rows[id_] for id_ in ids if id_ in rows]


def approvals(store: Store, kind: Kind, record: Record) -> list[Record]:
    """A document's approvals in the order of its chain."""
    found = store.where("approval", "approvable-id", record["id"])
    mine = [one for one in found if CLASSES.get(one["approvable-type"]) == kind.name]
    return sorted(mine, key=lambda one: (one["position"], one["id"]))


def current_approval(store: Store, kind: Kind, record: Record) -> Record | None:
    pending = (one for one in approvals(store, kind, record) if one["status"] == "pending_approval")
    return next(pending, None)


def _approvals(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    return "approval", approvals(store, kind, record)


def _current_approval(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    current = current_approval(store, kind, record)
    return "approval", [current] if current else []


def _current_approver(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    current = current_approval(store, kind, record)
    if not current or current["approver-type"] != "User":
        return "user", []
    return "user", [store.need("user", current["approver-id"])]


def _nothing(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    return "approval", []


def _groups_of_user(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    found = store.where("user-group-membership", "user", record["id"])
    return "user-group", [store.need("user-group", one["user-group"]) for one in found]


def _users_of_group(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
    found = store.where("user-group-membership", "user-group", record["id"])
    return "user", [store.need("user", one["user"]) for one in found]


def _belonging(
    target: str, id_field: str, type_field: str
) -> Callable[[Store, Kind, Record], tuple[str, list[Record]]]:
    def follow(store: Store, kind: Kind, record: Record) -> tuple[str, list[Record]]:
        found = store.where(target, id_field, record["id"])
        return target, [one for one in found if CLASSES.get(one.get(type_field, "")) == kind.name]

    return follow


DOCUMENTS = frozenset(
    {"requisition", "order", "invoice", "expense-report", "contract", "order-change", "receipt"}
)
DERIVED: dict[str, Callable[[Store, Kind, Record], tuple[str, list[Record]]]] = {
    "approvals": _approvals,
    "current-approval": _current_approval,
    "current-approver-association": _current_approver,
    "current-parallel-approvals": _nothing,
    "user-groups": _groups_of_user,
    "users": _users_of_group,
    "comments": _belonging("comment", "commentable-id", "commentable-type"),
    "attachments": _belonging("attachment", "attachable-id", "attachable-type"),
    "current-integration-history-records": _belonging(
        "integration-history-record", "document-id", "document-type"
    ),
}
DERIVED_IN: dict[str, frozenset[str]] = {
    "approvals": DOCUMENTS,
    "current-approval": DOCUMENTS,
    "current-approver-association": DOCUMENTS,
    "current-parallel-approvals": DOCUMENTS,
    "user-groups": frozenset({"user"}),
    "users": frozenset({"user-group"}),
    "comments": frozenset({"expense-report"}),
    "attachments": DOCUMENTS,
    "current-integration-history-records": DOCUMENTS,
}

"""The account's records: every documented table in one SQLite database in memory, read by SuiteQL and REST alike."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sandbox.netsuite.catalog import LISTS, STATUSES, TABLES, Column, Table

Row = dict[str, Any]
AFFINITIES = {"num": "NUMERIC", "ref": "NUMERIC", "list": "NUMERIC"}
INDEXES = {
    "transactionline": ("transaction", "item"),
    "transaction": ("entity", "type"),
    "transactionaccountingline": ("transaction",),
    "nexttransactionlinelink": ("previousdoc", "nextdoc"),
    "pricing": ("item",),
    "itemvendor": ("item",),
    "vendoraddressbook": ("entity",),
    "customeraddressbook": ("entity",),
    "employeeaddressbook": ("entity",),
    "vendorsubsidiaryrelationship": ("entity",),
    "customersubsidiaryrelationship": ("entity",),
    "entitygroupmember": ("group",),
    "inventoryitemlocations": ("item",),
}


class Store:
    """Rows are plain dicts by column; absent values are None. `last` holds the last number given out by sequence.

    `generation` moves with every change, `changed` is when the last one was, by `clock`.
    """

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.last: dict[str, int] = {}
        self.clock: Callable[[], float] = float
        self.generation, self.changed = 0, 0.0
        for table in sorted(TABLES.values(), key=lambda one: bool(one.view)):
            self.db.execute(_definition(table))
        for name, columns in INDEXES.items():
            for column in columns:
                self.db.execute(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
        self._lists()

    def saved(self) -> tuple[bytes, dict[str, int]]:
        """Everything that the store holds."""
        return self.db.serialize(), dict(self.last)

    def restore(self, image: bytes, last: Mapping[str, int]) -> None:
        """Holds what another store has saved, instead of what it held."""
        self.db.deserialize(image)
        self.last = dict(last)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Changes inside count together or, where an exception leaves the block, not at all."""
        self.db.execute("SAVEPOINT deed")
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                self.db.execute("ROLLBACK TO deed")
            self.db.execute("RELEASE deed")

    def next_id(self, sequence: str, gap: int = 0) -> int:
        self.last[sequence] = self.last.get(sequence, 0) + 1 + gap
        return self.last[sequence]

    def insert(self, name: str, values: Mapping[str, Any]) -> Row:
        """The row as it is stored; it gets the next number of its table unless it brings one."""
        table, row = TABLES[name], dict(values)
        if table.key and row.get(table.key) is None:
            row[table.key] = self.next_id(table.numbers)
        if table.key:
            self.last[table.numbers] = max(self.last.get(table.numbers, 0), int(row[table.key]))
        columns = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" * len(row))
        self.db.execute(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', list(row.values()))  # noqa: S608
        self._touch()
        return row

    def update(self, name: str, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        if values:
            sets = ", ".join(f'"{column}" = ?' for column in values)
            condition, bound = _where(where)
            self.db.execute(f'UPDATE "{name}" SET {sets}{condition}', [*values.values(), *bound])  # noqa: S608
            self._touch()

    def delete(self, name: str, **where: Any) -> None:
        condition, bound = _where(where)
        self.db.execute(f'DELETE FROM "{name}"{condition}', bound)  # noqa: S608
        self._touch()

    def _touch(self) -> None:
        self.generation += 1
        self.changed = self.clock()

    def rows(self, name: str, order: str = "", **where: Any) -> list[Row]:
        """Rows whose columns have the given values, in the order of their key or of `order`."""
        condition, bound = _where(where)
        by = order or TABLES[name].key
        sorted_ = f' ORDER BY "{by}"' if by else ""
        return [dict(row) for row in self.db.execute(f'SELECT * FROM "{name}"{condition}{sorted_}', bound)]  # noqa: S608

    def one(self, name: str, **where: Any) -> Row | None:
        return next(iter(self.rows(name, **where)), None)

    def need(self, name: str, **where: Any) -> Row:
        found = self.one(name, **where)
        if found is None:
            raise KeyError(f"{name} {where}")
        return found

    def ids(self, name: str) -> list[int]:
        key = TABLES[name].key or "rowid"
        return [row[0] for row in self.db.execute(f'SELECT "{key}" FROM "{name}" ORDER BY 1')]  # noqa: S608

    def count(self, name: str) -> int:
        return int(self.db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])  # noqa: S608

    def shown(self, column: Column, value: Any) -> str | None:
        """The text that stands for a reference or for a value of a list; None where there is none."""
        if column.kind == "list" or column.target in LISTS:
            return LISTS[column.target].get(str(value))
        target = TABLES[column.target]
        found = self.one(target.name, id=value) if target.shown else None
        return None if found is None else found[target.shown]

    def _lists(self) -> None:
        self.db.execute("CREATE TABLE listvalue (list TEXT, id NUMERIC, name TEXT, PRIMARY KEY (list, id))")
        for name, values in LISTS.items():
            rows = [(name, id_, text) for id_, text in values.items()]
            self.db.executemany("INSERT INTO listvalue VALUES (?, ?, ?)", rows)
        self.insert("dual", {"dummy": "X"})
        for type_, letters in STATUSES.items():
            for letter, text in letters.items():
                full = f"{LISTS['trantype'][type_]} : {text}"
                self.insert(
                    "transactionstatus", {"id": letter, "name": text, "fullname": full, "trantype": type_}
                )


def _definition(table: Table) -> str:
    if table.view:
        return f'CREATE VIEW "{table.name}" AS {table.view}'
    columns = [
        f'"{name}" INTEGER PRIMARY KEY'
        if name == table.key
        else f'"{name}" {AFFINITIES.get(one.kind, "TEXT")}'
        for name, one in table.columns.items()
    ]
    return f'CREATE TABLE "{table.name}" ({", ".join(columns)})'


def _where(where: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    if not where:
        return "", ()
    tests = " AND ".join(
        f'"{column}" IS NULL' if value is None else f'"{column}" = ?' for column, value in where.items()
    )
    return f" WHERE {tests}", [value for value in where.values() if value is not None]

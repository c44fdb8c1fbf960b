"""How a record type of REST is written down: which table its rows are in, its properties, its sublists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.netsuite.catalog import TABLES, Column


@dataclass(frozen=True)
class Property:
    """`name` as the reference spells it. `signed` amounts change their sign where the document's kind says so."""

    name: str
    column: Column
    fixed: bool = False
    signed: bool = False


@dataclass(frozen=True)
class Sublist:
    """Rows of another table that belong to a record: `owner` is their column with its id, `key` the property that tells
    them apart; without one, lines can only be added or replaced. `where` are columns that hold only for these rows."""

    name: str
    table: str
    owner: str
    properties: Mapping[str, Property]
    key: str = ""
    fixed: bool = False
    subrecord: str = ""


@dataclass(frozen=True)
class RecordType:
    """`where` are the columns that tell its rows from those of other types in the table; `needed` the properties that a
    new record must have; `unique` those that no two records share; `computed` properties follow from other records."""

    name: str
    table: str
    properties: Mapping[str, Property]
    where: Mapping[str, Any] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    sublists: Mapping[str, Sublist] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    subrecords: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.name.lower()

    @property
    def document(self) -> bool:
        return self.table == "transaction"


def properties(table: str, words: str) -> dict[str, Property]:
    """By lower-case name. A word is a property, followed by `=column` where they differ, `!` where it can't be written
    and `~` where its amount is signed. Custom columns of the table come by themselves."""
    found = {one.name.lower(): one for one in _read(table, words)}
    for column in TABLES[table].columns.values():
        if column.custom:
            found[column.name] = Property(column.name, column)
    return found


def _read(table: str, words: str) -> Iterator[Property]:
    for word in words.split():
        name, _, column = word.rstrip("!~").partition("=")
        meaning = TABLES[table].columns[column or name.lower()]
        marks = word[len(word.rstrip("!~")) :]
        yield Property(name, meaning, fixed="!" in marks, signed="~" in marks)


def sublist(name: str, table: str, owner: str, words: str, **more: Any) -> Sublist:
    return Sublist(name, table, owner, properties(table, words), **more)

"""How a table of the account is written down: its name, its columns and what each of them holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["num", "text", "flag", "date", "time", "ref", "multi", "list"]
PLAIN: Mapping[str, Kind] = {"num": "num", "text": "text", "flag": "flag", "date": "date", "time": "time"}


@dataclass(frozen=True)
class Column:
    """`target` is the table a reference leads to, or the list a value is from. Hidden columns are REST's alone."""

    name: str
    kind: Kind
    target: str = ""
    hidden: bool = False

    @property
    def custom(self) -> bool:
        return self.name.startswith(("cust", "cseg"))


@dataclass(frozen=True)
class Table:
    """`shown` is the column that stands for a row in display texts; `numbers` the sequence its ids come from."""

    name: str
    columns: Mapping[str, Column]
    shown: str = ""
    numbers: str = ""
    view: str = ""

    @property
    def key(self) -> str:
        """The column that names one row; lines are numbered within their document and known by `uniquekey`."""
        if "uniquekey" in self.columns:
            return "uniquekey"
        return "id" if "id" in self.columns and self.columns["id"].kind == "num" else ""


def table(name: str, columns: str, *, shown: str = "", numbers: str = "", view: str = "") -> Table:
    """`columns` are words such as `name`, `isinactive:flag`, `parent:account`, `subsidiary:*subsidiary` (several),
    `status:list.VendBill` and `-balance:num` (hidden); a word without a kind is text, `id` is a number."""
    found = [_column(word) for word in columns.split()]
    return Table(name, {one.name: one for one in found}, shown, numbers or name, view)


def _column(word: str) -> Column:
    name, _, kind = word.removeprefix("-").partition(":")
    hidden = word.startswith("-")
    if kind in PLAIN:
        return Column(name, PLAIN[kind], "", hidden)
    if kind.startswith("*"):
        return Column(name, "multi", kind[1:].removeprefix("list."), hidden)
    if kind.startswith("list."):
        return Column(name, "list", kind[5:], hidden)
    if kind:
        return Column(name, "ref", kind, hidden)
    return Column(name, "num" if name == "id" else "text", "", hidden)

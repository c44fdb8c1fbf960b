"""Reads what somebody wrote for a record: names checked, values and references turned into what the columns hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sandbox.netsuite.answers import Refusal
from sandbox.netsuite.catalog import LISTS, TABLES, Column
from sandbox.netsuite.moments import stored, stored_date
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import Property
from sandbox.netsuite.records.refusals import invalid_value, unknown_property
from sandbox.netsuite.store import Row

ALWAYS = frozenset({"links", "id", "refname"})  # what a record read before has and no write changes
# Which entities a kind of document can be with.
PARTIES = {
    "VendBill": "vendor",
    "PurchOrd": "vendor",
    "ItemRcpt": "vendor",
    "VendPymt": "vendor",
    "CustInvc": "customer",
    "CustPymt": "customer",
    "PurchReq": "employee",
}
EXTERNAL = re.compile(r"[^|]{1,255}")


@dataclass
class Body:
    """`names` and `values` are Error, Warning or Ignore: whether unknown names and values that do not fit are refused,
    dropped and told of in `dropped`, or just dropped."""

    desk: Desk
    names: str = "Warning"
    values: str = "Error"
    party: str = "entity"
    dropped: list[str] = field(default_factory=list)

    def columns(
        self,
        table: str,
        properties: Mapping[str, Property],
        given: Mapping[str, Any],
        path: str,
        others: frozenset[str],
        sign: int = 1,
    ) -> Row:
        """Values by column. `others` are further names, in lower case, that are read elsewhere. Raises Refusal."""
        found: Row = {}
        for name, value in given.items():
            known, at = properties.get(name.lower()), f"{path}{name}"
            if known is None or not self.desk.account.has(table, known.column.name):
                self._other(name, at, others)
            elif not known.fixed:
                self._read(found, known, value, at, sign)
        return found

    def _read(self, into: Row, known: Property, value: Any, at: str, sign: int) -> None:
        """A value that does not fit is left out where the caller has asked for that."""
        try:
            read = None if value is None else self.value(known.column, value, known.name, at)
        except Refusal:
            if self.values == "Error":
                raise
            if self.values == "Warning":
                self.dropped.append(at)
            return
        into[known.column.name] = read * sign if known.signed and read is not None else read

    def _other(self, name: str, at: str, others: frozenset[str]) -> None:
        if name.lower() in others | ALWAYS:
            return
        if self.names == "Error":
            raise unknown_property(name, at)
        if self.names == "Warning":
            self.dropped.append(at)

    def value(self, column: Column, value: Any, name: str, at: str) -> Any:
        """Raises Refusal INVALID_CONTENT where it does not fit."""
        if column.kind == "ref":
            return self.reference(column, value, name, at)
        if column.kind == "multi":
            items = value.get("items") if isinstance(value, dict) else value
            if not isinstance(items, list):
                raise invalid_value(value, name, at)
            ids = [
                self.reference(column, one, name, f"{at}.items[{place}]") for place, one in enumerate(items)
            ]
            return ", ".join(map(str, ids)) or None
        if column.kind == "list":
            return self._listed(column, value, name, at)
        return self._plain(column, value, name, at)

    def reference(self, column: Column, value: Any, name: str, at: str) -> Any:
        """The id behind `{"id": …}`, `{"externalId": …}` or a bare id."""
        if column.target in LISTS:
            return self._listed(column, value, name, at)
        target = self.party if column.target == "entity" else column.target
        given = value if isinstance(value, dict) else {"id": value}
        external, id_ = given.get("externalId"), given.get("id")
        if isinstance(external, str) and "externalid" in TABLES[target].columns:
            found = self.desk.store.one(target, externalid=external)
        elif isinstance(id_, str | int) and not isinstance(id_, bool) and str(id_).lstrip("-").isdigit():
            found = self.desk.store.one(target, id=int(id_)) if len(str(id_)) < 19 else None
        else:
            found = None
        if found is None:
            raise invalid_value(external if id_ is None else id_, name, at)
        return found["id"]

    def _listed(self, column: Column, value: Any, name: str, at: str) -> str:
        id_ = value.get("id") if isinstance(value, dict) else value
        if str(id_) not in LISTS.get(column.target, {}):
            raise invalid_value(id_, name, at)
        return str(id_)

    def _plain(self, column: Column, value: Any, name: str, at: str) -> Any:
        try:
            return READERS[column.kind](value)
        except (ValueError, TypeError) as error:
            raise invalid_value(value, name, at) from error


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    return str(value) or None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    found = float(value)
    if found != found or abs(found) > 1e15:
        raise ValueError(value)
    return int(found) if found == int(found) else found


def _flag(value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError(value)
    return "T" if value else "F"


def _date(value: Any) -> str:
    return stored_date(date.fromisoformat(value))


def _time(value: Any) -> str:
    at = datetime.fromisoformat(value)
    return stored(at.astimezone(UTC) if at.tzinfo else at)


READERS = {"text": _text, "num": _number, "flag": _flag, "date": _date, "time": _time}

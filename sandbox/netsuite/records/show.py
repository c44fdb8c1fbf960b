"""Records as REST shows them: properties by the reference's names, references, sublists, what is empty left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.netsuite.catalog import STATUSES, TABLES, Column
from sandbox.netsuite.documents import KINDS, cents, lines_of
from sandbox.netsuite.moments import opened
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import Property, RecordType, Sublist, properties
from sandbox.netsuite.store import Row

ADDRESS = properties(
    "vendoraddressbookentityaddress",
    "addr1 addr2 addr3 addressee attention city state zip country addrPhone addrText!",
)


@dataclass(frozen=True)
class Show:
    """`expand` shows sublists and subrecords in full, `simple` list values as ids, `names` these properties alone."""

    desk: Desk
    expand: bool = False
    simple: bool = False
    names: frozenset[str] | None = None

    def record(self, type_: RecordType, row: Row) -> dict[str, Any]:
        path = f"{type_.path}/{row['id']}"
        found: dict[str, Any] = {"links": self.desk.self_link(path), "id": str(row["id"])}
        found |= self._own(type_.table, type_.properties.values(), row, path, sign_of(row))
        found |= self._computed(type_, row, path)
        for sublist in type_.sublists.values():
            if self._wanted(sublist.name):
                found[sublist.name] = self.sublist(type_, sublist, row)
        for name in type_.subrecords:
            if self._wanted(name) and row[name.lower()] is not None:
                found[name] = self.subrecord(type_, row, name)
        return found

    def sublist(self, type_: RecordType, sublist: Sublist, row: Row) -> dict[str, Any]:
        lines = (self.line(type_, sublist, row, line) for line in rows_of(self.desk, sublist, row))
        return self._list(f"{type_.path}/{row['id']}/{sublist.name}", lines)

    def line(self, type_: RecordType, sublist: Sublist, row: Row, line: Row) -> dict[str, Any]:
        path = f"{type_.path}/{row['id']}/{sublist.name}/{number_of(sublist, line)}"
        shown = Show(self.desk, self.expand, self.simple)
        found: dict[str, Any] = {"links": self.desk.self_link(path)}
        found |= shown._own(sublist.table, sublist.properties.values(), line, path, sign_of(row))
        if sublist.subrecord:
            place = self.desk.store.need(sublist.subrecord, nkey=line["addressbookaddress"])
            found["addressBookAddress"] = shown._address(place, f"{path}/addressBookAddress")
        elif sublist.table == "transactionline":
            found["grossAmt"] = cents(
                ((line["foreignamount"] or 0) + (line["taxamount"] or 0)) * sign_of(row)
            )
        return found

    def subrecord(self, type_: RecordType, row: Row, name: str) -> dict[str, Any]:
        place = self.desk.store.need(type_.subrecords[name], nkey=row[name.lower()])
        return self._address(place, f"{type_.path}/{row['id']}/{name}")

    def several(self, column: Column, ids: Iterable[str], path: str) -> dict[str, Any]:
        """A field with several values."""
        links = {"links": self.desk.self_link(path)}
        if not self.expand:
            return links
        items = [self.desk.reference(column, id_) for id_ in ids]
        return {
            **links,
            "count": len(items),
            "hasMore": False,
            "items": items,
            "offset": 0,
            "totalResults": len(items),
        }

    def _list(self, path: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Its link alone, or with its items."""
        links = {"links": self.desk.self_link(path)}
        if not self.expand:
            return links
        shown = list(items)
        return {**links, "items": shown, "totalResults": len(shown)}

    def _address(self, place: Row, path: str) -> dict[str, Any]:
        links: dict[str, Any] = {"links": self.desk.self_link(path)}
        if not self.expand:
            return links
        return links | Show(self.desk, True, self.simple)._own("", ADDRESS.values(), place, path, 1)

    def _own(self, table: str, wanted: Iterable[Property], row: Row, path: str, sign: int) -> dict[str, Any]:
        found = {}
        for one in wanted:
            value = row.get(one.column.name)
            if (
                value is None
                or not self._wanted(one.name)
                or not self.desk.account.has(table, one.column.name)
            ):
                continue
            found[one.name] = self._value(one, value, path, sign)
        return found

    def _value(self, one: Property, value: Any, path: str, sign: int) -> Any:
        kind = one.column.kind
        if kind == "flag":
            return value == "T"
        if kind == "date":
            return opened(value).strftime("%Y-%m-%d")
        if kind == "time":
            return opened(value).strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind == "ref":
            return self.desk.reference(one.column, value)
        if kind == "list":
            return str(value) if self.simple else self._listed(one.column, value)
        if kind == "multi":
            return self.several(one.column, str(value).split(", "), f"{path}/{one.name}")
        return value * sign if one.signed else value

    def _listed(self, column: Column, value: Any) -> dict[str, Any]:
        found = self.desk.reference(column, value)
        return found if column.custom else {name: text for name, text in found.items() if name != "links"}

    def _computed(self, type_: RecordType, row: Row, path: str) -> dict[str, Any]:
        known: dict[str, Any] = {}
        if type_.document:
            known = self._figures(row)
        if "roles" in type_.computed:
            known["roles"] = self._list(f"{path}/roles", self._roles(row))
        if type_.name == "entityGroup":
            known |= self._members(row, path)
        if "apply" in type_.computed:
            known["apply"] = self._list(f"{path}/apply", self._applied(row))
        return {name: known[name] for name in type_.computed if name in known and self._wanted(name)}

    def _roles(self, row: Row) -> Iterator[dict[str, Any]]:
        column = TABLES["employeerolesforsearch"].columns["role"]
        for id_ in filter(None, (row["rolesforsearch"] or "").split(", ")):
            yield {"selectedRole": self.desk.reference(column, id_)}

    def _figures(self, row: Row) -> dict[str, Any]:
        kind = KINDS[row["type"]]
        total = cents(-(row["foreigntotal"] or 0) * kind.sign)
        lines = lines_of(self.desk.store, row["id"])
        tax = cents(sum(line["taxamount"] or 0 for line in lines) * kind.sign)
        text = STATUSES[kind.type].get(row["status"] or "")
        found: dict[str, Any] = {
            "total": total,
            "userTotal": total,
            "subtotal": cents(total - tax),
            "taxTotal": tax,
            "orderStatus": {"id": row["status"], "refName": row["status"]},
        }
        if kind.type == "PurchReq":
            found["estimatedTotal"] = cents(sum(line["estimatedamount"] or 0 for line in lines))
        return found | ({"status": {"id": text, "refName": text}} if text else {})

    def _members(self, row: Row, path: str) -> dict[str, Any]:
        """Members are shown for sales teams alone."""
        members = self.desk.store.rows("entitygroupmember", group=row["id"])
        found: dict[str, Any] = {"size": len(members)}
        if row["issalesrep"] != "T":
            return found
        column = TABLES["entitygroupmember"].columns["employeemember"]
        items = ({"member": self.desk.reference(column, one["employeemember"])} for one in members)
        return {**found, "groupMembers": self._list(f"{path}/groupMembers", items)}

    def _applied(self, row: Row) -> Iterator[dict[str, Any]]:
        column = TABLES["nexttransactionlinelink"].columns["previousdoc"]
        for link in self.desk.store.rows("nexttransactionlinelink", nextdoc=row["id"], linktype="Payment"):
            paid = self.desk.store.need("transaction", id=link["previousdoc"])
            line = {
                "doc": self.desk.reference(column, link["previousdoc"]),
                "apply": True,
                "amount": link["foreignamount"],
                "due": paid["foreignamountunpaid"],
                "total": abs(paid["foreigntotal"]),
                "refNum": paid["tranid"],
            }
            yield {name: value for name, value in line.items() if value is not None}

    def _wanted(self, name: str) -> bool:
        return self.names is None or name.lower() in self.names


def sign_of(row: Row) -> int:
    """What an amount in the store is multiplied by to be REST's."""
    return KINDS[row["type"]].sign if "recordtype" in row else 1


def rows_of(desk: Desk, sublist: Sublist, row: Row) -> list[Row]:
    """The lines of a record's sublist, in their order."""
    if sublist.table != "transactionline":
        return desk.store.rows(sublist.table, order="rowid", **{sublist.owner: row["id"]})
    lines = lines_of(desk.store, row["id"])
    return [line for line in lines if (line["item"] is not None) == (sublist.name == "item")]


def number_of(sublist: Sublist, line: Row) -> Any:
    """What names a line below its sublist."""
    return line[sublist.properties[sublist.key].column.name] if sublist.key else line.get("vendor")

"""How the lines of NetSuite's documents are written: two sublists, told apart by whether a line has an item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from providers.mapping import Fields
from providers.netsuite.written import TAGS, entries, ref, written
from providers.turning import to
from providers.writing import Body, Closed, Draft, Entry, Fault, Row, Step, Talk, body_of, faults_of, merged
from schemas.errors import InvalidRequest
from schemas.shapes import LineItem, WrittenLine

SUBLISTS = ("item", "expense")
OWN = frozenset({"id", "_delete", "remote_data"})
KEYS = ("lineUniqueKey", "uniqueKey")  # by which a line is known everywhere; not each record type shows it
KINDS = Entry(lambda value, draft: {}, words=SUBLISTS)
Line = Mapping[str, Any]


def line_entries(table: Fields, price: str, amount: str) -> Mapping[str, Mapping[str, Entry | Closed]]:
    """The members of a line, by sublist. `price` and `amount`: what NetSuite calls those of an item's line."""
    alike: dict[str, Entry | Closed] = {
        "name": Closed("is the item's name: write `item`"),
        "currency": Closed("is the document's"),
        "type": KINDS,
        "tracking_categories": TAGS,
    }
    on_item = entries(
        table,
        LineItem,
        **alike,
        description=to("description"),
        item=ref("item", clears=False),
        account=Closed("is the item's own: write it there"),
        quantity=to("quantity"),
        unit_price=to(price),
        total_line_amount=to(amount),
    )
    counted = Closed("goes with an item: a line without one has a total_line_amount")
    on_expense = entries(
        table,
        LineItem,
        **alike,
        description=to("memo"),
        item=Closed("makes it a line of another kind: add such a line, and take this one away"),
        account=ref("account", clears=False),
        quantity=counted,
        unit_price=counted,
        total_line_amount=to("estimatedAmount" if amount == "estimatedAmount" else "amount"),
    )
    return {"item": on_item, "expense": on_expense}


class Lines:
    """The `line_items` of one kind of document."""

    def __init__(self, table: Fields, price: str = "rate", amount: str = "amount") -> None:
        self._entries = line_entries(table, price, amount)
        self.entry = Entry(
            self._write,
            keys=SUBLISTS,
            clears=False,
            compares=True,
            check=self._check,
            annotation=list[WrittenLine],
            adds=lambda value: any(not line.get("id") for line in value or ()),
        )

    def _write(self, value: Any, draft: Draft) -> Body:
        """New lines and changed ones, by sublist; which of the present ones they are is known when it is sent."""
        if wrong := None if draft.creates else next(self._check(value, draft), None):
            raise InvalidRequest.about(f"line_items.{wrong.field}", wrong.message)
        found: dict[str, list[Body]] = {}
        for line in value:
            kind = sublist(line, draft)
            found.setdefault(kind, []).append(self._row(line, kind, draft))
        return {kind: {"items": rows} for kind, rows in found.items()}

    def _row(self, line: Line, kind: str, draft: Draft) -> Body:
        members = {name: value for name, value in line.items() if name not in OWN}
        mapped = merged(body_of(self._entries[kind], members, draft), line.get("remote_data") or {})
        if draft.creates or not line.get("id"):
            return {name: value for name, value in mapped.items() if value is not None}
        return {**mapped, "id": line["id"], **({"_delete": True} if line.get("_delete") else {})}

    def _check(self, value: Any, draft: Draft) -> Iterator[Fault]:
        for place, line in enumerate(value):
            yield from (fault.below(str(place)) for fault in self._faults(line, draft))

    def _faults(self, line: Line, draft: Draft) -> Iterator[Fault]:
        if line.get("_delete") and (draft.creates or not line.get("id")):
            yield Fault("_delete", "goes with the id of a line that is there")
        is_new = draft.creates or not line.get("id")
        kind = "item" if line.get("item") else "expense"
        if is_new or (draft.present is not None and line["id"] in _kinds(draft)):
            kind = kind if is_new else sublist(line, draft)
            members = {name: value for name, value in line.items() if name not in OWN}
            yield from faults_of(self._entries[kind], members, draft)
            if line.get("type") not in (None, kind):
                yield Fault("type", f"is {kind} on this line")
        remote = line.get("remote_data") or {}
        if is_new and not (
            line.get("item") or line.get("account") or {"item", "account", "category"} & remote.keys()
        ):
            yield Fault("item", "is missing: a line has an item or an account", "missing_field")

    def place(self, path: str, draft: Draft) -> str | None:
        """The unified field at a place such as `item.items[0].item`."""
        kind, _, rest = path.partition(".items[")
        number, _, member = rest.partition("].")
        lines = draft.given.get("line_items")
        if kind not in SUBLISTS or not number.isdigit() or not isinstance(lines, list):
            return None
        places = [at for at, line in enumerate(lines) if sublist(line, draft) == kind]
        if int(number) >= len(places):
            return None
        named = self._entries[kind].items()
        found = next((name for name, one in named if isinstance(one, Entry) and member in one.keys), member)
        return f"line_items.{places[int(number)]}.{found}"


def _kinds(draft: Draft) -> Mapping[str, str]:
    """Which sublist each present line stands in, by its unified id."""
    rows = (draft.present or {}).get("lines") or []
    return {
        str(row.get("uniquekey") or row.get("id")): "item" if row.get("item") else "expense" for row in rows
    }


def sublist(line: Line, draft: Draft) -> str:
    present = None if draft.creates else _kinds(draft).get(str(line.get("id")))
    return present or ("item" if line.get("item") else "expense")


def change_lines(path: str, body: Body, draft: Draft) -> Talk:
    """An update whose lines are told apart: NetSuite numbers them within their sublist.

    Lines that are not named stay: they are sent along by their numbers, as `replace` takes away what is not sent.
    """
    place = f"{path}/{draft.id}"
    named = [name for name in SUBLISTS if name in body]
    if not named:
        yield written("PATCH" if body else "GET", place, body)
        return None
    found: Row = yield Step("GET", place, params=(("expandSubResources", "true"),))
    rows = {name: _numbered(name, found, body[name]["items"], draft) for name in named}
    yield written(
        "PATCH",
        place,
        {**body, **{name: {"items": rows[name]} for name in named}},
        (("replace", ",".join(named)),),
    )
    return None


def _numbered(name: str, found: Row, sent: Sequence[Body], draft: Draft) -> list[Body]:
    there = _ids(name, found, draft)
    changes = {row["id"]: row for row in sent if "id" in row}
    if strange := [id_ for id_ in changes if id_ not in there]:
        raise InvalidRequest.about("line_items", f"has the id {strange[0]}, which is no line of the record")
    kept = [
        {"line": number, **_members(changes.get(id_, {}))}
        for id_, number in there.items()
        if not changes.get(id_, {}).get("_delete")
    ]
    return [*kept, *(dict(row) for row in sent if "id" not in row)]


def _members(row: Body) -> Body:
    return {name: value for name, value in row.items() if name not in ("id", "_delete")}


def _ids(name: str, found: Row, draft: Draft) -> dict[str, Any]:
    """The numbers of the present lines by unified id: by the key that they show, else by their order."""
    below = found.get(name)
    rows = [row for row in below.get("items", ()) if isinstance(row, dict)] if isinstance(below, dict) else []
    shown = [next((str(row[key]) for key in KEYS if row.get(key)), "") for row in rows]
    known = [id_ for id_, kind in _kinds(draft).items() if kind == name]
    if not all(shown) and len(known) != len(rows):
        raise InvalidRequest.about("line_items", "can't be told apart at NetSuite: send them all anew")
    ids = shown if all(shown) else known
    return {id_: row.get("line") for id_, row in zip(ids, rows, strict=True)}

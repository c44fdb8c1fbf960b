"""How the lines of Coupa's documents are written: changed by id, added without one, removed by `_delete`, else left."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.mapping import Fields
from providers.turning import decimal, key, to, turn
from providers.writing import Body, Closed, Draft, Entries, Entry, Fault, body_of, faults_of, merged
from schemas.errors import InvalidRequest
from schemas.shapes import LineItem, WrittenLine

BACKED = ("order-line-id", "po-number", "order-header-num")  # by which a line bills one of an order
OWN = frozenset({"id", "_delete", "remote_data"})
CENT = Decimal("0.01")
COUNTED = "is that of quantity and unit_price on a line of this type: write them"


def line_entries(table: Fields, **named: Entry | Closed) -> Entries:
    """How a line's members are written: those that are alike on every document, and the named ones."""
    alike: dict[str, Entry | Closed] = {
        "name": Closed("is the item's name: write `item`"),
        "account": to("account.id", key),
        "currency": to("currency.code"),
    }
    return turn(table, LineItem, **alike | named)


def priced(price: str) -> dict[str, Entry]:
    """Quantity and prices. `price`: the key that a unit price and an amount line's total share."""
    return {
        "quantity": to("quantity", decimal),
        "unit_price": to(price, decimal),
        "total_line_amount": to(price, decimal),
    }


def in_currency(draft: Draft) -> Body:
    """The currency that a new document gives to its lines: Coupa keeps it there."""
    code = draft.given.get("currency")
    return {"currency": {"code": code}} if draft.creates and code else {}


def _nothing(draft: Draft) -> Body:
    return {}


@dataclass(frozen=True)
class LineTable:
    """One list of lines. `thing`: the vendor's name of a line in its errors. `id_prefix`: what unified ids begin with.

    `kind`: the key of the line's type; `quantity_kind` and `amount_kind`: its words. `number`: how a line's number is
    written, None where Coupa counts. `items_have_units`: a line takes the unit of its item. `wide`: members that the
    document's own fields give to every line. `needs`: what a new line lacks, by unified member.
    """

    path: str
    thing: str
    entries: Entries
    quantity_kind: str
    amount_kind: str
    kind: str = "type"
    id_prefix: str = ""
    items_have_units: bool = False
    number: Callable[[int], int | str] | None = None
    wide: Callable[[Draft], Body] = _nothing
    needs: Callable[[Mapping[str, Any], Draft], Iterator[Fault]] = lambda line, draft: iter(())

    def row(self, line: Mapping[str, Any], number: int, draft: Draft) -> Body:
        if line.get("id") and not draft.creates:
            own: Body = {"id": key(line["id"].removeprefix(self.id_prefix))}
            if line.get("_delete"):
                return {**own, "_delete": True}
        else:
            numbered = {"line-num": self.number(number)} if self.number else {}
            own = {**self._kind(line), **self._unit(line, draft), **numbered}
        mapped = body_of(self.entries, _priced(line), draft)
        return merged({**own, **self.wide(draft)}, merged(mapped, line.get("remote_data") or {}))

    def _kind(self, line: Mapping[str, Any]) -> Body:
        is_amount = line.get("quantity") is None and line.get("total_line_amount") is not None
        return {self.kind: self.amount_kind if is_amount else self.quantity_kind}

    def _unit(self, line: Mapping[str, Any], draft: Draft) -> Body:
        """The unit that the account counts in, of a line with a quantity whose unit comes from nowhere else."""
        unit, remote = draft.settings.get("unit_of_measure"), line.get("remote_data") or {}
        comes = any(remote.get(name) for name in ("uom", *BACKED)) or (
            self.items_have_units and line.get("item")
        )
        return {"uom": {"code": unit}} if unit and line.get("quantity") is not None and not comes else {}

    @property
    def counts(self) -> bool:
        """Whether some of its lines have a quantity."""
        return self.quantity_kind != self.amount_kind

    def counted(self, draft: Draft) -> set[str]:
        """The ids of the present lines that have a quantity."""
        return {str(row["id"]) for row in self.present(draft) if row.get(self.kind) == self.quantity_kind}

    def present(self, draft: Draft) -> list[Mapping[str, Any]]:
        found = (draft.present or {}).get(self.path)
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def everywhere(self, draft: Draft, named: Sequence[Body] = ()) -> Body:
        """What every line gets, for those of the present record that are not named besides."""
        members, ids = self.wide(draft), {row.get("id") for row in named}
        rest = [{"id": row["id"], **members} for row in self.present(draft) if row["id"] not in ids]
        rows = [*named, *(rest if members else ())]
        return {self.path: rows} if rows else {}

    def shared(self, name: str) -> Entry:
        """The entry of a document's field that Coupa keeps on the lines, under this key."""
        return Entry(
            lambda value, draft: {} if "line_items" in draft.given else self.everywhere(draft),
            keys=(name,),
            compares=True,
        )


def _priced(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line's members, with one price: Coupa keeps the amount of an amount line where others have the unit price."""
    spare = "unit_price" if line.get("quantity") is None else "total_line_amount"
    has_total = line.get("total_line_amount") is not None
    return {
        name: value for name, value in line.items() if name not in OWN and not (has_total and name == spare)
    }


def _total_faults(table: LineTable, line: Mapping[str, Any]) -> Iterator[Fault]:
    """A total is an amount line's alone, or what quantity and price come to, to the cent."""
    total, factors = line.get("total_line_amount"), [line.get("quantity"), line.get("unit_price")]
    if total is None:
        return
    if None not in factors:
        quantity, price = (Decimal(repr(number)) for number in factors)
        if abs(quantity * price - Decimal(repr(total))) > CENT:
            yield Fault("total_line_amount", "is not what quantity and unit_price come to")
    elif factors != [None, None]:
        yield Fault("total_line_amount", "goes with quantity and unit_price, or without either")
    elif table.counts and line.get("type") == table.quantity_kind:
        yield Fault("total_line_amount", COUNTED)


def needs_item_or_description(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if not (line.get("description") or line.get("item")):
        yield Fault("description", "is missing: a line has a description or an item", "missing_field")


def needs_price(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    """Quantity and unit price, or the total of a line that is an amount."""
    if line.get("total_line_amount") is None:
        for name in ("quantity", "unit_price"):
            if line.get(name) is None:
                yield Fault(
                    name, "is missing: a line has both, or a total_line_amount alone", "missing_field"
                )


def needs_currency(line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if not (line.get("currency") or draft.given.get("currency") or not draft.creates):
        yield Fault("currency", "is missing: on the line, or on the document", "missing_field")


def lines(main: LineTable, charges: LineTable | None = None) -> Entry:
    """The entry of `line_items`; `charges` are lines of another list, known by their type or id."""
    tables = [main, charges] if charges else [main]

    def table_of(line: Mapping[str, Any]) -> LineTable:
        if charges is None:
            return main
        is_charge = (line.get("id") or "").startswith(charges.id_prefix)
        return charges if is_charge or str(line.get("type") or "").endswith("Charge") else main

    def write(value: Any, draft: Draft) -> Body:
        body: Body = {}
        _check_totals(main, value or (), draft)
        for table in tables:
            own = [line for line in value or () if table_of(line) is table]
            first = _last_number(table, draft) + 1
            rows = [table.row(line, number, draft) for number, line in enumerate(own, first)]
            body |= table.everywhere(draft, rows)
        return body

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        yield from _twice(value)
        for place, line in enumerate(value):
            yield from (fault.below(str(place)) for fault in _line_faults(table_of(line), line, draft))
        if draft.creates and not value:
            yield Fault("", "is missing: a document has a line", "missing_field")

    return Entry(
        write,
        keys=(main.path,),
        clears=False,
        compares=True,
        check=check,
        inner={table.thing: table.entries for table in tables},
        annotation=list[WrittenLine],
        adds=lambda value: any(not line.get("id") for line in value or ()),
    )


def _check_totals(table: LineTable, value: Sequence[Mapping[str, Any]], draft: Draft) -> None:
    """Coupa would take a total for the price of one unit where a line that is there has a quantity."""
    counted = table.counted(draft)
    for place, line in enumerate(value):
        is_alone = line.get("total_line_amount") is not None and line.get("quantity") is None
        if is_alone and line.get("id") in counted and line.get("type") in (None, table.quantity_kind):
            raise InvalidRequest.about(f"line_items.{place}.total_line_amount", COUNTED)


def _last_number(table: LineTable, draft: Draft) -> int:
    numbers = (str(row.get("line-num") or "") for row in table.present(draft))
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def _twice(value: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    seen: set[str | None] = {None}
    for place, line in enumerate(value):
        if line.get("id") in seen - {None}:
            yield Fault(f"{place}.id", "is named twice")
        seen.add(line.get("id"))


def _line_faults(table: LineTable, line: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    if line.get("_delete"):
        if not line.get("id") or draft.creates:
            yield Fault("_delete", "goes with the id of a line that is there")
        return
    given = {name: value for name, value in line.items() if name not in OWN}
    for name, value in given.items():
        if name not in table.entries and value is not None:
            yield Fault(name, "is read only", "unwritable_field")
    yield from faults_of(table.entries, given, draft)
    yield from _total_faults(table, given)
    if draft.creates or not line.get("id"):
        yield from table.needs({**(line.get("remote_data") or {}), **given}, draft)

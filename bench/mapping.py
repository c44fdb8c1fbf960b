"""What mapping costs: a page of 50 records against its floor (parse and dump) and hand-written code, in one run.

`python -m bench.mapping` prints medians in milliseconds and ratios; the rounds of all candidates alternate.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from bench.by_hand import invoice, supplier
from providers.coupa import COUPA
from providers.mapping import Fields, Needs
from providers.overrides.bending import bent
from providers.overrides.reading import check_override, read_override
from schemas.unified import ACCOUNTING

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "coupa"
ROUNDS, RECORDS = 60, 50
Page = list[dict[str, Any]]


def page(name: str) -> Page:
    """A page of one sample with ids of its own."""
    record = json.loads((FIXTURES / name).read_text())[0]
    return [{**record, "id": record["id"] + at} for at in range(RECORDS)]


def lean(record: Any, needs: Needs) -> Any:
    """What is left of a record when only the needed fields are asked for."""
    if isinstance(record, list):
        return [lean(item, needs) for item in record]
    if not isinstance(record, dict) or not needs or "*" in needs:
        return record
    return {key: lean(record[key], below) for key, below in needs.items() if key in record}


def candidates(
    body: bytes, table: Fields, by_hand: Callable[[dict[str, Any]], Any]
) -> dict[str, Callable[[], bytes]]:
    """The whole way from the vendor's bytes to ours, in three manners; `remote_data` is left out."""
    return {
        "floor": lambda: orjson.dumps(orjson.loads(body)),
        "mapped": lambda: orjson.dumps([table(record, ()) for record in orjson.loads(body)]),
        "by hand": lambda: orjson.dumps([by_hand(record) for record in orjson.loads(body)]),
    }


def measure(found: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds of CPU for each round of each candidate, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS):
        for name, work in found.items():
            start = time.process_time_ns()
            work()
            times[name].append((time.process_time_ns() - start) / 1e6)
    return times


# Nearly every field of an invoice by an expression, lines and sums included, as no customer is likely to have it.
RESHAPING: dict[str, Any] = {
    "number": "join('-', [to_string(id), \"invoice-number\"])",
    "status": "paid && 'paid' || status",
    "issue_date": '"invoice-date"',
    "currency": "currency.code",
    "memo": '"internal-note" || "supplier-note" || \'none\'',
    "total_amount": '"total-with-taxes" || "gross-total"',
    "sub_total": 'sum("invoice-lines"[].to_number(total))',
    "contact": "{id: to_string(supplier.id), name: supplier.name, type: 'vendor'}",
    "line_items": (
        '"invoice-lines"[].{id: id, description: description, item: item.id, account: account.id, '
        "quantity: quantity, unit_price: price, total_line_amount: total, type: type, currency: currency.code}"
    ),
    "payments": "payments[].id",
    "company": '"account-type".id',
    "custom_fields": {"lines": 'length("invoice-lines")', "po": '"invoice-lines"[0]."po-number"'},
}


def reshaped() -> tuple[Callable[[Page], Any], Callable[[Page], Any]]:
    """The mapping of invoices as declared, and with the override."""
    unified, resource = ACCOUNTING.resources["invoices"], COUPA.resources["accounting/invoices"]
    layer = {"accounting": {"invoices": {"response": RESHAPING}}}
    check_override(COUPA, layer, "override")
    other = bent(unified, resource, read_override(unified.key, [layer]))
    plain_table, bent_table, reshaping = resource.sources[0].fields, other.sources[0].fields, other.reshaping
    if reshaping is None:
        raise ValueError("the override reshapes nothing")

    def bend(records: Page) -> list[Any]:
        made = [bent_table(record, ()) for record in records]
        faults = [
            fault for record, found in zip(records, made, strict=True) for fault in reshaping(found, record)
        ]
        if faults:
            raise ValueError(f"faults in {set(faults)}")
        return made

    return lambda records: [plain_table(record, ()) for record in records], bend


def main() -> None:
    gc.collect()
    gc.freeze()
    print_overrides()
    print(
        f"{'page of 50':28}{'kB':>8}{'floor ms':>10}{'mapped':>10}{'by hand':>10}{'÷ floor':>10}{'÷ by hand':>11}"
    )
    for label, resource, sample, by_hand in (
        ("invoices", "accounting/invoices", "invoices_list_new.json", invoice),
        ("suppliers", "accounting/contacts", "suppliers_list_new.json", supplier),
    ):
        source = COUPA.resources[resource].sources[0]
        whole = page(sample)
        for kind, records in (("whole", whole), ("lean", [lean(record, source.needs) for record in whole])):
            body = orjson.dumps(records)
            times = measure(candidates(body, source.fields, by_hand))
            floor, mapped, hand = (statistics.median(times[name]) for name in ("floor", "mapped", "by hand"))
            print(
                f"{label + ', ' + kind:28}{len(body) / 1000:8.0f}{floor:10.2f}{mapped:10.2f}{hand:10.2f}"
                f"{mapped / floor:10.2f}{mapped / hand:11.2f}"
            )


def print_overrides() -> None:
    """Mapping alone, without parse and dump."""
    records, (plain, bend) = page("invoices_list_new.json"), reshaped()
    times = measure({"plain": lambda: plain(records), "bent": lambda: bend(records)})
    before, after = (statistics.median(times[name]) for name in ("plain", "bent"))
    count = len(RESHAPING) - 1 + len(RESHAPING["custom_fields"])
    print(f"{count} overrides: {before:.2f} ms plain, {after:.2f} ms bent, {after / before:.2f} times\n")


if __name__ == "__main__":
    main()

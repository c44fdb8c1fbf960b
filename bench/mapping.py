"""What mapping costs: a page of 50 records against its floor (parse and dump) and hand-written code, in one run.

`python -m bench.mapping` prints medians in milliseconds and ratios; the rounds of all candidates alternate.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from bench.by_hand import invoice, supplier
from providers.coupa import COUPA
from providers.mapping import Fields, Needs

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


def measure(found: dict[str, Callable[[], bytes]]) -> dict[str, list[float]]:
    """Milliseconds of CPU for each round of each candidate, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS):
        for name, work in found.items():
            start = time.process_time_ns()
            work()
            times[name].append((time.process_time_ns() - start) / 1e6)
    return times


def main() -> None:
    gc.collect()
    gc.freeze()
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


if __name__ == "__main__":
    main()

"""Whether a record is what a write was to make: new enough, and with what was given."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

SKEW = timedelta(seconds=60)  # by which a vendor's clock may be behind
PLAIN = (str, int, float, bool)


def is_new(record: Mapping[str, Any], since: datetime) -> bool:
    made = record.get("created_at")
    return not isinstance(made, str) or datetime.fromisoformat(made) >= since - SKEW


def differs(given: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether a plain member of what was given is another one in the record. A status may have moved on, and what is
    null there may be what a list does not show, or is still to be done."""
    plain = {name: value for name, value in given.items() if isinstance(value, PLAIN) and name != "status"}
    return any(
        not holds(value, record.get(name)) for name, value in plain.items() if record.get(name) is not None
    )


def holds(given: Any, present: Any) -> bool:
    """Whether what was given is there, among what may be more. Numbers count by value; null for nothing at all."""
    if isinstance(given, Mapping):
        return isinstance(present, Mapping) and all(
            holds(value, present.get(name)) for name, value in given.items()
        )
    if isinstance(given, list):
        present = present or []
        return isinstance(present, list) and len(given) == len(present) and all(map(holds, given, present))
    if isinstance(given, int | float) and isinstance(present, int | float):
        return float(given) == float(present)
    return given == present or (given in (None, "") and present in (None, ""))

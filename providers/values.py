"""How single vendor values are read into unified ones; odd input gives None.

None means "no value": the vendor's own text stays readable in `remote_data`. Nothing in here raises on odd input.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

EXACT = 10**15  # whole numbers below it are exact as JSON numbers
WIDEST = 2**63  # beyond it no whole number is written as such
MOST = 10**100  # no amount, quantity or id comes near; sums of what is below it can't overflow
NUMBER = re.compile(  # at most 64 characters: vendors write up to twenty places
    r"(?=.{1,64}\Z)[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
)
TRUTH = {"true": True, "false": False, "1": True, "0": False}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=[T ]|\Z)")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


def raw(value: Any) -> Any:
    """The value as it is."""
    return value


def text(value: Any) -> str | None:
    """Text as the vendor has it; an empty one is no value."""
    if type(value) is str:
        return value or None
    return str(value) if type(value) in (int, float) and -MOST < value < MOST else None


def ident(value: Any) -> str | None:
    """An id as text, whether the vendor writes it as a number or as text."""
    if type(value) is int:
        return str(value) if -MOST < value < MOST else None
    return value or None if type(value) is str else None


def _is_number(value: Any) -> bool:
    """Whether it is a JSON number, or decimal text, of a size and length that can be meant."""
    if type(value) is str:
        return NUMBER.fullmatch(value) is not None
    return type(value) in (int, float) and -MOST < value < MOST


def number(value: Any) -> int | float | None:
    """A JSON number from a number or decimal text; exact for up to 15 significant digits, whole where it is whole."""
    if not _is_number(value):
        return None
    if type(value) is int and -WIDEST <= value < WIDEST:
        return value
    found = float(value)
    return int(found) if -EXACT < found < EXACT and found == int(found) else found


def decimal(value: Any) -> Decimal | None:
    """For sums, where `number` reads a value: money is never added in binary floating point."""
    if not _is_number(value):
        return None
    return Decimal(repr(value) if type(value) is float else value)


def total(values: Iterable[Any]) -> Decimal | None:
    """The decimal sum; None where a part can't be read, as the rest would look whole, and where there is none."""
    found: Decimal | None = None
    for value in values:
        part = decimal(value)
        if part is None:
            return None
        found = part if found is None else found + part
    return found


def amount(value: Decimal | None) -> int | float | None:
    """A sum as a JSON number."""
    return None if value is None else number(float(value))


def boolean(value: Any) -> bool | None:
    """A truth value as JSON has it, in words or as 1 and 0."""
    if type(value) is bool:
        return value
    if type(value) is str:
        return TRUTH.get(value.lower())
    return value == 1 if type(value) is int and value in (0, 1) else None


@dataclass(frozen=True)
class Words:
    """An enum in both directions: how a vendor's value is read, and the vendor's value for each unified word."""

    read: Callable[[Any], str | None]
    written: Mapping[str, Any]

    def __call__(self, value: Any) -> str | None:
        return self.read(value)


def either(yes: str, no: str) -> Words:
    """An enum kept as a boolean; a value that is none is passed on as it is."""

    def read(value: Any) -> str | None:
        found = boolean(value)
        return text(value) if found is None else yes if found else no

    return Words(read, {yes: True, no: False})


def day(value: Any) -> str | None:
    """The calendar day of an ISO 8601 date or time (extended form), in the offset in which the vendor states it."""
    if type(value) is not str or not DAY.match(value):
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def instant(value: Any) -> str | None:
    """RFC 3339 in UTC with milliseconds, from the extended form; a time without an offset is taken as UTC."""
    if type(value) is not str or not MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def one_of(words: Mapping[Any, str]) -> Words:
    """An enum: the unified word for each vendor value; a value without one is passed on as it is.

    Where several vendor values have one word, the first of them is written for it.
    """
    table = dict(words)

    def read(value: Any) -> str | None:
        try:
            word = table.get(value)
        except TypeError:  # an unhashable value is no word
            return None
        return text(value) if word is None else word

    return Words(read, {word: value for value, word in reversed(table.items())})

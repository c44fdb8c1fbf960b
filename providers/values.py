"""How single vendor values are read into unified ones; odd input gives None.

None means "no value": the vendor's own text stays readable in `remote_data`. Nothing in here raises on odd input.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

EXACT = 10**15  # whole numbers below it are exact as JSON numbers


def raw(value: Any) -> Any:
    """The value as it is."""
    return value


def text(value: Any) -> str | None:
    """Text as the vendor has it; an empty one is no value."""
    if type(value) is str:
        return value or None
    return str(value) if type(value) in (int, float) else None


def ident(value: Any) -> str | None:
    """An id as text, whether the vendor writes it as a number or as text."""
    if type(value) is int:
        return str(value)
    return value or None if type(value) is str else None


def number(value: Any) -> int | float | None:
    """A JSON number from a number or decimal text; exact for up to 15 significant digits, whole where it is whole."""
    kind = type(value)
    if kind is str:
        try:
            value = float(value.replace("_", "?"))  # Python would read 1_000
        except ValueError:
            return None
    elif kind is not int and kind is not float:
        return None
    whole = -EXACT < value < EXACT and value == (integer := int(value))
    if whole:
        return integer
    return value if value - value == 0 else None  # infinities and NaN are no numbers


def decimal(value: Any) -> Decimal | None:
    """For sums: money is never added in binary floating point."""
    if type(value) is str or type(value) is int:
        try:
            found = Decimal(value)
        except InvalidOperation:
            return None
        return found if found.is_finite() else None
    return Decimal(repr(value)) if type(value) is float and value - value == 0 else None


def total(values: Iterable[Any]) -> Decimal | None:
    """The decimal sum of what can be read; None where nothing can."""
    found = [amount for amount in map(decimal, values) if amount is not None]
    return sum(found, Decimal(0)) if found else None


def amount(value: Decimal | None) -> int | float | None:
    """A sum as a JSON number."""
    return None if value is None else number(str(value))


def boolean(value: Any) -> bool | None:
    if type(value) is bool:
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).lower())


def day(value: Any) -> str | None:
    """The calendar day of a date or time, in the offset in which the vendor states it."""
    if type(value) is not str:
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def instant(value: Any) -> str | None:
    """RFC 3339 in UTC with milliseconds; a time without an offset is taken as UTC."""
    if type(value) is not str:
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


def one_of(words: Mapping[Any, str]) -> Callable[[Any], str | None]:
    """An enum: the unified word for each vendor value; a value without one is passed on as it is."""
    table = dict(words)

    def read(value: Any) -> str | None:
        try:
            word = table.get(value)
        except TypeError:  # an unhashable value is no word
            return None
        return text(value) if word is None else word

    return read

"""The functions that statements may call: what they take, what they give, and those that SQLite lacks."""

import sqlite3
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sandbox.netsuite.account import Account
from sandbox.netsuite.catalog import Kind
from sandbox.netsuite.moments import (
    displayed,
    from_char,
    is_moment,
    opened,
    read_display,
    stored,
    to_char,
    to_utc,
    to_zone,
)


@dataclass(frozen=True)
class Function:
    """`gives` is the kind of the result, `same` that of the first argument; `name` is what SQLite calls it."""

    gives: Kind | Literal["same"]
    takes: range = range(1, 2)
    name: str = ""


NUMBER: Kind = "num"
TEXT: Kind = "text"
MOMENT: Kind = "time"
SAME: Literal["same"] = "same"
FUNCTIONS: Mapping[str, Function] = {
    "COUNT": Function(NUMBER),
    "SUM": Function(NUMBER),
    "AVG": Function(NUMBER),
    "MIN": Function(SAME),
    "MAX": Function(SAME),
    "NVL": Function(SAME, range(2, 3), "COALESCE"),
    "COALESCE": Function(SAME, range(2, 256)),
    "NVL2": Function(TEXT, range(3, 4)),
    "DECODE": Function(TEXT, range(3, 256)),
    "TO_CHAR": Function(TEXT, range(1, 3)),
    "TO_DATE": Function(MOMENT, range(1, 3), "TO_TIMESTAMP"),
    "TO_TIMESTAMP": Function(MOMENT, range(1, 3)),
    "TO_NUMBER": Function(NUMBER),
    "TRUNC": Function(SAME, range(1, 3), "NS_TRUNC"),
    "ADD_MONTHS": Function(MOMENT, range(2, 3)),
    "SYS_EXTRACT_UTC": Function(MOMENT),
    "FROM_TZ": Function(MOMENT, range(2, 3)),
    "UPPER": Function(TEXT),
    "LOWER": Function(TEXT),
    "SUBSTR": Function(TEXT, range(2, 4)),
    "INSTR": Function(NUMBER, range(2, 3)),
    "REPLACE": Function(TEXT, range(3, 4)),
    "LENGTH": Function(NUMBER),
    "TRIM": Function(TEXT),
    "CONCAT": Function(TEXT, range(2, 3), "NS_CONCAT"),
    "ROUND": Function(NUMBER, range(1, 3)),
    "ABS": Function(NUMBER),
    "ROW_NUMBER": Function(NUMBER, range(1)),
    "RANK": Function(NUMBER, range(1)),
    "DENSE_RANK": Function(NUMBER, range(1)),
    "FIRST_VALUE": Function(SAME),
    "LAST_VALUE": Function(SAME),
    "LAG": Function(SAME, range(1, 4)),
    "LEAD": Function(SAME, range(1, 4)),
}


def register(db: sqlite3.Connection, account: Account, now: Callable[[], datetime]) -> None:
    """Gives a connection the functions that read the account's formats, zone and clock, and Oracle's own."""
    zone, format_ = account.zone, account.date_format
    own: dict[str, tuple[int, Callable[..., Any]]] = {
        "NS_LOCAL": (1, lambda value: None if value is None else to_zone(value, zone)),
        "SYS_EXTRACT_UTC": (1, lambda value: None if value is None else to_utc(value, zone)),
        "FROM_TZ": (2, lambda value, name: to_zone(to_utc(value, ZoneInfo(name)), zone)),
        "TO_CHAR": (-1, lambda value, *rest: _to_char(value, format_, *rest)),
        "TO_TIMESTAMP": (-1, lambda value, *rest: _to_moment(value, format_, *rest)),
        "TO_NUMBER": (1, lambda value: None if value is None else float(value)),
        "NS_TRUNC": (-1, _trunc),
        "ADD_MONTHS": (2, _add_months),
        "NVL2": (3, lambda value, present, absent: absent if value is None else present),
        "DECODE": (-1, _decode),
        "UPPER": (1, lambda value: None if value is None else str(value).upper()),
        "LOWER": (1, lambda value: None if value is None else str(value).lower()),
        "NS_CONCAT": (
            2,
            lambda one, two: f"{'' if one is None else one}{'' if two is None else two}" or None,
        ),
    }
    for name, (count, function) in own.items():
        db.create_function(name, count, function, deterministic=True)
    db.create_function("NS_NOW", 0, lambda: stored(now()))
    db.execute("PRAGMA case_sensitive_like = ON")


def _to_char(value: Any, display: str, *format_: str) -> str | None:
    if value is None:
        return None
    if not is_moment(value):
        return number(value) if isinstance(value, int | float) else str(value)
    return to_char(value, format_[0]) if format_ else displayed(value, display)


def _to_moment(value: Any, display: str, *format_: str) -> str | None:
    if value is None or is_moment(value):
        return None if value is None else str(value)
    return from_char(str(value), format_[0]) if format_ else read_display(str(value), display)


def _trunc(value: Any, to: Any = "DD") -> Any:
    if value is None:
        return None
    if not is_moment(value):
        scale = 10 ** (0 if to == "DD" else int(to))
        return int(value * scale) / scale
    at = opened(value)
    first = {"DD": at, "MM": at.replace(day=1), "MONTH": at.replace(day=1)}
    year = at.replace(month=1, day=1)
    day = {**first, "YYYY": year, "YEAR": year}[str(to).upper()]
    return stored(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def _add_months(value: Any, months: Any) -> str | None:
    if value is None or months is None:
        return None
    at = opened(value)
    year, month = divmod(at.year * 12 + at.month - 1 + int(months), 12)
    last, was_last = monthrange(year, month + 1)[1], at.day == monthrange(at.year, at.month)[1]
    return stored(at.replace(year=year, month=month + 1, day=last if was_last else min(at.day, last)))


def _decode(value: Any, *pairs: Any) -> Any:
    for at in range(0, len(pairs) - 1, 2):
        if value == pairs[at] or (value is None and pairs[at] is None):
            return pairs[at + 1]
    return pairs[-1] if len(pairs) % 2 else None


def number(value: float) -> str:
    """A number as rows print it: no exponent, no trailing zeros, rounded where floats have a tail."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

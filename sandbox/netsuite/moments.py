"""Dates and times: how the store keeps them, how the account's zone and formats show and read them.

Stored and inside statements a moment is text such as `@2024-01-31 10:11:12`, so that it sorts, compares and is never
taken for a text: dates without a zone at midnight, times in UTC. Statements see times in the account's zone.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

MARK = "@"
STORED = "%Y-%m-%d %H:%M:%S"
# What a date format says, as strftime and strptime say it; longest first.
WORDS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MONTH": "%B",
    "MON": "%b",
    "MM": "%m",
    "DD": "%d",
    "DAY": "%A",
    "DY": "%a",
    "HH24": "%H",
    "HH12": "%I",
    "HH": "%I",
    "MI": "%M",
    "SS": "%S",
    "AM": "%p",
    "PM": "%p",
}
_ELEMENT = re.compile(
    "|".join(sorted(WORDS, key=len, reverse=True)) + r'|"[^"]*"|[^A-Za-z0-9"]+|.', re.IGNORECASE
)
# The account's own formats: how a date is written, and a pattern that takes what the account writes.
FORMATS: dict[str, tuple[Callable[[datetime], str], str]] = {
    "M/D/YYYY": (lambda at: f"{at.month}/{at.day}/{at.year}", "%m/%d/%Y"),
    "MM/DD/YYYY": (lambda at: at.strftime("%m/%d/%Y"), "%m/%d/%Y"),
    "D/M/YYYY": (lambda at: f"{at.day}/{at.month}/{at.year}", "%d/%m/%Y"),
    "DD/MM/YYYY": (lambda at: at.strftime("%d/%m/%Y"), "%d/%m/%Y"),
    "D-Mon-YYYY": (lambda at: f"{at.day}-{at.strftime('%b-%Y')}", "%d-%b-%Y"),
    "DD.MM.YYYY": (lambda at: at.strftime("%d.%m.%Y"), "%d.%m.%Y"),
    "YYYY-MM-DD": (lambda at: at.strftime("%Y-%m-%d"), "%Y-%m-%d"),
}


def is_moment(value: object) -> bool:
    return isinstance(value, str) and len(value) == 20 and value.startswith(MARK)


def stored(at: datetime) -> str:
    """A naive date and time, or one in UTC, as the store keeps it."""
    return MARK + at.strftime(STORED)


def stored_time(seconds: float) -> str:
    """Epoch seconds as the store keeps them."""
    return stored(datetime.fromtimestamp(int(seconds), UTC))


def stored_date(day: date) -> str:
    return f"{MARK}{day.isoformat()} 00:00:00"


def opened(value: str) -> datetime:
    """A stored moment, without a zone."""
    return datetime.fromisoformat(value[1:])


def to_zone(value: str, zone: ZoneInfo) -> str:
    """A stored time of the account as the clock in `zone` shows it."""
    return stored(opened(value).replace(tzinfo=UTC).astimezone(zone))


def to_utc(value: str, zone: ZoneInfo) -> str:
    return stored(opened(value).replace(tzinfo=zone).astimezone(UTC))


def displayed(value: str, format_: str) -> str:
    """The date alone, in the account's format."""
    return FORMATS[format_][0](opened(value))


def read_display(text: str, format_: str) -> str:
    """What somebody wrote in the account's format; raises ValueError."""
    return stored(datetime.strptime(text.strip(), FORMATS[format_][1]))  # noqa: DTZ007


def to_char(value: str, format_: str) -> str:
    """A moment in an Oracle format; raises ValueError for one that is not known."""
    return opened(value).strftime(_pattern(format_))


def from_char(text: str, format_: str) -> str:
    """A moment out of a text in an Oracle format; raises ValueError."""
    return stored(datetime.strptime(text, _pattern(format_)))  # noqa: DTZ007


@lru_cache(256)
def _pattern(format_: str) -> str:
    pieces = []
    for piece in _ELEMENT.findall(format_):
        if piece.upper() in WORDS:
            pieces.append(WORDS[piece.upper()])
        elif piece.startswith('"') and len(piece) > 1:
            pieces.append(piece[1:-1].replace("%", "%%"))
        elif piece.isalnum() or piece == '"':
            raise ValueError(f"the date format {format_} is not recognized")
        else:
            pieces.append(piece.replace("%", "%%"))
    return "".join(pieces)

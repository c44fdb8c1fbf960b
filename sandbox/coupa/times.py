"""Dates as the tenant writes them: whole seconds with the offset of its zone, stored as epoch seconds."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

STAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?( \d{2}:\d{2})?"
)
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Pacific(tzinfo):
    """US Pacific time by its present rule, so that no zone database is needed."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        summer = moment is not None and _is_summer(moment.replace(tzinfo=None))
        return timedelta(hours=-7 if summer else -8)

    def dst(self, moment: datetime | None) -> timedelta:
        return self.utcoffset(moment) - timedelta(hours=-8)

    def tzname(self, moment: datetime | None) -> str:
        return "PT"

    def fromutc(self, moment: datetime) -> datetime:
        winter = moment.replace(tzinfo=None) - timedelta(hours=8)
        shift = timedelta(hours=1) if _is_summer(winter + timedelta(hours=1)) else timedelta(0)
        return (winter + shift).replace(tzinfo=self)


def zone(name: str) -> tzinfo:
    """`pacific` or a fixed offset such as +02:00."""
    if name == "pacific":
        return Pacific()
    sign = -1 if name.startswith("-") else 1
    hours, _, minutes = name.lstrip("+-").partition(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))


def writer(place: tzinfo) -> Callable[[int], str]:
    """A function from epoch seconds to text; it remembers, since records share many instants."""

    @lru_cache(maxsize=65536)
    def write(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, UTC).astimezone(place).isoformat()

    return write


def read(text: str, place: tzinfo = UTC) -> int:
    """Epoch seconds of a date or date-time; without zone it is taken in `place`. Raises ValueError.

    A plus sign lost to form decoding leaves a blank before the offset; the offset then counts for nothing.
    """
    slashed = SLASHED.fullmatch(text.strip())
    if slashed:
        month, day, year = (int(part) for part in slashed.groups())
        return int(datetime(year, month, day, tzinfo=place).timestamp())
    found = STAMP.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    numbers = [int(part) for part in found.groups()[:6] if part is not None]
    offset = found[7]
    where: tzinfo = UTC if offset == "Z" else zone(offset[:3] + ":" + offset[-2:]) if offset else place
    hour, minute, second = [*numbers[3:], 0, 0, 0][:3]
    return int(datetime(numbers[0], numbers[1], numbers[2], hour, minute, second, tzinfo=where).timestamp())


def _is_summer(local: datetime) -> bool:
    """From 2:00 on the second Sunday of March to 2:00 on the first Sunday of November."""
    return _sunday(local.year, 3, 2) <= local < _sunday(local.year, 11, 1)


@lru_cache(maxsize=512)
def _sunday(year: int, month: int, nth: int) -> datetime:
    first = datetime(year, month, 1, 2)  # noqa: DTZ001 - local wall time
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))

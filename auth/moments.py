"""Times as the contract writes and reads them: UTC, to the millisecond."""

import re
from datetime import UTC, datetime

FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+\- ]\d{2}:?\d{2})?)?"
)


def show_moment(moment: datetime | None) -> str | None:
    """`2026-02-01T08:00:00.000Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def read_moment(text: str) -> datetime:
    """A date (midnight UTC) or an RFC 3339 time; without an offset it is UTC, a space before one was a `+`.

    Raises ValueError.
    """
    if not FORM.fullmatch(text):
        raise ValueError("must be a date or an RFC 3339 time, such as 2026-02-01T08:00:00.000Z")
    whole = text[:11] + text[11:].replace(" ", "+")
    try:
        moment = datetime.fromisoformat(whole.upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no time that exists") from None

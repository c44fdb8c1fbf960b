"""Times that a vendor states without an offset, in a time zone of the account's: read into UTC, and compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from providers.filters import Narrowing, Range, whole_second


@dataclass(frozen=True)
class Tenant:
    """What mapping needs to know of the account: `zone` of its times, `currency` that its amounts are in by default."""

    zone: ZoneInfo = field(default=ZoneInfo("UTC"))
    currency: str | None = None


UNKNOWN = Tenant()


def instant(value: Any, tenant: Tenant) -> str | None:
    """RFC 3339 in UTC, from `YYYY-MM-DD HH:MM:SS` in the tenant's zone; of an hour that comes twice, the first."""
    if type(value) is not str or len(value) != 19:
        return None
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=tenant.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z" if moment.year > 999 else None


class LocalMoments(Range):
    """Instants that the vendor keeps as local times of whole seconds.

    A bound in the hour that comes twice when clocks go back is moved so far that no record of either is left out.
    """

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        operator, moment = whole_second(operator, found[0])
        try:
            local = moment.astimezone(zone)
        except OverflowError:
            local = moment
        bound = _widened(local, operator).replace(tzinfo=None)
        return self.narrowed(operator, bound.isoformat(" "))


def _widened(local: datetime, operator: str) -> datetime:
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    if first is None or second is None or first <= second:
        return local
    if operator in ("gt", "gte"):
        return local if local.fold else local - (first - second)
    return local + (first - second) if local.fold else local


class Calendar(Range):
    """Calendar days that the vendor keeps as such."""

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        return self.narrowed(operator, found[0])

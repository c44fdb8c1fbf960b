"""What is switched on in the account: features, formats, what the role of the caller can't see."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.netsuite.catalog import TABLES, Table
from sandbox.netsuite.moments import FORMATS

# What goes with a feature: whole tables, and columns wherever they stand.
FEATURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "one_world": (
        ("subsidiary", "vendorsubsidiaryrelationship", "customersubsidiaryrelationship"),
        ("subsidiary", "cseg_region_filterby_subsidiary"),
    ),
    "multi_currency": (("currency", "consolidatedexchangerate"), ("currency", "exchangerate")),
    "departments": (("department",), ("department",)),
    "classes": (("classification",), ("class",)),
    "locations": (("location", "inventoryitemlocations"), ("location",)),
    "approval_routing": ((), ("approvalstatus", "nextapprover")),
    "custom_segments": (
        ("customsegment", "customrecord_cseg_region", "customrecord_cseg_channel"),
        ("cseg_region", "cseg_channel"),
    ),
}


@dataclass(frozen=True)
class Account:
    """`hidden` are tables (`role`) and columns (`vendor.subsidiary`) that the caller's role can't see, `broken` columns
    that SuiteQL fails on."""

    features: frozenset[str]
    date_format: str
    zone: ZoneInfo
    hidden: frozenset[str]
    broken: frozenset[str]

    def without(self, names: frozenset[str]) -> "Account":
        """The account with these tables, records and columns hidden, too."""
        return replace(self, hidden=self.hidden | names)

    def table(self, name: str) -> Table | None:
        """The table, if the account and the role have it."""
        gone = {one for feature in self._off() for one in FEATURES[feature][0]}
        return None if name in gone | self.hidden else TABLES.get(name)

    def columns(self, table: Table) -> list[str]:
        """The columns of the table that a statement may name."""
        return [
            name for name, column in table.columns.items() if not column.hidden and self.has(table.name, name)
        ]

    def has(self, table: str, column: str) -> bool:
        """Whether the column is there for the account and the role, in SuiteQL or in REST alone."""
        gone = {one for feature in self._off() for one in FEATURES[feature][1]}
        return column not in gone and f"{table}.{column}" not in self.hidden

    def _off(self) -> set[str]:
        return set(FEATURES) - self.features


def account(without: str, hidden: str, broken: str, date_format: str, zone: str) -> Account:
    """The account of the switches, three of which are comma lists. Raises ValueError for what is not there."""
    off = set(filter(None, without.split(",")))
    if not off <= set(FEATURES):
        raise ValueError(f"switch without takes {', '.join(FEATURES)}")
    if date_format not in FORMATS:
        raise ValueError(f"switch date_format is one of {', '.join(FORMATS)}")
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"switch zone: there is no {zone}") from error
    unseen, failing = (frozenset(filter(None, listed.split(","))) for listed in (hidden, broken))
    return Account(frozenset(FEATURES) - off, date_format, place, unseen, failing)

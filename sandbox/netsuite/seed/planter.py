"""Plants records with gaps between their ids, moments that follow one another, and a chance that the seed decides."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from sandbox.netsuite.moments import stored_date, stored_time
from sandbox.netsuite.store import Row, Store

BEGAN = datetime(2024, 1, 2, 8, 0, tzinfo=UTC).timestamp()
BULK = BEGAN + 40_000_000  # a mass update that touched many records in the same second
USUAL = 140
MINUTE = 60


class Planter:
    """`vendors` is the size of the largest collection; the others follow it."""

    def __init__(self, seed: int, vendors: int | None) -> None:
        self.store = Store()
        self.chance = Random(seed)
        self.vendors = vendors or USUAL
        self.clock = BEGAN
        self.customers: list[int] = []
        self._accounts: dict[str, list[int]] = {}

    def scaled(self, usual: int, least: int = 1) -> int:
        return max(least, usual * self.vendors // USUAL)

    def moment(self) -> str:
        """A later moment each time."""
        self.clock += self.chance.randint(7, 900) * MINUTE + self.chance.randint(0, 59)
        return stored_time(self.clock)

    def touched(self, number: int, created: str) -> str:
        """When a record was last modified: at its creation, later, or with many others at once."""
        if number % 6 == 1:
            return stored_time(BULK)
        return created if number % 3 else stored_time(self.clock + self.chance.randint(1, 90) * 3600)

    def day(self, number: int, ahead: int = 0) -> str:
        return stored_date(date(2024, 1, 5) + timedelta(days=number * 3 % 700 + ahead))

    def accounts(self, kind: str) -> list[int]:
        """The ids of the accounts of this kind."""
        if not self._accounts:
            for row in self.store.rows("account"):
                self._accounts.setdefault(row["accttype"], []).append(row["id"])
        return self._accounts[kind]

    def add(self, table: str, values: Row, gap: int = 0) -> int:
        """The id of the new row; `gap` numbers are left out before it."""
        if "id" not in values:
            self.store.last[table] = self.store.last.get(table, 0) + gap
        return int(self.store.insert(table, values).get("id", 0))


def flag(value: object) -> str:
    return "T" if value else "F"

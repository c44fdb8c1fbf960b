"""What every part of the seed shares: one random source, instants within the tenant's history, money in odd scales."""

import math
import random
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from sandbox.coupa.store import Record, Store

FOUNDED = 1551456000  # 2019-03-01T16:00:00Z, when the settings were made
FIRST_DAY = 1704096000  # 2024-01-01T08:00:00Z
LAST_DAY = 1782028800  # 2026-06-21T08:00:00Z
LOADED = 1768268104  # an instant that many records share: a nightly load touched them
DAY = 86400
CENT = Decimal("0.01")
PRICES = (
    "12",
    "250",
    "12.5",
    "12.50",
    "0.99",
    "19.9900",
    "3.141593",
    "1.00000000000000000001",
    "0.0725",
    "1249.00",
)


class Seeder:
    """Puts records into a store; the same seed and size give the same records."""

    def __init__(self, store: Store, seed: int, suppliers: int) -> None:
        self.store = store
        self.rng = random.Random(seed)
        self.suppliers = suppliers
        self._factor = math.sqrt(suppliers / 130)

    def scaled(self, count: int, step: int = 1) -> int:
        """`count` is for 130 suppliers; others grow with the root, in whole steps."""
        return max(step, round(count * self._factor / step) * step)

    def add(self, kind: str, values: Record, *, at: int | None = None, by: int = 12) -> Record:
        """Inserts; created and updated at `at` (or at the founding), by user `by`."""
        made = FOUNDED if at is None else at
        base = {"created-at": made, "updated-at": made, "created-by": by, "updated-by": by}
        return self.store.insert(kind, {**base, **values})

    def moment(self) -> int:
        """A working minute in the tenant's history."""
        return self.rng.randrange(FIRST_DAY, LAST_DAY)

    def later(self, at: int) -> int:
        """An updated-at after `at`; one in four falls on the shared instant of the load."""
        if at < LOADED and self.rng.random() < 0.25:
            return LOADED
        return at + self.rng.randrange(0, 20 * DAY)

    def midnight(self, at: int) -> int:
        """Midnight in winter of the Pacific zone on or before `at`."""
        return (at - 8 * 3600) // DAY * DAY + 8 * 3600

    def price(self) -> str:
        return self.rng.choice(PRICES)

    def supplier(self) -> Record:
        """A random active supplier."""
        return self.rng.choice(self.active)

    @cached_property
    def active(self) -> list[Record]:
        return [one for one in self.store.all("supplier") if one["status"] == "active"]


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def line_total(quantity: str | None, price: str) -> Decimal:
    """Quantity times price in whole cents; an amount line has no quantity."""
    return cents(Decimal(price) * Decimal(quantity if quantity is not None else "1"))

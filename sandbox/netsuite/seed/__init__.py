"""The account's records, the same for the same seed and size."""

from functools import lru_cache

from sandbox.netsuite.seed import billing, customs, items, orders, parties, setup, staff
from sandbox.netsuite.seed.planter import Planter
from sandbox.netsuite.store import Store


def planted(seed: int, vendors: int | None = None) -> Store:
    """A store of its own with everything an account holds; `vendors` is the size of its largest collection."""
    store = Store()
    store.restore(*image(seed, vendors))
    return store


@lru_cache(4)
def image(seed: int, vendors: int | None) -> tuple[bytes, dict[str, int]]:
    """What `planted` starts from: kept, because planting takes about a second."""
    planter = Planter(seed, vendors)
    for part in (setup, customs, staff, parties):
        part.plant(planter)
    staff.plant_groups(planter)
    for part in (items, orders, billing):
        part.plant(planter)
    return planter.store.saved()

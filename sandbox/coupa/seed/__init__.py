"""The test tenant's data, made from a number: the same seed gives the same records with the same ids."""

from sandbox.coupa.seed import billing, buying, people, records, settings, suppliers
from sandbox.coupa.seed.base import Seeder
from sandbox.coupa.store import Store

SUPPLIERS = 130


def plant(store: Store, seed: int, count: int | None = None) -> None:
    """Fills an empty store. `count` is the number of suppliers; the other collections follow its root."""
    seeder = Seeder(store, seed, SUPPLIERS if count is None else max(4, count))
    for part in (settings, people, suppliers, buying, billing, records):
        part.plant(seeder)

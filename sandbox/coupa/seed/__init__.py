"""The test tenant's data, made from a number: the same seed gives the same records with the same ids."""

from functools import lru_cache

from sandbox.coupa.seed import billing, buying, people, records, settings, suppliers
from sandbox.coupa.seed.base import Seeder
from sandbox.coupa.store import Store

SUPPLIERS = 130


def planted(seed: int, count: int | None = None) -> Store:
    """A store of its own. `count` is the number of suppliers; the other collections follow its root."""
    return _first(seed, count).copy()


@lru_cache(maxsize=2)
def _first(seed: int, count: int | None) -> Store:
    """The store that those of one seed are copied from, which is ten times quicker than planting each."""
    store = Store()
    seeder = Seeder(store, seed, SUPPLIERS if count is None else max(4, count))
    for part in (settings, people, suppliers, buying, billing, records):
        part.plant(seeder)
    return store

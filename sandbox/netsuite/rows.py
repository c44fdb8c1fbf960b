"""An account's records as the control API changes them, past all rules of NetSuite."""

from collections.abc import Mapping
from typing import Any


class AccountRows:
    """Nothing is kept yet, so every collection is unknown."""

    def ids(self, collection: str) -> list[int]:
        raise KeyError(collection)

    def insert(self, collection: str, values: Mapping[str, Any]) -> int:
        raise KeyError(collection)

    def change(self, collection: str, id_: int, values: Mapping[str, Any]) -> None:
        raise KeyError(collection)

    def remove(self, collection: str, id_: int) -> None:
        raise KeyError(collection)

"""One record through the table of the collection that serves a resource: what tests of single rules ask."""

from collections.abc import Sequence
from typing import Any

from providers.coupa import COUPA


def mapped(resource: str, record: dict[str, Any], named: Sequence[str] = (), at: int = 0) -> dict[str, Any]:
    """The unified record; `named`: the account's global custom fields, `at`: which of the resource's collections."""
    return COUPA.resources[resource].sources[at].fields(record, named)

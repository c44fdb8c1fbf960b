"""What a crawl reads: a collection as a book of leaves, each of them one page of the vendor's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from proxy.cursors import Place, Rank


@dataclass(frozen=True)
class Leaf:
    """One page: its records as lines, and the place behind it, None at the end.

    `keys` are those of the lines, where the book goes by numbers.
    """

    lines: Sequence[bytes]
    after: Place | None
    keys: Sequence[Rank] = ()


class Book(Protocol):
    """A collection that can be read page by page."""

    async def leaf(self, place: Place) -> Leaf: ...

    def beyond(self, place: Place) -> Place | None:
        """What follows a place, where that is known before its page is read."""

    def goes_by_numbers(self, place: Place | None) -> bool:
        """Whether pages from a place on go by a key that is a number, and may start behind any."""

    def seal(self, place: Place) -> str | None: ...

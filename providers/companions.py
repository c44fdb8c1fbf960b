"""What goes with statements: how lists are handed out, rows of others for a whole page, facts about an account."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from providers.paging import Keyset, Sorted
from providers.queries import AFTER, LIMIT, ORDER, SEVERAL, Asked, Language, Params, Row, Statement


@dataclass(frozen=True)
class Companion:
    """Rows of a second statement that belong to those of a page, all by one call: laid into each row under `into`.

    `parent` is the column that says to which row each belongs, by the values that `of` finds in that row. One that is
    `spare` may be refused on account of rights or options: the fields stay null then.
    """

    into: str
    statement: Statement
    parent: str
    of: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda row: (str(row["id"]),)
    spare: bool = False

    @cached_property
    def paging(self) -> Sorted:
        return sorted_by(self.parent, "asc", self.statement.language, self.statement.key)

    def narrowed(self, values: Collection[str]) -> Params:
        return ((f"{self.parent}[in]", SEVERAL.join(values)),)


@dataclass(frozen=True)
class Fact:
    """An entry of an account's context that the vendor is asked for: `read` makes sense of the rows of a statement, and
    `otherwise` is what stands where the vendor refuses it."""

    name: str
    language: Language
    text: str
    read: Callable[[list[Row]], Any]
    otherwise: Any = None

    def ask(self) -> Asked:
        return Asked(self.language.path, (), orjson.dumps({"q": self.text}), self.language.headers)


def keyset(language: Language, key: str = "id") -> Keyset:
    """How lists of a language's statements are handed out in their own order: by a key that is a number."""
    return Keyset(after=AFTER, order=((ORDER, key),), limit=LIMIT, most=language.most, key=key, numbers=True)


def sorted_by(attribute: str, direction: str, language: Language, key: str = "id") -> Sorted:
    """And in another."""
    order = ((ORDER, f"-{attribute}" if direction == "desc" else attribute),)
    return Sorted(attribute, order, after=AFTER, limit=LIMIT, most=language.most, key=key)

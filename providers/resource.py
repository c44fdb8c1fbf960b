"""How a unified resource is served: which vendor collections it gathers, with what mapping, filters and paging."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from providers.companions import Companion
from providers.filters import Filter
from providers.mapping import Fields, Needs, merged
from providers.overrides.override import Override, Reshaping
from providers.overrides.query import Rewriting
from providers.overrides.request import Remaking
from providers.paging import Keyset, Offset, Paging, Sorted
from providers.queries import Statement
from providers.writing import Writing

Params = tuple[tuple[str, str], ...]
WORD = re.compile(r"[^\[\]\s]+")
Select = Callable[[Needs], Params]


@dataclass(frozen=True)
class Addition:
    """A second call, once a record, whose rows are laid into the record under `into` before it is mapped.

    `params(record)` names the rows that belong to it. A list reads at most `listed` of them (0: none, the fields stay
    null and the list says that it is partial), a get reads all.
    """

    path: str
    into: str
    params: Callable[[Mapping[str, Any]], Params]
    scopes: tuple[str, ...] = ()
    listed: int = 0


@dataclass(frozen=True)
class Whole:
    """The record itself, read beside the row of a statement that a get gives: it is the `remote_data` then, and lies
    in the row under `into` for the mapping. `path` is where, by the row; None where the vendor has none. Where the
    vendor refuses it, the row stands alone.
    """

    path: Callable[[Mapping[str, Any]], str | None]
    into: str = "record"
    params: Params = ()


@dataclass(frozen=True)
class Source:
    """One vendor collection: `path` lists, `path/{id}` gets; with a `statement` both ask that instead, `companions`
    come with every page and `whole` with a get.

    `prefix` is put before ids where a resource gathers several collections. `query` goes along on every list. `keep`
    drops rows that the vendor could not be asked to leave out, and `also` names the keys that it reads. `unset` names
    keys that a whole answer leaves out where a record has no value, and `within` paths below a key that it may lack
    although the vendor has them: see `insist`. `refusable` names keys and parameters that not every tenant knows:
    after a 400 the call is made again without them. `extra` is what an override reads besides the mapping, `leans`
    whether all that is read can be asked for by name. One that is `apart` is listed only where a filter asks for such;
    one that is `spare` is empty where the vendor does not know it.
    """

    path: str
    fields: Fields
    scopes: tuple[str, ...] = ()
    prefix: str = ""
    id_pattern: str = r"[0-9]{1,18}"
    query: Params = ()
    keep: Callable[[Mapping[str, Any]], bool] | None = None
    also: tuple[str, ...] = ()
    selects: bool = True
    unset: frozenset[str] = frozenset()
    within: tuple[str, ...] = ()
    refusable: frozenset[str] = frozenset()
    addition: Addition | None = None
    writing: Writing | None = None
    extra: Needs = field(default_factory=dict)
    leans: bool = True
    statement: Statement | None = None
    companions: tuple[Companion, ...] = ()
    whole: Whole | None = None
    apart: bool = False
    spare: bool = False

    @cached_property
    def needs(self) -> Needs:
        """The vendor fields that are read from a record of this collection."""
        into = self.addition.into if self.addition else None
        needs = merged({**self.fields.needs, **{key: {} for key in self.also}}, self.extra)
        return {key: below for key, below in needs.items() if key != into}

    @cached_property
    def insist(self) -> tuple[str, ...]:
        """The paths without which a whole answer is not believed (a response filter may have cut it, or a newer release
        keep it back) and the records are read once more, by name: every key that the mapping reads but `unset` ones.
        """
        if not self.selects or self.statement:
            return ()
        into = self.addition.into if self.addition else None
        return (*(key for key in self.fields.needs if key not in self.unset and key != into), *self.within)

    @property
    def is_partial(self) -> bool:
        """Whether rows of a list may lack fields that a get has."""
        return self.addition is not None or (self.whole is not None and self.whole.into in self.needs)

    @cached_property
    def addition_needs(self) -> Needs:
        """The vendor fields that are read from a row of the addition, the key of its paging included."""
        if self.addition is None or not self.leans:
            return {}
        return merged(
            {"id": {}}, *(tree.get(self.addition.into, {}) for tree in (self.fields.needs, self.extra))
        )


def _words(parameter: str) -> tuple[str, ...]:
    return tuple(WORD.findall(parameter.lower().replace("-", "_")))


@dataclass(frozen=True)
class Resource:
    """`sorts`: unified name -> vendor attribute for `order`; by the keyset's own key the keyset stays usable, and so it
    does by any where `sorting` makes one of attribute and direction.

    `further` adds the collections that only one tenant has, by its account's context.
    `crawl_page`: rows a page when whole records are crawled and the caller names no limit. `override`: what was laid
    over the provider's own declaration; `reshaping`, `rewriting` and `remaking` are its parts that concern records,
    list queries and bodies. `custom_filter` filters by a custom field: its name, and whether it stands among a record's
    own keys.
    """

    sources: tuple[Source, ...]
    filters: Mapping[str, Filter]
    keyset: Keyset
    offset: Offset
    order: Callable[[str, str], Params]
    select: Select
    sorts: Mapping[str, str]
    crawl_page: int | None = None
    docs_url: str | None = None
    override: Override | None = None
    reshaping: Reshaping | None = None
    rewriting: Rewriting | None = None
    remaking: Remaking | None = None
    custom_filter: Callable[[str, bool], Filter] | None = None
    sorting: Callable[[str, str], Sorted] | None = None
    further: "Callable[[Resource, Mapping[str, Any]], Resource] | None" = None

    def paging(self, attribute: str | None, direction: str = "asc") -> Paging:
        """How lists in an order are handed out; None is their own."""
        if attribute is None or (attribute == self.keyset.key and direction == "asc"):
            return self.keyset
        return self.sorting(attribute, direction) if self.sorting else self.offset

    def of_tenant(self, context: Mapping[str, Any]) -> "Resource":
        """The resource with the collections that an account's context tells of."""
        return self.further(self, context) if self.further else self

    def pages_by(self, parameter: str) -> bool:
        """Whether a vendor parameter sets paging or order, however its brackets, dashes and spaces stand."""
        own = (*self.keyset.ask(1, "1"), *self.offset.ask(1, 1), *self.order("", ""))
        return _words(parameter) in {_words(name) for name, _ in own}

    @property
    def methods(self) -> tuple[str, ...]:
        """What is offered, reads first."""
        deeds = (method for source in self.sources if source.writing for method in source.writing.deeds)
        return ("list", "get", *dict.fromkeys(deeds))

    @property
    def refusals(self) -> Mapping[str, str]:
        """Why a method is not offered, where the vendor gives a reason."""
        found = (source.writing.refusals for source in self.sources if source.writing)
        return {method: why for refusals in found for method, why in refusals.items()}

    @property
    def write_scopes(self) -> tuple[str, ...]:
        """All that writing it needs, in order, once each."""
        deeds = (deed for source in self.sources if source.writing for deed in source.writing.deeds.values())
        return tuple(dict.fromkeys(scope for deed in deeds for scope in deed.scopes))

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that reading it needs, in order, once each."""
        found = (scope for source in self.sources for scope in source.scopes)
        added = (scope for source in self.sources if source.addition for scope in source.addition.scopes)
        return tuple(dict.fromkeys((*found, *added)))

    @property
    def partial_lists(self) -> bool:
        """Whether rows of a list may lack fields that a get has."""
        return any(source.is_partial for source in self.sources)

    @property
    def absent(self) -> Mapping[str, str]:
        """The fields that no collection of the resource has, with the reason."""
        first, *others = (source.fields.absent for source in self.sources)
        return {name: why for name, why in first.items() if all(name in other for other in others)}

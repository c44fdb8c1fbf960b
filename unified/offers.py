"""By what a list can be narrowed and ordered: what the model knows and the provider, or an override, can do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from providers.filters import Filter
from providers.resource import Resource
from schemas.filters import EQUAL_OR_IN
from schemas.filters import Filter as UnifiedFilter
from schemas.unified import UnifiedResource

CUSTOM = "custom_fields"
ANY_CUSTOM = f"{CUSTOM}[*]"  # stands for a custom field of any name


@dataclass(frozen=True)
class Offer:
    """A filter as it can be asked for. `known`: the model's, `filter`: what applies it."""

    known: UnifiedFilter
    filter: Filter

    @property
    def name(self) -> str:
        return self.known.name

    @cached_property
    def operators(self) -> tuple[str, ...]:
        return tuple(name for name in self.filter.operators if name in self.known.operators)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All that an enum takes: the model's words, those of the provider, the vendor's own."""
        found = (*self.known.values, *self.filter.words, *self.filter.raw_words)
        return tuple(dict.fromkeys(found)) if self.known.kind == "enum" else ()


def filters(unified: UnifiedResource, resource: Resource) -> Mapping[str, Offer]:
    """Every filter, in the model's order; custom fields that an override reads come last."""
    names = [name for name in unified.filters if name in resource.filters]
    custom = [name for name in resource.filters if name not in unified.filters]
    known = {**unified.filters, **{name: _custom(name) for name in custom}}
    return {name: Offer(known[name], resource.filters[name]) for name in (*names, *custom)}


def any_custom(resource: Resource) -> Offer | None:
    """How custom fields can be filtered by, whatever their names; None where the vendor can't."""
    found = resource.custom_filter
    return Offer(_custom(ANY_CUSTOM), found("*", False)) if found else None


def custom_filter(resource: Resource, name: str, own_keys: Collection[str]) -> Offer | None:
    """The filter on one custom field. `own_keys`: those that the tenant keeps among a record's own keys."""
    key = f"{CUSTOM}[{name}]"
    if key in resource.filters:
        return Offer(_custom(key), resource.filters[key])
    if resource.custom_filter is None or resource.pages_by(name):
        return None
    return Offer(_custom(key), resource.custom_filter(name, name in own_keys))


def _custom(name: str) -> UnifiedFilter:
    return UnifiedFilter(name, EQUAL_OR_IN, "text")


def names(unified: UnifiedResource, resource: Resource) -> list[str]:
    """The names of all filters."""
    custom = [ANY_CUSTOM] if resource.custom_filter else []
    return [*filters(unified, resource), *custom]


def sorts(unified: UnifiedResource, resource: Resource) -> Mapping[str, str]:
    """Unified name -> vendor attribute, in the model's order."""
    return {name: resource.sorts[name] for name in unified.sorts if name in resource.sorts}

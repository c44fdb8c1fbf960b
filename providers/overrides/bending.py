"""A resource's declaration with an override laid over it: another declaration, which everything else reads as usual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from providers.filters import RANGE, Filter
from providers.mapping import WHOLE, Needs, Node, merged, not_offered, refitted
from providers.names import Source as Names
from providers.overrides.expression import Expression
from providers.overrides.forms import form_of, is_scalar
from providers.overrides.override import Entries, Override, Reshaping
from providers.overrides.query import Read, Rewriting, filters_read, parameters_of
from providers.overrides.reads import ALL, Path
from providers.overrides.request import Remaking, opened
from providers.resource import Resource, Source
from schemas.filters import Filter as UnifiedFilter
from schemas.unified import UnifiedResource

Reads = Mapping[str, set[str]]  # filter -> operators
OPERATORS = ("eq", "in", *RANGE)


@dataclass(frozen=True)
class Overridden(Node):
    """A row whose value comes later, from an expression."""

    text: str

    def write(self, source: Names, record: str) -> str:
        return "None"


def bent(unified: UnifiedResource, resource: Resource, override: Override) -> Resource:
    """The resource as the override wants it."""
    if override.is_empty:
        return resource
    return replace(
        resource,
        sources=tuple(_bent_source(unified, source, override) for source in resource.sources),
        filters=_filters(unified, resource, override.query),
        override=override,
        reshaping=_reshaping(unified, override),
        rewriting=Rewriting(override.query) if override.query else None,
        remaking=Remaking(override.request) if override.request else None,
    )


def _filters(unified: UnifiedResource, resource: Resource, parameters: Entries) -> Mapping[str, Filter]:
    """The provider's, and those that expressions read.

    What the provider would say by a parameter that an expression replaces without reading the filter would be
    lost: it is no longer offered.
    """
    reads = {name: filters_read(unified, each) if each else {} for name, each in parameters.items()}
    found: dict[str, Filter] = {}
    for name in dict.fromkeys((*resource.filters, *(name for each in reads.values() for name in each))):
        base = resource.filters.get(name)
        read = {operator for each in reads.values() for operator in each.get(name, ())}
        own = base.operators if base else ()
        kept = tuple(each for each in own if not _is_lost(unified.filters[name], base, each, reads))
        if base and kept == own and read <= set(own):
            found[name] = base
        elif kept or read:
            found[name] = Read(base, tuple(each for each in OPERATORS if each in kept or each in read))
    return found


def _is_lost(known: UnifiedFilter, base: Filter | None, operator: str, reads: Mapping[str, Reads]) -> bool:
    replaced = parameters_of(base, known, operator) & reads.keys() if base else set()
    return any(operator not in reads[parameter].get(known.name, ()) for parameter in replaced)


def _reshaping(unified: UnifiedResource, override: Override) -> Reshaping:
    known = unified.record.model_fields
    fields = tuple(
        (name, found, form_of(known[name])) for name, found in override.response.items() if found is not None
    )
    return Reshaping(fields, tuple(override.custom.items()))


def _bent_source(unified: UnifiedResource, source: Source, override: Override) -> Source:
    """What its expressions read is asked for besides, by name where it can be told, and missed by nobody."""
    rows: dict[str, Node] = {
        name: not_offered("an override takes it away") if found is None else Overridden(found.text)
        for name, found in override.response.items()
    }
    extra, is_known = _needs(unified, source.needs, override, is_flat=source.statement is not None)
    unknown = frozenset(name for name in extra if name not in source.needs)
    return replace(
        source,
        fields=refitted(source.fields, rows) if rows else source.fields,
        extra=extra,
        leans=source.leans and is_known,
        writing=opened(source.writing, unified, override.request) if source.writing else None,
        refusable=source.refusable | unknown,
    )


def _needs(
    unified: UnifiedResource, known: Needs, override: Override, *, is_flat: bool
) -> tuple[Needs, bool]:
    """What the expressions read of a vendor's record, and whether that is all; a flat one holds values alone."""
    found, is_known = [], True
    for expression, scalar in _expressions(unified, override):
        is_known = is_known and expression.reads.is_known
        for path in expression.reads.paths:
            is_value = is_flat or (scalar and path in expression.reads.results)
            need = _need(path, known, is_value=is_value)
            is_known = is_known and need is not None
            found.append(need or {})
    return merged(*found), is_known


def _expressions(unified: UnifiedResource, override: Override) -> Iterator[tuple[Expression, bool]]:
    """Each with whether only a single value would do."""
    for name, found in override.response.items():
        if found is not None:
            yield found, is_scalar(unified.record.model_fields[name])
    for found in override.custom.values():
        if found is not None:
            yield found, False


def _need(path: Path, known: Needs, *, is_value: bool) -> Needs | None:
    """How to ask for a path; None where nobody knows whether a value or a whole object stands there."""
    below: Needs | None = known
    for step in path:
        below = None if below is None else WHOLE if below.keys() & WHOLE.keys() else below.get(step)
    end: Needs = WHOLE if below else {}
    if below is None and ALL not in path and not is_value:
        return None
    for step in reversed(path):
        end = {step: end}
    return end

"""A resource's declaration with an override laid over it: another declaration, which everything else reads as usual."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from providers.mapping import WHOLE, Needs, Node, merged, not_offered, refitted
from providers.mapping import Source as Names
from providers.overrides.expression import Expression
from providers.overrides.forms import form_of, is_scalar
from providers.overrides.override import Override, Reshaping
from providers.overrides.reads import ALL, Path
from providers.resource import Resource, Source
from schemas.unified import UnifiedResource


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
    sources = tuple(_bent_source(unified, source, override) for source in resource.sources)
    return replace(resource, sources=sources, override=override, reshaping=_reshaping(unified, override))


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
    extra, is_known = _needs(unified, source.needs, override)
    unknown = frozenset(name for name in extra if name not in source.needs)
    return replace(
        source,
        fields=refitted(source.fields, rows) if rows else source.fields,
        extra=extra,
        leans=source.leans and is_known,
        refusable=source.refusable | unknown,
    )


def _needs(unified: UnifiedResource, known: Needs, override: Override) -> tuple[Needs, bool]:
    """What the expressions read of a vendor's record, and whether that is all."""
    found, is_known = [], True
    for expression, scalar in _expressions(unified, override):
        is_known = is_known and expression.reads.is_known
        for path in expression.reads.paths:
            need = _need(path, known, is_value=scalar and path in expression.reads.results)
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

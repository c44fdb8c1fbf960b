"""The query layer: vendor parameters made of the unified query, and the filters that are supported thereby."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from providers.filters import ALL, CannotFilter, Filter, Narrowing, Params
from providers.overrides.budget import Budget, Fault
from providers.overrides.expression import Expression
from providers.overrides.override import STEPS, Entries, Unfit
from providers.overrides.reads import Path
from schemas.filters import Filter as UnifiedFilter
from schemas.unified import UnifiedResource

CUSTOM = "custom_fields"
UTC = ZoneInfo("UTC")
PROBES: Mapping[str, str] = {
    "time": "2026-01-01T00:00:00+00:00",
    "date": "2026-01-01",
    "boolean": "true",
    "id": "1",
    "text": "x",
}


@dataclass(frozen=True)
class Read:
    """A filter that expressions read; `base`: what the provider makes of it besides."""

    base: Filter | None
    operators: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return self.base.words if self.base else ()

    @property
    def raw_words(self) -> tuple[str, ...]:
        return self.base.raw_words if self.base else ()

    def __call__(self, operator: str, found: Sequence[str], zone: ZoneInfo) -> Narrowing:
        if self.base is None or operator not in self.base.operators:
            return ALL
        return self.base(operator, found, zone)


@dataclass(frozen=True)
class Rewriting:
    """The query layer of one resource, made ready."""

    parameters: Entries

    def __call__(self, params: Params, asked: Mapping[str, Any]) -> Params:
        """What the provider's own filters came to, with the override's parameters instead of those of the same name.

        `asked` is the unified query as expressions see it. Raises Unfit.
        """
        budget = Budget(STEPS)
        made = ((name, _value(name, each, asked, budget)) for name, each in self.parameters.items() if each)
        kept = (pair for pair in params if pair[0] not in self.parameters)
        return (*kept, *((name, value) for name, value in made if value is not None))


def _value(name: str, expression: Expression, asked: Mapping[str, Any], budget: Budget) -> str | None:
    try:
        found = expression.value(asked, budget)
    except Fault as fault:
        raise Unfit(f"The override of the query parameter '{name}' {fault}") from fault
    if found is None:
        return None
    parts = [_text(part) for part in (found if isinstance(found, list) else [found])]
    if not parts or not all(parts):
        raise Unfit(
            f"The override of the query parameter '{name}' gave what is no text, number or list of these"
        )
    return ",".join(filter(None, parts))


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def filters_read(unified: UnifiedResource, expression: Expression) -> dict[str, set[str]]:
    """The filters that an expression reads, with their operators. Raises KeyError for a path that is none."""
    found: dict[str, set[str]] = {}
    for path in expression.reads.paths:
        for name, operators in _matches(unified, path):
            found.setdefault(name, set()).update(operators)
    return found


def _matches(unified: UnifiedResource, path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    if path[:1] == (CUSTOM,) and len(path) == 2:
        yield f"{CUSTOM}[{path[1]}]", frozenset({"eq", "in"})
        return
    whole = [known for known in unified.filters.values() if _steps(known)[: len(path)] == path]
    for known in whole:
        yield known.name, frozenset(known.operators)
    *above, last = path
    single = [known for known in unified.filters.values() if _steps(known) == tuple(above)]
    for known in single:
        if last not in known.operators:
            raise KeyError(".".join(path))
        yield known.name, frozenset({last})
    if not whole and not single:
        raise KeyError(".".join(path))


def _steps(known: UnifiedFilter) -> Path:
    return tuple(known.name.replace("]", "").split("["))


def parameters_of(base: Filter, known: UnifiedFilter, operator: str) -> set[str]:
    """The vendor parameters that a filter of the provider's sets, found out by asking it."""
    found = set()
    for word in base.words or (PROBES[known.kind],):
        with suppress(CannotFilter):
            found |= {name for name, _ in base(operator, (word,), UTC).params}
    return found

"""Filters: names and operators checked against the model, values brought to one form, then given to the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from providers.filters import NOTHING, CannotFilter, Narrowing
from providers.resource import Resource
from schemas.errors import InvalidRequest
from schemas.filters import Filter as UnifiedFilter
from schemas.unified import UnifiedResource
from unified.syntax import Parameter

OPERATORS = ("eq", "in", "gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Condition:
    name: str
    operator: str
    values: tuple[str, ...]


def read_condition(
    parameter: Parameter, unified: UnifiedResource, resource: Resource, *, ignore_unsupported: bool
) -> Condition | None:
    """The condition that a parameter states; None where it is dropped because the setting says so.

    Raises `InvalidRequest`: `unknown_parameter`, `unsupported_filter` or what is wrong with the value.
    """
    found, operator = _place(parameter, unified)
    if found is None:
        raise _unknown(parameter, unified, resource)
    offered = resource.filters.get(found.name)
    if offered is None or operator not in found.operators or operator not in offered.operators:
        if ignore_unsupported:
            return None
        raise _unsupported(parameter, unified, resource)
    many = parameter.split if operator == "in" else parameter.values
    if operator != "in" and len(many) > 1:
        raise InvalidRequest.about(parameter.key, "takes one value")
    return Condition(
        found.name, operator, tuple(_canonical(parameter, found, resource, value) for value in many)
    )


def _place(parameter: Parameter, unified: UnifiedResource) -> tuple[UnifiedFilter | None, str]:
    found = unified.filter(parameter.key)
    if found:
        several = parameter.listed or ("in" in found.operators and "," in parameter.values[0])
        return found, "in" if several else "eq"
    if not parameter.path:
        return None, ""
    *path, operator = parameter.path
    found = unified.filter(parameter.name + "".join(f"[{step}]" for step in path))
    return (found, operator) if operator in OPERATORS else (None, operator)


def supported(unified: UnifiedResource, resource: Resource) -> list[str]:
    """The names of the filters that a provider applies to a resource."""
    return [name for name in unified.filters if name in resource.filters]


def _unknown(parameter: Parameter, unified: UnifiedResource, resource: Resource) -> InvalidRequest:
    if parameter.name in ("or", "and") or parameter.path[-1:] in (("or",), ("and",)):
        return _unsupported(parameter, unified, resource)
    known = ", ".join(supported(unified, resource))
    return InvalidRequest.about(
        parameter.key,
        "unknown parameter",
        message=f"'{parameter.key[:200]}' is neither a parameter nor a filter of {unified.name}. "
        f"Filters here: {known}",
        reason="unknown_parameter",
    )


def _unsupported(parameter: Parameter, unified: UnifiedResource, resource: Resource) -> InvalidRequest:
    known = supported(unified, resource)
    return InvalidRequest(
        f"This provider can't filter {unified.name} by '{parameter.key[:200]}'. It can by {', '.join(known)}",
        reason="unsupported_filter",
        supported_filters=known,
    )


def _canonical(parameter: Parameter, found: UnifiedFilter, resource: Resource, value: str) -> str:
    if not value:
        raise InvalidRequest.about(parameter.key, "holds an empty value")
    match found.kind:
        case "time":
            return _instant(parameter, value)
        case "date":
            return _day(parameter, value)
        case "boolean":
            return _boolean(parameter, value)
        case "enum":
            return _word(parameter, found, resource, value)
        case _:
            return value


def _instant(parameter: Parameter, value: str) -> str:
    """A space where an offset's sign belongs was a `+` that nobody encoded."""
    head, _, offset = value.rpartition(" ")
    text = (
        f"{head}+{offset}"
        if head and ("T" in head or ":" in head) and ":" in offset and "-" in head[:8]
        else value
    )
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest.about(
            parameter.key, "takes a date (2026-02-01) or an RFC 3339 time (2026-02-01T08:00:00Z)"
        ) from error
    return moment.isoformat(timespec="microseconds")


def _day(parameter: Parameter, value: str) -> str:
    """A calendar day; of a time, the day that it states."""
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except ValueError as error:
        raise InvalidRequest.about(parameter.key, "takes a date such as 2026-02-01") from error


def _boolean(parameter: Parameter, value: str) -> str:
    found = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(value)
    if found is None:
        raise InvalidRequest.about(parameter.key, "takes true or false")
    return found


def _word(parameter: Parameter, found: UnifiedFilter, resource: Resource, value: str) -> str:
    offered = resource.filters[found.name]
    known = (*found.values, *offered.words, *offered.raw_words)
    if value not in known:
        raise InvalidRequest.about(parameter.key, f"takes one of {', '.join(dict.fromkeys(known))}")
    return value


def narrow(conditions: Sequence[Condition], resource: Resource, zone: ZoneInfo) -> Narrowing:
    """All conditions together, in the vendor's words. Raises `InvalidRequest` for a combination it has no form for."""
    params: dict[str, str] = {}
    paths: frozenset[str] | None = None
    for condition in conditions:
        narrowing = _narrow(condition, resource, zone)
        if narrowing.nothing:
            return NOTHING
        for name, value in narrowing.params:
            if params.setdefault(name, value) != value:  # repeated, a vendor would join them by OR
                raise _not_together(condition)
        if narrowing.paths is not None:
            paths = narrowing.paths if paths is None else paths & narrowing.paths
    return Narrowing(tuple(params.items()), nothing=paths == frozenset(), paths=paths)


def _not_together(condition: Condition) -> InvalidRequest:
    message = "the vendor keeps this and another condition of the call in one place: ask for one of them"
    return InvalidRequest.about(
        condition.name, message, message=f"'{condition.name}': {message}", reason="unsupported_filter"
    )


def _narrow(condition: Condition, resource: Resource, zone: ZoneInfo) -> Narrowing:
    offered = resource.filters[condition.name]
    words = {*offered.words, *offered.raw_words}
    values = [value for value in condition.values if not words or value in words]
    if not values:
        return NOTHING
    try:
        return offered(condition.operator, values, zone)
    except CannotFilter as error:
        raise InvalidRequest.about(
            condition.name, str(error), message=f"'{condition.name}': {error}", reason="unsupported_filter"
        ) from error

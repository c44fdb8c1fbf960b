"""Filters: names and operators checked against the model, values brought to one form, then given to the provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from providers.filters import NOTHING, CannotFilter, Narrowing, Params
from providers.overrides.override import Unfit
from providers.resource import Resource
from providers.values import instant
from schemas.errors import InvalidRequest
from schemas.filters import Filter as UnifiedFilter
from schemas.unified import UnifiedResource
from unified.offers import CUSTOM, Offer, custom_filter, filters, names
from unified.syntax import Parameter

OPERATORS = ("eq", "in", "gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Condition:
    """`values` in canonical text, by the offer's filter and one of its operators."""

    offer: Offer
    operator: str
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.offer.name


def read_condition(
    parameter: Parameter,
    unified: UnifiedResource,
    resource: Resource,
    own_keys: Collection[str],
    *,
    ignore_unsupported: bool,
) -> Condition | None:
    """The condition that a parameter states; None where it is dropped because the setting says so.

    `own_keys`: the custom fields that the tenant keeps among a record's own keys. Raises `InvalidRequest`:
    `unknown_parameter`, `unsupported_filter` or what is wrong with the value.
    """
    if parameter.name == CUSTOM:
        offer, operator = _custom(parameter, resource, own_keys)
    else:
        found, operator = _place(parameter, unified)
        if found is None:
            raise _unknown(parameter, unified, resource)
        offer = filters(unified, resource).get(found.name)
    if offer is None or operator not in offer.operators:
        if ignore_unsupported:
            return None
        raise _unsupported(parameter, unified, resource)
    many = parameter.split if operator == "in" else parameter.values
    if operator != "in" and len(many) > 1:
        raise InvalidRequest.about(parameter.key, "takes one value")
    return Condition(offer, operator, tuple(_canonical(parameter, offer, value) for value in many))


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


def _custom(parameter: Parameter, resource: Resource, own_keys: Collection[str]) -> tuple[Offer | None, str]:
    """`custom_fields[name]`, or with an operator behind it; commas belong to the value, as nobody knows its kind."""
    match parameter.path:
        case (name,) if name:
            return custom_filter(resource, name, own_keys), "in" if parameter.listed else "eq"
        case (name, operator) if operator in OPERATORS:
            return custom_filter(resource, name, own_keys), operator
    return None, ""


def _unknown(parameter: Parameter, unified: UnifiedResource, resource: Resource) -> InvalidRequest:
    if parameter.name in ("or", "and") or parameter.path[-1:] in (("or",), ("and",)):
        return _unsupported(parameter, unified, resource)
    known = ", ".join(names(unified, resource))
    return InvalidRequest.about(
        parameter.key,
        "unknown parameter",
        message=f"'{parameter.key[:200]}' is neither a parameter nor a filter of {unified.name}. "
        f"Filters here: {known}",
        reason="unknown_parameter",
    )


def _unsupported(parameter: Parameter, unified: UnifiedResource, resource: Resource) -> InvalidRequest:
    known = names(unified, resource)
    return InvalidRequest(
        f"This provider can't filter {unified.name} by '{parameter.key[:200]}'. It can by {', '.join(known)}",
        reason="unsupported_filter",
        supported_filters=known,
    )


def _canonical(parameter: Parameter, offer: Offer, value: str) -> str:
    if not value:
        raise InvalidRequest.about(parameter.key, "holds an empty value")
    match offer.known.kind:
        case "time":
            return _instant(parameter, value)
        case "date":
            return _day(parameter, value)
        case "boolean":
            return _boolean(parameter, value)
        case "enum":
            return _word(parameter, offer, value)
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


def _word(parameter: Parameter, offer: Offer, value: str) -> str:
    if value not in offer.words:
        raise InvalidRequest.about(parameter.key, f"takes one of {', '.join(offer.words)}")
    return value


def narrow(conditions: Sequence[Condition], resource: Resource, zone: ZoneInfo) -> Narrowing:
    """All conditions together, in the vendor's words. Raises `InvalidRequest` for a combination it has no form for."""
    params: dict[str, str] = {}
    paths: frozenset[str] | None = None
    apart = False
    for condition in conditions:
        narrowing = _narrow(condition, zone)
        if narrowing.nothing:
            return NOTHING
        if condition.name not in resource.filters and _is_taken(narrowing.params, resource):
            raise _taken(condition)
        for name, value in narrowing.params:
            if params.setdefault(name, value) != value:  # repeated, a vendor would join them by OR
                raise _not_together(condition)
        apart = apart or narrowing.apart
        if narrowing.paths is not None:
            paths = narrowing.paths if paths is None else paths & narrowing.paths
    found = tuple(params.items())
    if resource.rewriting:
        found = _rewritten(found, conditions, resource)
    return Narrowing(found, nothing=paths == frozenset(), paths=paths, apart=apart)


def _rewritten(params: Params, conditions: Sequence[Condition], resource: Resource) -> Params:
    asked: dict[str, Any] = {}
    for condition in conditions:
        _lay(asked, condition)
    try:
        return resource.rewriting(params, asked) if resource.rewriting else params
    except Unfit as error:
        raise InvalidRequest(str(error), reason="invalid_override") from error


def _lay(asked: dict[str, Any], condition: Condition) -> None:
    """Puts a condition into the unified query as expressions see it: `{"contact": {"id": "7"}}`."""
    path = condition.name.replace("]", "").split("[")
    if condition.operator not in ("eq", "in"):
        path.append(condition.operator)
    values = [_seen(condition.offer.known.kind, value) for value in condition.values]
    *above, last = path
    for step in above:
        asked = asked.setdefault(step, {})
    asked[last] = values if condition.operator == "in" else values[0]


def _seen(kind: str, value: str) -> Any:
    if kind == "boolean":
        return value == "true"
    return instant(value) if kind == "time" else value


def _is_taken(params: Params, resource: Resource) -> bool:
    """Whether an override's expression, which reads other filters, stands in a parameter's place."""
    return resource.rewriting is not None and any(name in resource.rewriting.parameters for name, _ in params)


def _taken(condition: Condition) -> InvalidRequest:
    message = "an override uses the vendor's parameter for something else"
    return InvalidRequest.about(
        condition.name, message, message=f"'{condition.name}': {message}", reason="unsupported_filter"
    )


def _not_together(condition: Condition) -> InvalidRequest:
    message = "the vendor keeps this and another condition of the call in one place: ask for one of them"
    return InvalidRequest.about(
        condition.name, message, message=f"'{condition.name}': {message}", reason="unsupported_filter"
    )


def _narrow(condition: Condition, zone: ZoneInfo) -> Narrowing:
    offered = condition.offer.filter
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

"""Overrides as they are sent and stored: checked whole, every mistake with its place, and laid over one another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from providers.overrides.expression import BadExpression, Expression, read_expression
from providers.overrides.override import Entries, Override
from providers.overrides.query import filters_read
from providers.overrides.request import request_fields
from providers.provider import Provider
from providers.resource import Resource
from schemas.errors import InvalidRequest
from schemas.unified import MODELS, UnifiedResource

MOST_BYTES = 64 * 1024
MOST_ENTRIES = 100  # in each part of a resource's override
LONGEST_NAME = 200
FIXED = ("id", "remote_data")

Json = Mapping[str, Any]
Failure = dict[str, str]


def check_override(provider: Provider, given: Json, where: str) -> None:
    """Raises InvalidRequest with all that is wrong. `where`: how the request calls what it sends."""
    failures = list(_failures(provider, given, where))
    if failures:
        first = failures[0]
        raise InvalidRequest(
            f"{first['field']}: {first['message']}", reason="invalid_override", failures=failures[:100]
        )


def read_override(key: str, layers: Sequence[Json]) -> Override:
    """What the layers, each checked when it was saved, lay over the resource `model/resource`; the later ones win.

    Raises InvalidRequest for one that a former version of the gateway took and this one does not.
    """
    model, resource = key.split("/")
    laid = Override()
    for layer in layers:
        laid = laid.under(_laid(layer.get(model, {}).get(resource, {}), key))
    return laid


def _laid(given: Json, key: str) -> Override:
    try:
        response = given.get("response", {})
        own = {name: text for name, text in response.items() if name != "custom_fields"}
        parts = (own, response.get("custom_fields") or {}, given.get("query", {}), given.get("request", {}))
        return Override(*(_entries(part) for part in parts))
    except BadExpression as error:
        raise InvalidRequest(
            f"The stored override of {key} no longer holds: an expression {error}. Save it anew.",
            reason="invalid_override",
        ) from error


def _entries(given: Mapping[str, str | None]) -> Entries:
    return {name: None if text is None else read_expression(text) for name, text in given.items()}


def _failures(provider: Provider, given: Any, where: str) -> Iterator[Failure]:
    if len(orjson.dumps(given)) > MOST_BYTES:
        yield _failure(where, f"is larger than {MOST_BYTES // 1024} KiB")
        return
    for model, resources, at in _members(given, where):
        if model not in MODELS:
            yield _failure(at, f"is no model: there are {', '.join(MODELS)}")
            continue
        yield from _not_object(resources, at)
        for name, parts, below in _members(resources, at):
            unified = MODELS[model].resources.get(name)
            if unified is None or unified.key not in provider.resources:
                yield _failure(below, f"is no resource of {model} that {provider.label} offers")
                continue
            yield from _not_object(parts, below)
            yield from _resource_failures((unified, provider.resources[unified.key]), parts, below)


def _members(given: Any, where: str) -> Iterator[tuple[str, Any, str]]:
    if isinstance(given, Mapping):
        for name, value in given.items():
            yield name, value, f"{where}.{name[:LONGEST_NAME]}"


def _not_object(given: Any, where: str) -> Iterator[Failure]:
    if not isinstance(given, Mapping):
        yield _failure(where, "must be a JSON object")


def _failure(where: str, message: str) -> Failure:
    return {"field": where, "message": message}


def _resource_failures(place: "Place", parts: Any, where: str) -> Iterator[Failure]:
    for part, entries, at in _members(parts, where):
        if part not in CHECKS:
            yield _failure(at, f"is not known here: there are {', '.join(CHECKS)}")
            continue
        yield from _not_object(entries, at)
        if isinstance(entries, Mapping) and len(entries) > MOST_ENTRIES:
            yield _failure(at, f"has more than {MOST_ENTRIES} entries")
            continue
        for name, text, below in _members(entries, at):
            if part == "response" and name == "custom_fields":
                yield from _custom_failures(text, below)
            else:
                yield from _entry_failures(CHECKS[part], place, name, text, below)


def _custom_failures(given: Any, where: str) -> Iterator[Failure]:
    yield from _not_object(given, where)
    for name, text, below in _members(given, where):
        yield from _name_failures(name, below)
        yield from _expression_failures(text, below)


Place = tuple[UnifiedResource, Resource]
Check = Callable[[Place, str, Expression | None], str | None]


def _entry_failures(check: Check, place: Place, name: str, text: Any, where: str) -> Iterator[Failure]:
    yield from _name_failures(name, where)
    wrong = list(_expression_failures(text, where))
    yield from wrong
    expression = None if wrong or text is None else read_expression(text)
    if message := check(place, name, expression):
        yield _failure(where, message)


def _name_failures(name: str, where: str) -> Iterator[Failure]:
    if not name.isprintable() or not name.strip() or len(name) > LONGEST_NAME:
        yield _failure(where, f"must be named by printable text of at most {LONGEST_NAME} characters")


def _expression_failures(text: Any, where: str) -> Iterator[Failure]:
    if text is not None and not isinstance(text, str):
        yield _failure(where, "must be an expression, as text, or null")
    elif text is not None:
        try:
            read_expression(text)
        except BadExpression as error:
            yield _failure(where, f"{error} (at character {error.position + 1} of {text[:100]!r})")


def _response_check(place: Place, name: str, expression: Expression | None) -> str | None:
    unified, _ = place
    if name in FIXED:
        return "cannot be overridden"
    known = [each for each in unified.record.model_fields if each not in FIXED]
    return None if name in known else f"is no field of {unified.name}: there are {', '.join(known)}"


def _query_check(place: Place, name: str, expression: Expression | None) -> str | None:
    unified, resource = place
    if resource.pages_by(name):
        return "would set the vendor's paging or order"
    if expression is None:
        return None
    if not expression.reads.is_known:
        return "must name the filters that it reads"
    try:
        filters_read(unified, expression)
    except KeyError as error:
        known = ", ".join(unified.filters)
        return f"reads {error.args[0]}, which is no filter of {unified.name}: there are {known}, custom_fields.NAME"
    return None


def _request_check(place: Place, name: str, expression: Expression | None) -> str | None:
    unified, resource = place
    if not any(source.writing for source in resource.sources):
        return f"does nothing: {unified.name} are not written here"
    if not all(name.split(".")):
        return "is no dotted path"
    if expression is None:
        return None
    if not expression.reads.is_known:
        return "must name the fields that it reads"
    known = request_fields(unified)
    unknown = next((each for each in sorted(expression.reads.names) if each not in known), None)
    return unknown and f"reads {unknown}, which no body holds: there are {', '.join(known)}"


CHECKS: Mapping[str, Check] = {
    "response": _response_check,
    "query": _query_check,
    "request": _request_check,
}

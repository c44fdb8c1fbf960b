"""What a method takes and gives, generated from the declarations (§2.8)."""

from collections.abc import Iterator
from typing import Any

from providers.mapping import Const, Fields, Needs, Node, NotOffered
from providers.overrides.bending import Overridden
from providers.provider import Provider
from providers.resource import Resource
from proxy.pages import DEFAULT_LIMIT
from schemas.errors import MethodNotOffered
from schemas.unified import UnifiedModel, UnifiedResource, record_schema
from unified import offers
from unified.body_schema import ID, request_body_schema
from unified.offers import Offer

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FORMATS = {"time": "date-time", "date": "date"}


def sources_of(node: Node) -> str | None:
    """Where a field comes from: a constant, the vendor's paths, or an expression; None where it is not offered."""
    if isinstance(node, NotOffered):
        return None
    if isinstance(node, Const):
        return f'"{node.value}"'
    if isinstance(node, Overridden):
        return node.text
    return ", ".join(_paths(node.needs)) or "{}"


def _paths(needs: Needs, above: str = "") -> Iterator[str]:
    for key, below in needs.items():
        here = f"{above}.{key}" if above else key
        if not below or "*" in below:
            yield here
        else:
            yield from _paths(below, here)


def response_mapping(resource: Resource) -> dict[str, str | None]:
    """Field -> vendor paths; of several collections the paths of each."""
    tables = [source.fields for source in resource.sources]
    custom = resource.override.custom.items() if resource.override else ()
    return {
        **{name: _source(tables, name) for name in tables[0].rows},
        **{f"custom_fields.{name}": found.text if found else None for name, found in custom},
    }


def _source(tables: list[Fields], name: str) -> str | None:
    found = dict.fromkeys(filter(None, (sources_of(table.rows[name]) for table in tables)))
    return " | ".join(found) or None


def query_schema(unified: UnifiedResource, resource: Resource) -> dict[str, Any]:
    """The query of a list: filters with their operators, order and paging."""
    filters = {name: _filter_schema(offer) for name, offer in offers.filters(unified, resource).items()}
    sorts = list(offers.sorts(unified, resource))
    order: dict[str, Any] = {"sort_by": {"type": "string", "enum": sorts}} if sorts else {}
    custom = offers.any_custom(resource)
    pattern = (
        {"patternProperties": {r"^custom_fields\[[^\[\]]+\]$": _filter_schema(custom)}} if custom else {}
    )
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": resource.keyset.most,
                "default": DEFAULT_LIMIT,
            },
            "next_cursor": {"type": "string"},
            **order,
            **filters,
        },
        **pattern,
    }


def _filter_schema(offer: Offer) -> dict[str, Any]:
    kind, operators = offer.known.kind, offer.operators
    value: dict[str, Any] = {"type": "boolean" if kind == "boolean" else "string"}
    if kind == "enum":
        value = {"type": "string", "enum": list(offer.words)}
    if kind in FORMATS:
        value["format"] = FORMATS[kind]
    shapes: list[dict[str, Any]] = [value] if "eq" in operators else []
    if "in" in operators:
        shapes.append({"type": "array", "items": value})
    bounds = {name: value for name in operators if name in ("gt", "gte", "lt", "lte")}
    if bounds:
        shapes.append({"type": "object", "properties": bounds, "additionalProperties": False})
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def meta(unified: UnifiedResource, resource: Resource, method: str) -> dict[str, Any]:
    """The meta answer for one method as it is without overrides; raises `MethodNotOffered`."""
    if method not in resource.methods:
        raise method_not_offered(resource, method)
    return {
        "method": method,
        "schema": answer_schema(unified, resource, method),
        "documentation_link": resource.docs_url,
        "response_mapping": response_mapping(resource),
        "query_schema": query_schema(unified, resource) if method == "list" else _no_query(),
        "request_body_schema": request_body_schema(unified, resource, method),
        "default_query": {"limit": DEFAULT_LIMIT} if method == "list" else {},
        "default_body": None,
    }


def answer_schema(unified: UnifiedResource, resource: Resource, method: str) -> dict[str, Any]:
    """What a method is answered with."""
    item = bent_schema(unified, resource)
    if method in ("get", "create", "update"):
        return item
    if method == "list":
        return _envelope_schema(item)
    if method == "delete":
        return {"$schema": DIALECT, "type": "object", "properties": {"id": ID}, "required": ["id"]}
    definitions = item.pop("$defs", {})
    item.pop("$schema", None)
    result = {"type": "object", "properties": {"result": item}, "required": ["result"]}
    return {"$schema": DIALECT, "$defs": definitions, **result}


def bent_schema(unified: UnifiedResource, resource: Resource) -> dict[str, Any]:
    """The record's schema; a field that an override gives may be null, whatever the model says."""
    schema = record_schema(unified)
    for name in resource.override.response if resource.override else ():
        schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}
    return schema


def _no_query() -> dict[str, Any]:
    return {"$schema": DIALECT, "type": "object", "properties": {}}


def _envelope_schema(item: dict[str, Any]) -> dict[str, Any]:
    definitions = item.pop("$defs", {})
    item.pop("$schema", None)
    cursor = {"type": ["string", "null"]}
    return {
        "$schema": DIALECT,
        "$defs": definitions,
        "type": "object",
        "properties": {
            "result": {"type": "array", "items": item},
            "next_cursor": cursor,
            "prev_cursor": cursor,
            "result_count": {"type": "integer", "minimum": 0},
            "is_partial_response": {"type": "boolean"},
        },
        "required": ["result", "next_cursor", "prev_cursor", "result_count", "is_partial_response"],
    }


def method_not_offered(resource: Resource, method: str) -> MethodNotOffered:
    verbs = {"list": "GET", "get": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
    allowed = dict.fromkeys(verbs.get(name, "POST") for name in resource.methods)
    why = resource.refusals.get(method)
    return MethodNotOffered(
        f"This provider does not offer '{method[:100]}' here{f': {why}' if why else ''}. "
        f"It offers {', '.join(resource.methods)}.",
        headers={"allow": ", ".join(allowed)},
        methods=list(resource.methods),
    )


def model_meta(model: UnifiedModel, provider: Provider) -> dict[str, Any]:
    """The meta of every method of a model that a provider offers."""
    return {
        name: {
            method: {**meta(unified, resource, method), "response_schema": bent_schema(unified, resource)}
            for method in resource.methods
        }
        for name, unified in model.resources.items()
        if (resource := provider.resources.get(unified.key))
    }

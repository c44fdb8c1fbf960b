"""The data routes in OpenAPI: each unified resource by itself, with the filters and fields that providers declare."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from gateway.openapi_parts import DATA_HEADERS, Schema, answers, json_content, place, reference
from gateway.openapi_writes import write_operations
from providers.registry import PROVIDERS
from providers.resource import Resource
from schemas.unified import MODELS, UnifiedResource, record_schema
from unified.offers import Offer, filters

UNIFIED, COLLECTION = "/unified", "/unified/{model}/{resource}"
MODEL_META = "/unified/meta/{model}/{integration}"
REFUSALS = (400, 401, 403, 404, 405, 429, 502, 503, 504, "default")
BOOLEAN: Schema = {"type": "string", "enum": ["true", "false", "1", "0"]}
TEXT: Schema = {"type": "string", "minLength": 1}
OBJECT: Schema = {"type": "object"}
NDJSON = "application/x-ndjson"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def data_paths(served: Set[str]) -> dict[str, Schema]:
    """The operations of the data routes among `served`, which are paths as templates."""
    paths: dict[str, Schema] = {}
    if COLLECTION in served:
        for unified in (each for model in MODELS.values() for each in model.resources.values()):
            paths |= _resource_paths(unified, _offers(unified))
        paths[MODEL_META] = {"get": _model_meta()}
    for path in ("/proxy/{path}", "/custom/{path}"):
        if path in served:
            verbs = [verb for verb in VERBS if verb not in ("trace", "options")]
            paths[path] = {verb: _passthrough(path, verb) for verb in verbs}
    return paths


def data_schemas() -> dict[str, Schema]:
    """The record of each unified resource, and the shapes that it contains."""
    schemas: dict[str, Schema] = {}
    for unified in (each for model in MODELS.values() for each in model.resources.values()):
        text = record_schema(unified)
        schemas |= {name: _moved(found) for name, found in text.pop("$defs", {}).items()}
        text.pop("$schema")
        schemas[unified.record.__name__] = _moved(text)
    return schemas


def _offers(unified: UnifiedResource) -> dict[str, Resource]:
    found = {name: provider.resources.get(unified.key) for name, provider in PROVIDERS.items()}
    return {name: resource for name, resource in found.items() if resource is not None}


def _resource_paths(unified: UnifiedResource, offers: Mapping[str, Resource]) -> dict[str, Schema]:
    base = f"{UNIFIED}/{unified.key}"
    methods = {method for resource in offers.values() for method in resource.methods}
    paths: dict[str, Schema] = {}
    if "list" in methods:
        paths[base] = {"get": _list(unified, offers)}
    if "get" in methods:
        paths[f"{base}/{{id}}"] = {"get": _get(unified)}
    for end, verb, operation in write_operations(unified, offers, list(_flags(unified))):
        paths.setdefault(f"{base}{end}", {})[verb] = operation
    account = reference("parameters", "integrated_account_id")
    paths[f"{base}/meta/{{method}}"] = {"get": _meta(unified, [_method(methods), account])}
    integration = {**place("integration"), "schema": {"type": "string", "enum": list(offers)}}
    paths[f"{base}/{{integration}}/meta/{{method}}"] = {
        "get": _meta(unified, [integration, _method(methods)], "integration")
    }
    return paths


def _list(unified: UnifiedResource, offers: Mapping[str, Resource]) -> Schema:
    record = reference("schemas", unified.record.__name__)
    shapes = [
        _page({"type": "array", "items": record}),
        {
            **_page({"type": "object", "additionalProperties": record}),
            "description": "With `truto_key_by`.",
        },
        {
            **_page({"type": ["array", "object"]}),
            "description": "With `truto_response_format=raw`: the vendor's records.",
        },
        {**_debug({"type": "array"}), "description": "With `truto_response_format=debug`."},
    ]
    content = {
        **json_content({"anyOf": shapes}),
        NDJSON: {"schema": {"type": "string", "description": "Every record, one a line."}},
    }
    parameters = [
        *(reference("parameters", name) for name in ("integrated_account_id", "limit", "next_cursor")),
        *_sorting(unified, offers),
        *_filters(unified, offers),
        *_flags(unified),
        _flag("truto_ignore_limit", "Pages as long as the vendor gives them.", BOOLEAN),
        _flag(
            "truto_key_by",
            "`result` becomes an object with this field's values as keys.",
            {"type": "string", "enum": list(unified.record.model_fields)},
        ),
    ]
    return {
        **_head(unified, "list", f"List {unified.label.lower()}"),
        "description": unified.description,
        "parameters": parameters,
        "responses": answers(200, content, (), REFUSALS, DATA_HEADERS),
    }


def _get(unified: UnifiedResource) -> Schema:
    shapes = [
        reference("schemas", unified.record.__name__),
        {**_debug({}), "description": "With `truto_response_format=debug`."},
        {"type": "object", "description": "With `truto_response_format=raw`: the vendor's record."},
    ]
    parameters = [place("id"), reference("parameters", "integrated_account_id"), *_flags(unified)]
    return {
        **_head(unified, "get", f"Get one of {unified.label.lower()}"),
        "parameters": parameters,
        "responses": answers(200, json_content({"anyOf": shapes}), (), REFUSALS, DATA_HEADERS),
    }


def _meta(unified: UnifiedResource, parameters: list[Schema], by: str = "account") -> Schema:
    members = ("method", "schema", "documentation_link", "response_mapping", "query_schema")
    return {
        **_head(unified, f"meta_by_{by}", f"What a method of {unified.label.lower()} takes and gives"),
        "parameters": parameters,
        "responses": answers(
            200, json_content({"type": "object", "required": list(members)}), (), REFUSALS, ("server-timing",)
        ),
    }


def _model_meta() -> Schema:
    parameters = [
        {**place("model"), "schema": {"type": "string", "enum": list(MODELS)}},
        {**place("integration"), "schema": {"type": "string", "enum": list(PROVIDERS)}},
        {"name": "format", "in": "query", "schema": {"type": "string", "enum": ["json", "md", "html"]}},
    ]
    content = {**json_content(OBJECT), **{f"text/{kind}": {"schema": TEXT} for kind in ("markdown", "html")}}
    return {
        "operationId": "unified_meta",
        "tags": ["Unified API"],
        "summary": "Every method of a model that an integration offers",
        "parameters": parameters,
        "responses": answers(200, content, (), REFUSALS, ("server-timing",)),
    }


def _passthrough(path: str, verb: str) -> Schema:
    name = path.split("/")[1]
    account = reference("parameters", "integrated_account_id")
    raw = {"name": "truto_response_format", "in": "query", "schema": {"enum": ["raw"]}}
    operation: Schema = {
        "operationId": f"{name}_{verb}",
        "tags": [f"{name.capitalize()} API"],
        "summary": f"{verb.upper()} at the vendor",
        "parameters": [place("path"), account, raw],
        "responses": {"default": {"description": "The vendor's answer", "content": {"*/*": {}}}},
    }
    if verb in ("post", "put", "patch", "delete"):
        operation["parameters"].append(reference("parameters", "idempotency-key"))
    if verb in ("post", "put", "patch"):
        operation["requestBody"] = {"content": {"*/*": {}}}
    return operation


def _head(unified: UnifiedResource, method: str, summary: str) -> Schema:
    return {
        "operationId": f"{unified.model}_{unified.name}_{method}".replace("-", "_"),
        "tags": [f"Unified API: {unified.label}"],
        "summary": summary,
    }


def _method(methods: Set[str]) -> Schema:
    return {**place("method"), "schema": {"type": "string", "enum": sorted(methods)}}


def _page(result: Schema) -> Schema:
    cursor = {"type": ["string", "null"]}
    properties: Schema = {
        "result": result,
        "next_cursor": cursor,
        "prev_cursor": cursor,
        "result_count": {"type": "integer", "minimum": 0},
        "is_partial_response": {"type": "boolean"},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _debug(result: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"result": result, "debug": OBJECT},
        "required": ["result", "debug"],
    }


def _flags(unified: UnifiedResource) -> Iterator[Schema]:
    formats = ["unified", "normalized", "raw", "stream", "debug"]
    yield _flag(
        "truto_response_format",
        "`raw`: the vendor's records; `debug`: with the vendor call.",
        {"type": "string", "enum": formats},
    )
    lean = "Leave `remote_data` out, and ask the vendor only for what is mapped."
    yield _flag("truto_ignore_remote_data", lean, BOOLEAN)
    fields = {"type": "array", "minItems": 1, "items": {"enum": list(unified.record.model_fields)}}
    yield {**_flag("truto_exclude_fields", "Leave these fields out.", fields), "explode": False}


def _flag(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _sorting(unified: UnifiedResource, offers: Mapping[str, Resource]) -> Iterator[Schema]:
    names = [name for name in unified.sorts if any(name in each.sorts for each in offers.values())]
    if names:
        yield {"name": "sort_by", "in": "query", "schema": {"type": "string", "enum": names}}


def _filters(unified: UnifiedResource, offers: Mapping[str, Resource]) -> Iterator[Schema]:
    """Each comparison that some provider makes: `name`, with several values `name=a,b`, or `name[gt]`."""
    found = [filters(unified, resource) for resource in offers.values()]
    for name in unified.filters:
        offered = [each[name] for each in found if name in each]
        operators = {operator for offer in offered for operator in offer.operators}
        for operator in sorted(operators - {"eq", "in"}):
            yield {"name": f"{name}[{operator}]", "in": "query", "schema": _value(offered)}
        if "eq" in operators:
            yield {"name": name, "in": "query", **_equal(offered, several="in" in operators)}


def _equal(offered: list[Offer], *, several: bool) -> Schema:
    value = _value(offered)
    if not several:
        return {"schema": value}
    return {"explode": False, "schema": {"type": "array", "minItems": 1, "items": value}}


def _value(offered: list[Offer]) -> Schema:
    kind = offered[0].known.kind
    if kind == "enum":
        return {
            "type": "string",
            "enum": list(dict.fromkeys(word for each in offered for word in each.words)),
        }
    if kind == "boolean":
        return BOOLEAN
    formats = {"time": "date-time", "date": "date"}
    return {"type": "string", "format": formats[kind]} if kind in formats else TEXT


def _moved(schema: Any) -> Any:
    """The schema with its references pointing into the document."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema

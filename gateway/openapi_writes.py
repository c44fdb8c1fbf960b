"""The unified writes in OpenAPI: each method that some provider offers, with the bodies that it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.openapi_parts import DATA_HEADERS, Schema, answers, json_content, place, reference
from providers.resource import Resource
from schemas.unified import UnifiedResource
from unified.body_schema import ID, request_body_schema

REFUSALS = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 502, 503, 504, "default")
PLAIN = ("list", "get", "create", "update", "delete")
ACCOUNT = reference("parameters", "integrated_account_id")
KEY = reference("parameters", "idempotency-key")
IF_MATCH: Schema = {
    "name": "if-match",
    "in": "header",
    "description": "The record's `etag`, in quotes: the write is refused with 412 where the record has changed.",
    "schema": {"type": "string", "pattern": '^"[!#-~]+"$'},
}


def write_operations(
    unified: UnifiedResource, offers: Mapping[str, Resource], flags: list[Schema]
) -> Iterator[tuple[str, str, Schema]]:
    """What comes behind the resource's path, the verb, and the operation, of each method."""
    methods = dict.fromkeys(method for resource in offers.values() for method in resource.methods)
    for method in methods:
        parameters = [ACCOUNT, KEY, *flags, *_guard(unified, method)]
        operation = {
            "operationId": f"{unified.model}_{unified.name}_{method}".replace("-", "_"),
            "tags": [f"Unified API: {unified.label}"],
            "summary": _summary(unified, offers, method),
            "parameters": parameters,
            "responses": _answers(unified, method, gives_file=_gives_file(offers, method)),
        }
        body = _body(unified, offers, method)
        if body:
            operation["requestBody"] = {"required": True, "content": json_content(body)}
        if method == "create":
            yield "", "post", operation
        elif method in ("update", "delete"):
            verb = "patch" if method == "update" else "delete"
            yield "/{id}", verb, {**operation, "parameters": [place("id"), *parameters]}
        elif method not in PLAIN:
            yield f"/{method}", "post", operation


def _gives_file(offers: Mapping[str, Resource], method: str) -> bool:
    writings = (
        source.writing for resource in offers.values() for source in resource.sources if source.writing
    )
    return any(writing.deeds[method].gives_file for writing in writings if method in writing.deeds)


def _guard(unified: UnifiedResource, method: str) -> list[Schema]:
    return [IF_MATCH] if method != "create" and "etag" in unified.record.model_fields else []


def _summary(unified: UnifiedResource, offers: Mapping[str, Resource], method: str) -> str:
    words = {"create": "Create", "update": "Change", "delete": "Delete"}
    if method in words:
        return f"{words[method]} one of {unified.label.lower()}"
    deeds = (
        source.writing.deeds[method].about
        for resource in offers.values()
        for source in resource.sources
        if source.writing and method in source.writing.deeds
    )
    return next(deeds, method)


def _body(unified: UnifiedResource, offers: Mapping[str, Resource], method: str) -> Schema | None:
    found = [request_body_schema(unified, resource, method) for resource in offers.values()]
    shapes = [shape for shape in found if shape]
    return None if not shapes else shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _answers(unified: UnifiedResource, method: str, *, gives_file: bool) -> Schema:
    record: Any = reference("schemas", unified.record.__name__)
    shapes: list[Schema] = [{"type": "object", "description": "In the formats `raw` and `debug`."}]
    if method == "delete":
        record = {"type": "object", "properties": {"id": ID}, "required": ["id"]}
    elif method not in PLAIN:
        record = {"type": "object", "properties": {"result": record}, "required": ["result"]}
    content = {"*/*": {}} if gives_file else json_content({"anyOf": [record, *shapes]})
    also = (200,) if method == "create" else ()  # of a call that is only shown
    return answers(201 if method == "create" else 200, content, also, REFUSALS, DATA_HEADERS)

"""OpenAPI 3.1 of this contract, made from the routes and models that serve it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from starlette.routing import Route

from auth import forms
from auth.listing import BOOLEAN, TIME, Kind
from gateway.contract import OPERATIONS
from gateway.openapi_data import data_paths, data_schemas
from gateway.openapi_parts import (
    ABOUT,
    ERROR,
    HEADERS,
    PARAMETERS,
    REFUSED,
    Schema,
    answers,
    json_content,
    place,
    reference,
)
from gateway.operation import Operation

PLACE = re.compile(r"{(\w+)(?::\w+)?}")
FORMS = {
    name for name, kind in vars(forms).items() if isinstance(kind, type) and issubclass(kind, forms.Form)
}


class _Words(GenerateJsonSchema):
    """Without titles that only repeat a field's name, and without the defaults that stand for `left out`."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def document(routes: Sequence[Route]) -> Schema:
    """The whole contract. What a route answers is looked up by its path; data routes are told apart by resource."""
    paths: dict[str, Schema] = {}
    for route in sorted(routes, key=_is_service):
        path = PLACE.sub(r"{\1}", route.path)
        for verb in sorted((route.methods or set()) - {"HEAD"}):
            if found := OPERATIONS.get((verb, path)):
                paths.setdefault(path, {})[verb.lower()] = _operation(verb, path, found)
    served = {PLACE.sub(r"{\1}", route.path) for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Koine", "version": version("koine"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {**data_paths(served), **paths},
        "components": {
            "schemas": {"Error": ERROR, **_models(), **data_schemas()},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": REFUSED,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API or account token."}
            },
        },
    }


def _is_service(route: Route) -> bool:
    """What says nothing of the business comes last."""
    found = OPERATIONS.get(("GET", route.path))
    return found is not None and found.is_open


def _operation(verb: str, path: str, found: Operation) -> Schema:
    parameters = [place(name) for name in PLACE.findall(path)]
    if found.listed is not None:
        parameters += _filters(found.listed)
        parameters += [reference("parameters", name) for name in ("limit", "next_cursor")]
    parameters += [_flag(name) for name in found.flags]
    parameters += [_text(name) for name in found.texts]
    if found.takes_key:
        parameters.append(reference("parameters", "idempotency-key"))
    operation: Schema = {
        "operationId": "_".join([verb.lower(), *re.findall(r"[\w-]+", path)]),
        "tags": [found.tag],
        "summary": found.summary,
        "parameters": parameters,
        "responses": answers(found.status, _content(found), found.also, _refusals(found)),
    }
    if found.form is not None:
        body = {"required": True, "content": json_content(reference("schemas", found.form.__name__))}
        operation["requestBody"] = body
    if found.is_open:
        operation["security"] = []
    return operation


def _refusals(found: Operation) -> tuple[int, ...]:
    """Behind a token there is always the database, which may be away."""
    return found.refusals if found.is_open else (*found.refusals, 503)


def _content(found: Operation) -> Schema:
    if isinstance(found.answer, str):
        schema = {"type": "object" if found.answer == "application/json" else "string"}
        return {found.answer: {"schema": schema}}
    item = reference("schemas", found.answer.__name__)
    return json_content(item if found.listed is None else _page(item))


def _page(item: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            "result": {"type": "array", "items": item},
            "next_cursor": {"type": ["string", "null"]},
            "limit": {"type": "integer"},
        },
        "required": ["result", "next_cursor", "limit"],
    }


def _flag(name: str) -> Schema:
    return {"name": name, "in": "query", "schema": {"type": "string", "enum": ["true", "false", "1", "0"]}}


def _text(name: str) -> Schema:
    return {"name": name, "in": "query", "schema": {"type": "string", "minLength": 1}}


def _filters(kinds: Mapping[str, Kind]) -> Iterator[Schema]:
    """`name` compares for equality, `name[operator]` otherwise."""
    for name, kind in kinds.items():
        for operator in kind.operators:
            schema: Schema = {"type": "string", "minLength": 1}
            if kind is BOOLEAN and operator == "eq":
                schema = {"type": "string", "enum": ["true", "false", "1", "0"]}
            elif kind.read is TIME.read:
                schema = {"type": "string", "format": "date-time"}
            written = name if operator == "eq" else f"{name}[{operator}]"
            words = {"description": "Values with commas between."} if operator == "in" else {}
            yield {"name": written, "in": "query", **words, "schema": schema}


def _models() -> dict[str, Schema]:
    """Every model that the table names: forms as they are read, answers as they are written."""
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for found in OPERATIONS.values():
        if isinstance(found.answer, type):
            wanted[found.answer, "serialization"] = None
        if found.form is not None:
            wanted[found.form, "validation"] = None
    _, written = models_json_schema(
        list(wanted), ref_template="#/components/schemas/{model}", schema_generator=_Words
    )
    schemas: dict[str, Schema] = written["$defs"]
    for name, schema in schemas.items():
        schema.pop("title", None)
        if name in FORMS:
            schema["additionalProperties"] = False
        for field in schema.get("properties", {}).values():
            if field.get("default", "") is None:  # stands for what is left out
                del field["default"]
    return schemas

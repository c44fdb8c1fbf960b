"""JSON Schemas of the bodies that writes take, from model and declarations; each stands alone, without references."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from providers.resource import Resource
from providers.writing import Closed, Deed, Entry, Writing
from schemas.unified import UnifiedField, UnifiedResource, fields, required_on_create
from unified.given import adapter_of

Schema = dict[str, Any]
ID: Schema = {"type": "string", "minLength": 1}
REMOTE: Schema = {
    "type": "object",
    "description": "Members in the vendor's own names, merged over the mapped body.",
}


def request_body_schema(unified: UnifiedResource, resource: Resource, method: str) -> Schema | None:
    """What the body of a method may hold; None where it takes none. Of several collections any one's body is taken."""
    writings = [source.writing for source in resource.sources if source.writing]
    found = [
        _schema(unified, writing, method)
        for writing in writings
        if method in writing.deeds and method != "delete"
    ]
    return None if not found else found[0] if len(found) == 1 else {"anyOf": found}


def _schema(unified: UnifiedResource, writing: Writing, method: str) -> Schema:
    if method not in ("create", "update"):
        return _arguments(writing.deeds[method])
    creates = method == "create"
    properties = {
        known.name: _property(known, writing.entries[known.name], creates)
        for known in fields(unified)
        if known.name in writing.entries and _is_open(known, writing, creates)
    }
    needed = dict.fromkeys((*required_on_create(unified), *writing.required)) if creates else ()
    return _closed({**properties, "remote_data": REMOTE}, [name for name in needed if name in properties])


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _is_open(known: UnifiedField, writing: Writing, creates: bool) -> bool:
    entry = writing.entries[known.name]
    if isinstance(entry, Closed):
        return creates and entry.always is not None and known.name in writing.required
    by_model = known.writes.create if creates else known.writes.update
    return by_model and (entry.create if creates else entry.update)


def _property(known: UnifiedField, entry: Entry | Closed, creates: bool) -> Schema:
    if isinstance(entry, Closed):
        return {"enum": [entry.always], "description": known.description}
    annotation = entry.annotation
    schema = _of(known.adapter if annotation is None else adapter_of(annotation))
    described = {**schema, "description": known.description}
    if entry.words:
        words: list[str | None] = [*entry.words]
        return {"enum": [*words, None] if creates else words, "description": known.description}
    return described


def _arguments(deed: Deed) -> Schema:
    properties = {
        name: {**_of(adapter_of(argument.annotation)), "description": argument.about}
        for name, argument in deed.takes.items()
    }
    required = [name for name, argument in deed.takes.items() if argument.required]
    return _closed({"id": ID, **properties, "remote_data": REMOTE}, ["id", *required])


def _of(adapter: TypeAdapter[Any]) -> Schema:
    schema = adapter.json_schema(mode="validation")
    found: Schema = _inlined(schema, schema.pop("$defs", {}))
    return found


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its references followed, and without pydantic's titles and defaults."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {
        key: {name: _inlined(each, definitions) for name, each in value.items()}
        if key == "properties"
        else _inlined(value, definitions)
        for key, value in schema.items()
        if key not in ("title", "default", "readOnly")
    }

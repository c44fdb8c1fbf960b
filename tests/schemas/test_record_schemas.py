"""The JSON Schemas of the records are sound draft 2020-12."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.unified import MODELS, UnifiedResource, record_schema

RESOURCES = [each for model in MODELS.values() for each in model.resources.values()]
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.key)

DRAFT = "https://json-schema.org/draft/2020-12/schema"
KEYWORDS: dict[str, type | tuple[type, ...]] = {
    "$schema": str,
    "$defs": dict,
    "$ref": str,
    "type": str,
    "anyOf": list,
    "enum": list,
    "properties": dict,
    "required": list,
    "items": dict,
    "additionalProperties": (bool, dict),
    "format": str,
    "pattern": str,
    "minLength": int,
    "title": str,
    "description": str,
    "readOnly": bool,
}
TYPES = {"string", "number", "boolean", "array", "object", "null"}


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every schema inside it."""
    yield schema
    inner = [
        *schema.get("$defs", {}).values(),
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
    ]
    inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for each in inner:
        yield from subschemas(each)


@every_resource
def test_a_schema_uses_only_keywords_of_the_draft_with_values_of_their_kind(
    resource: UnifiedResource,
) -> None:
    schema = record_schema(resource)
    assert schema["$schema"] == DRAFT
    for each in subschemas(schema):
        assert all(isinstance(value, KEYWORDS[word]) for word, value in each.items())
        assert {"type", "anyOf", "$ref"} & each.keys()
        assert each.get("type", "string") in TYPES
        re.compile(each.get("pattern", ""))


@every_resource
def test_references_and_required_names_lead_somewhere(resource: UnifiedResource) -> None:
    schema = record_schema(resource)
    used = {each["$ref"] for each in subschemas(schema) if "$ref" in each}
    assert used == {f"#/$defs/{name}" for name in schema.get("$defs", {})}
    for each in subschemas(schema):
        assert set(each.get("required", ())) <= each.get("properties", {}).keys()
        assert len(set(each.get("enum", ()))) == len(each.get("enum", ()))


@every_resource
def test_an_answer_has_every_field_and_only_the_vendors_record_may_be_left_out(
    resource: UnifiedResource,
) -> None:
    schema = record_schema(resource)
    assert [name for name in schema["properties"] if name not in schema["required"]] == ["remote_data"]
    for shape in schema.get("$defs", {}).values():
        assert shape["required"] == list(shape["properties"])


@every_resource
def test_a_schema_stays_open_to_fields_that_are_added_later(resource: UnifiedResource) -> None:
    assert not [
        each for each in subschemas(record_schema(resource)) if each.get("additionalProperties") is False
    ]


def test_each_call_gives_a_schema_of_its_own() -> None:
    schema = record_schema(RESOURCES[0])
    schema["properties"].clear()
    assert record_schema(RESOURCES[0])["properties"]

"""The unified models hold what the contract's tables say, no more and no less."""

import itertools
from typing import Any

import pytest

from schemas.unified import (
    MODELS,
    UnifiedResource,
    fields,
    record_schema,
    required_on_create,
    writable,
)
from tests.schemas import tables
from tests.schemas.tables import rows

RESOURCES = {each.key: each for model in MODELS.values() for each in model.resources.values()}
every_resource = pytest.mark.parametrize("key", list(tables.FIELDS))


def type_word(schema: dict[str, Any]) -> str:
    """`string?`, `LineItem[]`, `enum`: a property's JSON Schema in the tables' words."""
    if options := schema.get("anyOf"):
        named = [type_word(option) for option in options]
        null = "?" if "null" in named else ""
        return ("enum" if "enum" in named else next(word for word in named if word != "null")) + null
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#/$defs/")
    if schema["type"] == "array":
        return type_word(schema["items"]) + "[]"
    if "enum" in schema:
        return "enum"
    return {"date": "date", "date-time": "time"}.get(schema.get("format", ""), str(schema["type"]))


def enum_values(schema: dict[str, Any]) -> list[str]:
    return next((option["enum"] for option in schema.get("anyOf", ()) if "enum" in option), [])


def write_marks(resource: UnifiedResource, name: str) -> str:
    marks = "c" * (name in writable(resource, "create")) + "u" * (name in writable(resource, "update"))
    return (marks or "-") + "*" * (name in required_on_create(resource))


def test_the_two_models_offer_the_resources_of_the_contract() -> None:
    assert list(RESOURCES) == list(tables.FIELDS)
    assert {name: model.label for name, model in MODELS.items()} == {
        "accounting": "Accounting",
        "user-directory": "User directory",
    }
    assert all(name == each.name for model in MODELS.values() for name, each in model.resources.items())


@every_resource
def test_a_record_has_the_fields_of_its_table_in_its_order(key: str) -> None:
    resource = RESOURCES[key]
    properties = record_schema(resource)["properties"]
    found = [[name, type_word(schema), write_marks(resource, name)] for name, schema in properties.items()]
    assert found == [["id", "string", "-"], *rows(tables.FIELDS[key]), *rows(tables.COMMON_FIELDS)]


@every_resource
def test_fields_tell_what_the_schema_tells(key: str) -> None:
    resource = RESOURCES[key]
    properties = record_schema(resource)["properties"]
    assert [each.name for each in fields(resource)] == list(properties)
    for each in fields(resource):
        assert each.nullable == type_word(properties[each.name]).endswith("?")
        assert each.description == properties[each.name]["description"]
        assert each.writes.create == (each.name in writable(resource, "create"))
        assert (not each.writes.create and not each.writes.update) == properties[each.name].get(
            "readOnly", False
        )


@every_resource
def test_enums_show_their_known_values(key: str) -> None:
    properties = record_schema(RESOURCES[key])["properties"]
    found = {name: " ".join(values) for name, schema in properties.items() if (values := enum_values(schema))}
    assert found == tables.ENUMS.get(key, {})


@every_resource
def test_filters_are_those_of_the_contract(key: str) -> None:
    found = {
        (
            "=".join((each.name, *each.aliases)),
            "range" if each.operators == {"gt", "gte", "lt", "lte"} else ",".join(sorted(each.operators)),
            each.kind,
        )
        for each in RESOURCES[key].filters.values()
    }
    stated = rows(tables.COMMON_FILTERS) + rows(tables.FILTERS[key])
    assert found == {tuple(row) for row in stated}
    assert len(RESOURCES[key].filters) == len(stated)


@every_resource
def test_enum_filters_know_the_values_of_their_field(key: str) -> None:
    for each in RESOURCES[key].filters.values():
        stated = tables.FILTER_VALUES.get((key, each.name)) or tables.ENUMS.get(key, {}).get(each.name, "")
        assert " ".join(each.values) == (stated if each.kind == "enum" else "")
        assert bool(each.values) == (each.kind == "enum")


@every_resource
def test_sort_keys_are_those_of_the_contract(key: str) -> None:
    assert RESOURCES[key].sorts == tuple(tables.SORTS[key].split())


def test_a_filter_is_found_by_each_of_its_spellings() -> None:
    users, invoices = RESOURCES["user-directory/users"], RESOURCES["accounting/invoices"]
    assert users.filter("group_id") is users.filter("group[id]") is users.filters["group[id]"]
    assert users.filter("workspace_id") is users.filters["workspace[id]"]
    assert invoices.filter("type") is invoices.filters["invoice_type"]
    assert invoices.filter("memo") is None


def test_only_lists_of_items_may_be_partial() -> None:
    assert [key for key, each in RESOURCES.items() if each.partial_lists] == ["accounting/items"]


def test_nested_shapes_have_the_members_of_their_tables() -> None:
    definitions: dict[str, Any] = {}
    for resource in RESOURCES.values():
        definitions |= record_schema(resource).get("$defs", {})
    found = {
        name: [[member, type_word(schema)] for member, schema in shape["properties"].items()]
        for name, shape in definitions.items()
    }
    assert found == {name: rows(table) for name, table in tables.SHAPES.items()}
    assert enum_values(definitions["ContactRef"]["properties"]["type"]) == ["customer", "vendor"]
    assert enum_values(definitions["TrackingOption"]["properties"]["status"]) == ["active", "archived"]


def test_lines_are_written_but_for_id_and_exchange_rate() -> None:
    line = record_schema(RESOURCES["accounting/invoices"])["$defs"]["LineItem"]["properties"]
    assert [name for name, schema in line.items() if schema.get("readOnly")] == ["id", "exchange_rate"]


def test_everything_is_described_in_one_line() -> None:
    for resource in RESOURCES.values():
        schema = record_schema(resource)
        objects = [schema, *schema.get("$defs", {}).values()]
        members = itertools.chain.from_iterable(each["properties"].values() for each in objects)
        texts = [resource.description, *(each["description"] for each in (*objects, *members))]
        assert all(text and "\n" not in text and text.endswith(".") for text in texts)

"""The schemas that meta and tools show hold for what endpoints take and return."""

from typing import Any

import jsonschema_rs
import pytest

from schemas.unified import MODELS
from tests.house import House
from tests.overrides.bends import bend, of_contacts

pytestmark = pytest.mark.anyio
RESOURCES = [each for model in MODELS.values() for each in model.resources.values()]
UNTOUCHED = ("id", "custom_fields", "remote_data")


def valid(schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(value)


async def meta(house: House, path: str) -> dict[str, Any]:
    answer = await house.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("bent", [False, True])
async def test_what_lists_and_gets_answer_fits_their_schemas(house: House, bent: bool) -> None:
    if bent:
        override: dict[str, Any] = {}
        for unified in RESOURCES:
            names = [name for name in unified.record.model_fields if name not in UNTOUCHED]
            override.setdefault(unified.model, {})[unified.name] = {
                "response": dict.fromkeys(names, "nowhere")
            }
        await bend(house, override)
    for unified in RESOURCES:
        page = (await house.get(f"{unified.key}?limit=50")).json()
        valid((await meta(house, f"{unified.key}/meta/list"))["schema"], page)
        record = (await house.get(f"{unified.key}/{page['result'][0]['id']}")).json()
        valid((await meta(house, f"{unified.key}/meta/get"))["schema"], record)
        answer = await house.client.get(f"/unified/{unified.key}/coupa/meta/get")
        if not bent:
            valid(answer.json()["response_schema"], record)


async def test_a_query_that_fits_its_schema_is_taken(house: House) -> None:
    values = {"date-time": "2026-02-01T00:00:00Z", "date": "2026-02-01"}

    def sample(schema: dict[str, Any]) -> str:
        if "enum" in schema:
            return str(schema["enum"][0])
        return "true" if schema["type"] == "boolean" else values.get(schema.get("format", ""), "1")

    for unified in RESOURCES:
        schema = (await meta(house, f"{unified.key}/meta/list"))["query_schema"]
        patterns = schema.get("patternProperties", {})
        named = {
            **schema["properties"],
            **dict.fromkeys(["custom_fields[a]"] if patterns else [], *patterns.values()),
        }
        for name, whole in named.items():
            if name == "next_cursor":
                continue
            for shape in whole.get("anyOf", [whole]):
                if shape["type"] == "object":
                    queries = [
                        f"{name}[{operator}]={sample(below)}"
                        for operator, below in shape["properties"].items()
                    ]
                else:
                    single = shape["items"] if shape["type"] == "array" else shape
                    queries = [f"{name}{'[]' * (shape['type'] == 'array')}={sample(single)}"]
                for query in queries:
                    dry = "truto_response_format=debug&truto_skip_api_call=true"
                    answer = await house.get(f"{unified.key}?{query}&{dry}")
                    assert answer.status_code == 200, (unified.key, query, answer.text)


async def test_meta_names_the_expressions_in_force(house: House) -> None:
    await bend(
        house, of_contacts(response={"name": '"display-name"', "type": None, "custom_fields": {"risk": "id"}})
    )
    mapping = (await meta(house, "accounting/contacts/meta/get"))["response_mapping"]
    assert (mapping["name"], mapping["type"], mapping["custom_fields.risk"]) == ('"display-name"', None, "id")
    plain = (await house.client.get("/unified/accounting/contacts/coupa/meta/get")).json()["response_mapping"]
    assert plain["type"] == '"vendor"'
    assert "custom_fields.risk" not in plain


async def test_a_kind_that_every_new_category_needs_is_in_schema_and_capabilities(house: House) -> None:
    found = await meta(house, "accounting/tracking_categories/meta/create")
    bodies = found["request_body_schema"]["anyOf"]
    assert {body["properties"]["category_type"]["enum"][0] for body in bodies} == {"department", "lookup"}
    body = {"name": "Sites", "category_type": "lookup"}
    valid(found["request_body_schema"], body)
    path = f"/unified/accounting/tracking_categories?integrated_account_id={house.account}"
    assert (await house.client.post(path, json=body)).status_code == 201
    refused = (await house.client.post(path, json={"name": "Others"})).json()
    assert refused["details"]["failures"] == [
        {"field": "category_type", "message": "is missing: it takes department or lookup"}
    ]
    assert refused["truto_error_insight"]["missing_required_body_fields"]["value"] == ["category_type"]

"""The hand-made expected records of the fixtures are whole records of the model."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.unified import MODELS, fields

COUPA = Path(__file__).parents[1] / "fixtures" / "coupa"
RESOURCES = {each.key: each for model in MODELS.values() for each in model.resources.values()}
INDEX = json.loads((COUPA / "expected" / "index.json").read_text())


def rows(content: Any) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else [content]


def source(entry: dict[str, Any]) -> Any:
    """The part of the vendor's answer that the record stands for."""
    found = json.loads((COUPA / entry["sample"]).read_text())
    for key in entry["at"]:
        found = found[key]
    return found


@pytest.mark.parametrize("entry", INDEX, ids=lambda each: each["expected"])
def test_an_expected_record_has_every_field_in_its_form(entry: dict[str, Any]) -> None:
    resource = RESOURCES[entry["resource"]]
    for expected in rows(json.loads((COUPA / "expected" / entry["expected"]).read_text())):
        assert list(expected) == [each.name for each in fields(resource) if each.name != "remote_data"]
        record = resource.record.model_validate(expected)
        assert record.model_dump(exclude={"remote_data"}) == expected


@pytest.mark.parametrize("entry", INDEX, ids=lambda each: each["expected"])
def test_an_expected_record_has_the_id_of_its_source(entry: dict[str, Any]) -> None:
    expected = rows(json.loads((COUPA / "expected" / entry["expected"]).read_text()))
    vendor_ids = [str(row["id"]) for row in rows(source(entry))]
    assert [row["id"].removeprefix("department-").removeprefix("lookup-") for row in expected] == vendor_ids


def test_the_index_names_every_expected_record_and_every_resource() -> None:
    written = {path.name for path in (COUPA / "expected").glob("*.json")} - {"index.json"}
    assert {each["expected"] for each in INDEX} == written
    assert {each["resource"] for each in INDEX} == RESOURCES.keys()


def test_every_second_sample_belongs_to_the_first() -> None:
    owners = {"supplier_items_list.json": "item", "lookup_values_list.json": "lookup"}
    for entry in (each for each in INDEX if "beside" in each):
        beside = json.loads((COUPA / entry["beside"]).read_text())
        assert {row[owners[entry["beside"]]]["id"] for row in beside} == {source(entry)["id"]}

"""Coupa's answers, mapped: against records worked out by hand from the provider's reference."""

import json
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from providers.coupa import COUPA
from schemas.unified import MODELS

FIXTURES = Path(__file__).parent.parent / "fixtures" / "coupa"
CASES = json.loads((FIXTURES / "expected" / "index.json").read_text())


def read(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


def listed(found: Any) -> list[dict[str, Any]]:
    return found if isinstance(found, list) else [found]


def mapped(case: dict[str, Any], record: dict[str, Any], id_: str) -> dict[str, Any]:
    """The sample's record through the table of the collection that its id points to, with what a get adds to it."""
    resource = COUPA.resources[case["resource"]]
    source = next(s for s in resource.sources if id_.startswith(s.prefix))
    if "beside" in case and source.addition:
        record = {**record, source.addition.into: read(case["beside"])}
    return source.fields(record, ())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expected"])
def test_maps_a_sample_as_the_reference_says(case: dict[str, Any]) -> None:
    expected = listed(read("expected/" + case["expected"]))
    records = listed(reduce(getitem, case["at"], read(case["sample"])))
    found = [mapped(case, row, wanted["id"]) for row, wanted in zip(records, expected, strict=True)]
    assert found == expected
    model, resource = case["resource"].split("/")
    for record in found:
        MODELS[model].resources[resource].record.model_validate(record)

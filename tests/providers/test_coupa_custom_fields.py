"""Custom fields of a Coupa record: which keys they are and what becomes of their values."""

from typing import Any

import pytest

from tests.providers.mapped import mapped


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"cost-center": "A1"}, "cost-center"),
        ({"cost_center": "A1"}, "cost-center"),
        ({"cost-center": "A1"}, "cost_center"),
        ({"cost_center": "A1"}, "cost_center"),
        ({"cost-center": "A1", "cost_center": "B2"}, "cost-center"),
        ({"cost-center": "B2", "cost_center": "A1"}, "cost_center"),
        ({"custom-fields": {"cost-center": "A1"}, "cost-center": "B2"}, "cost-center"),
    ],
)
def test_a_global_custom_field_is_found_in_both_spellings(record: dict[str, Any], name: str) -> None:
    found = mapped("accounting/contacts", {"id": 1, **record}, (name, "unknown"))
    assert found["custom_fields"] == {name: "A1"}


def test_values_are_scalars_lists_and_references() -> None:
    own = {
        "lookup": {"id": 5, "name": "Print", "lookup-id": 3},
        "person": {"id": "6", "fullname": "Ada Byron"},
        "many": [{"id": 5, "name": "Print"}, "", "text", {"no": "id"}],
        "unset": "",
        "flag": False,
    }
    assert mapped("accounting/contacts", {"id": 1, "custom-fields": own})["custom_fields"] == {
        "lookup": {"id": "5", "name": "Print"},
        "person": {"id": "6", "name": "Ada Byron"},
        "many": [{"id": "5", "name": "Print"}, None, "text", {"no": "id"}],
        "unset": None,
        "flag": False,
    }


def test_a_list_of_any_depth_is_passed_on() -> None:
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    assert mapped("accounting/contacts", {"id": 1, "custom-fields": {"deep": deep}})["custom_fields"] == {
        "deep": deep
    }

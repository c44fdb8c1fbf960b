"""C20: the vendor adds fields, new words, nulls, other types: never an error of ours."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.coupa import COUPA
from schemas.unified import MODELS
from tests.providers.test_coupa_mapping import CASES, FIXTURES, listed

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", "nan", "1e999", "-0", "1_0", "2026-13-45T99:00:00Z", "0001-01-01T00:00:00+14:00", "12:00"]
    ),
    st.sampled_from(["1E+999999999", "-1E-999999999", "9" * 5000, "٣", "2026-W05-7", 10**30, 1e300]),
    st.just([]),
    st.just({}),
    st.just([None, 1, "x", {}, []]),
    st.just({"id": None, "name": 7, "custom-fields": "x"}),
)
ODD_IDS = [[1], {"a": 1}, True, 1.5, None, "", 10**30]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member at every depth."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    found = []
    for key, inner in members:
        found += [(*path, key), *places(inner, (*path, key))]
    return found


def altered(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(record))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy


@pytest.mark.parametrize("case", [case for case in CASES if case["at"]], ids=lambda case: case["expected"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_c20_an_odd_record_is_mapped_without_an_error_into_a_record_of_the_model(
    case: dict[str, Any], data: st.DataObject
) -> None:
    record = json.loads((FIXTURES / case["sample"]).read_text())
    for key in case["at"]:
        record = record[key]
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from([place for place in places(record) if place != ("id",)]))
        record = altered(record, path, data.draw(st.one_of(st.just(...), ODD)))
    record["a-new-field"] = {"of": ["a", "newer", "release"]}
    model, name = case["resource"].split("/")
    for source in COUPA.resources[case["resource"]].sources:
        found = source.fields(record, ("a-new-field",))
        MODELS[model].resources[name].record.model_validate(found)
        assert found["id"].endswith(str(record["id"]))
        json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("odd", ODD_IDS, ids=repr)
@pytest.mark.parametrize("case", [case for case in CASES if case["at"]], ids=lambda case: case["expected"])
def test_c20_an_id_of_another_type_is_text_or_null(case: dict[str, Any], odd: Any) -> None:
    record = json.loads((FIXTURES / case["sample"]).read_text())
    for key in case["at"]:
        record = record[key]
    for source in COUPA.resources[case["resource"]].sources:
        found = source.fields({**record, "id": odd}, ())["id"]
        expected = f"{source.prefix}{odd}" if odd == 10**30 else None
        assert found == expected


def test_c20_a_new_word_of_an_enum_is_passed_on() -> None:
    invoice = listed(json.loads((FIXTURES / "invoices_list_new.json").read_text()))[0]
    table = COUPA.resources["accounting/invoices"].sources[0].fields
    assert table({**invoice, "status": "quantum_hold"}, ())["status"] == "quantum_hold"
    assert table({**invoice, "document-type": "Pro Forma"}, ())["type"] == "Pro Forma"

"""How single values are read: what counts as a number, a truth, a day or a moment, and that nothing ever raises."""

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.values import (
    amount,
    boolean,
    day,
    decimal,
    either,
    ident,
    instant,
    number,
    one_of,
    text,
    total,
)

NO_NUMBERS = [
    "",
    " 1",
    "1\n",
    "1_0",
    "1,5",
    "٣",
    "１",
    "0x10",
    "nan",
    "inf",
    "-Infinity",
    ".",
    "e5",
    "1e",
    "1E+999999999",
    "1e400",
    "9" * 5000,
    True,
    None,
    [],
    {},
    float("nan"),
    float("inf"),
    1e300,
]
ODD_TEXT = st.sampled_from(
    [*(value for value in NO_NUMBERS if type(value) is str), "9" * 64, "-1e99", "1e-99"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**60, 10**400)
    | st.floats()
    | st.text()
    | ODD_TEXT
    | st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,3}([eE][+-]?[0-9]{1,9})?", fullmatch=True)
    | st.from_regex(r"[0-9]{4}-?[0-9W]{2}-?[0-9]{1,2}([T ][0-9:.]{1,12}(Z|[+-][0-9:]{2,5})?)?"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
READERS = (
    text,
    ident,
    number,
    decimal,
    boolean,
    day,
    instant,
    one_of({"a": "b", 1: "c"}),
    either("on", "off"),
)


@settings(max_examples=400)
@example("1E+999999999")
@example("1_0")
@example(float("inf"))
@given(value=JSON)
def test_c20_no_value_makes_a_reader_raise_and_what_it_gives_is_json(value: Any) -> None:
    for read in READERS:
        found = read(value)
        if type(found) is not Decimal:
            json.dumps(found, allow_nan=False)
    number_, decimal_ = number(value), decimal(value)
    assert (number_ is None) == (decimal_ is None)


def test_c20_a_whole_number_that_is_too_long_to_write_is_no_value() -> None:
    assert {read(10**5000) for read in READERS} == {None}


@example(["9E+999999", "9E+999999"])
@given(values=st.lists(JSON, max_size=5))
def test_c20_no_values_make_a_sum_raise(values: list[Any]) -> None:
    found = amount(total(values))
    assert found is None or math.isfinite(found)


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_plain_number_is_no_number(value: Any) -> None:
    assert (number(value), decimal(value)) == (None, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50", 12.5),
        ("-0", 0),
        ("+1.", 1),
        (".5", 0.5),
        ("1e3", 1000),
        ("0.00000000000000000001", 1e-20),
        ("1234567890.12345", 1234567890.12345),
        (7.0, 7),
        (2**53 + 1, 2**53 + 1),
        (10**30, 1e30),
    ],
)
def test_numbers_and_decimal_text_are_numbers(value: Any, expected: float) -> None:
    assert number(value) == expected
    assert decimal(value) == Decimal(repr(value) if type(value) is float else value)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["0.1", "0.2"], 0.3),
        (["9e99", "9e99"], None),
        (["1", None], None),
        (["1", "x"], None),
        (["1", "1E+999999999"], None),
        ([], None),
        (["0"], 0),
    ],
)
def test_a_sum_with_a_part_that_can_not_be_read_is_no_sum(values: list[Any], expected: float | None) -> None:
    assert amount(total(values)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("False", False),
        ("1", True),
        ("0", False),
        (1, True),
        (0, False),
        (2, None),
        (1.0, None),
        ("yes", None),
        ("", None),
        (None, None),
        ([True], None),
    ],
    ids=str,
)
def test_truth_is_read_by_one_rule(value: Any, expected: bool | None) -> None:
    assert boolean(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "on"), ("False", "off"), ("maybe", "maybe"), (None, None), ([], None)],
    ids=str,
)
def test_an_enum_kept_as_a_boolean_passes_on_what_is_none(value: Any, expected: str | None) -> None:
    assert either("on", "off")(value) == expected


@pytest.mark.parametrize("read", [day, instant])
@pytest.mark.parametrize(
    "value",
    ["20260201", "2026-W05-7", "2026-W05", "2026-02", "2026-02-30", "٢٠٢٦-02-01", "2026-02-01x", "2026-2-1"],
)
def test_other_forms_than_the_extended_one_are_no_dates(
    read: Callable[[Any], str | None], value: str
) -> None:
    assert read(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-01T0800",
        "2026-02-01T08:00:00+0100",
        "20260201T080000Z",
        "2026-02-01T08:00:00,5Z",
        "2026-02-01_08:00",
        "2026-02-01T08:00:00Z\n",
        "2026-02-01T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_other_forms_than_the_extended_one_are_no_moments(value: str) -> None:
    assert instant(value) is None


@pytest.mark.parametrize(
    ("value", "on", "at"),
    [
        ("2026-02-01", "2026-02-01", "2026-02-01T00:00:00.000Z"),
        ("2026-02-01T00:00:00-08:00", "2026-02-01", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01 23:30:00.1234567+01:00", "2026-02-01", "2026-02-01T22:30:00.123Z"),
        ("2026-02-01T08:00Z", "2026-02-01", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01T08:00:00", "2026-02-01", "2026-02-01T08:00:00.000Z"),
    ],
)
def test_a_day_is_the_one_stated_and_a_moment_is_turned_to_utc(value: str, on: str, at: str) -> None:
    assert (day(value), instant(value)) == (on, at)

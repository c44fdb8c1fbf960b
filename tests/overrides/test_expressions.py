"""Expressions mean what JMESPath's library says, and are refused with a place where they can't be read."""

import json
import warnings
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from providers.overrides.budget import Budget, Fault
from providers.overrides.expression import BadExpression, read_expression
from providers.overrides.functions import SIGNATURES

AMPLE = 10_000_000
TAILS = ("[]", "[*]", "[0]", "[-1]", "[1:]", "[::-1]", ".*", ".a", "[].a", "[*].b.id")
NAMES = ("a", "b", "id", "c-d", "")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 1.5, "", "0", "1.5", "a", "ä"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=20,
)
FIELDS = st.sampled_from(
    ["a", "b", "id", '"c-d"', '""', "@", "'a'", "'1'", "`0`", "`1`", "`true`", '`[1, "a"]`']
)


def _called(name: str) -> st.SearchStrategy[str]:
    def written(parts: list[str]) -> str:
        wanted = SIGNATURES[name]
        marked = [
            "&" * (each["types"] == ["expref"]) + part for each, part in zip(wanted, parts, strict=False)
        ]
        return f"{name}({', '.join(marked)})"

    return st.lists(EXPRESSIONS, min_size=len(SIGNATURES[name]), max_size=len(SIGNATURES[name])).map(written)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    joints = st.sampled_from(["||", "&&", "|", "==", "!=", "<", ">="])
    return st.one_of(
        two.flatmap(lambda pair: joints.map(lambda joint: f"{pair[0]} {joint} {pair[1]}")),
        two.map(lambda pair: f"({pair[0]})[?{pair[1]}]"),
        two.map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        two.map(lambda pair: f"{{x: {pair[0]}, y: {pair[1]}}}"),
        st.tuples(
            inner,
            st.sampled_from(TAILS),
        ).map(lambda pair: f"({pair[0]}){pair[1]}"),
        inner.map(lambda text: f"!({text})"),
    )


EXPRESSIONS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        FIELDS,
        st.recursive(FIELDS, _larger, max_leaves=5),
        st.sampled_from(sorted(SIGNATURES)).flatmap(_called),
    )
)


def truth(text: str, value: Any) -> Any:
    """What the library answers; its errors, and Python's from its insides, are faults."""
    try:
        return jmespath.compile(text).search(value)
    except (JMESPathError, TypeError, ArithmeticError):
        return Fault


def ours(text: str, value: Any) -> Any:
    try:
        return read_expression(text).value(value, Budget(AMPLE))
    except Fault:
        return Fault


def refused_at(text: str) -> int:
    """Where it is refused; 0 where it is not."""
    try:
        read_expression(text)
    except BadExpression as error:
        return error.position
    return 0


@settings(max_examples=1500, deadline=None)
@given(EXPRESSIONS, VALUES)
def test_every_expression_gives_what_the_library_gives(text: str, value: Any) -> None:
    found, expected = ours(text, value), truth(text, value)
    assert found == expected
    if expected is not Fault:
        assert json.dumps(found) == json.dumps(expected)  # 1 and true are told apart here


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, VALUES)
def test_what_an_expression_reads_is_all_that_it_reads(text: str, value: Any) -> None:
    """Without the members that it does not name, the value gives the same."""
    expression = read_expression(text)
    if expression.reads.is_known and isinstance(value, dict):
        less = {name: found for name, found in value.items() if name in expression.reads.names}
        assert ours(text, less) == ours(text, value)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab.[]{}()|&!?*@,:'`\"<=>-01 \\", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", PendingDeprecationWarning
        )  # the library's, for an old form of literals
        assert 0 <= refused_at(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a.b", {("a", "b")}),
        ("a || b.c", {("a",), ("b", "c")}),
        ("a[?x > `1`].y[]", {("a", "x"), ("a", "y")}),
        ("sort_by(a, &x)[0].y", {("a", "x"), ("a", "y")}),
        ("map(&x, a)", {("a", "x")}),
        ("{p: a, q: length(b[].c)}", {("a",), ("b", "c")}),
        ("a.*.b", {("a", "*", "b")}),
        ("join(', ', [a, b])", {("a",), ("b",)}),
        ("!a && `1`", {("a",)}),
    ],
)
def test_what_is_read_is_told_by_path(text: str, paths: set[tuple[str, ...]]) -> None:
    assert read_expression(text).reads.paths == paths
    assert read_expression(text).reads.is_known


@pytest.mark.parametrize("text", ["@", "*", "keys(@)", "a || @", "merge(@, b)", "values(@)[0].a", "[@][0].a"])
def test_it_is_said_where_what_is_read_cannot_be_told(text: str) -> None:
    assert not read_expression(text).reads.is_known


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "is empty", 0),
        ("a.", "breaks off", 2),
        ("a b", "is no JMESPath: unexpected 'b'", 2),
        ("a..b", "is no JMESPath: unexpected '.'", 2),
        ("a.'b", "is no JMESPath: Unclosed ' delimiter", 2),
        ("a || upper(b)", "there is no function upper()", 5),
        ("length(a, b)", "length() takes 1 arguments, not 2", 0),
        ("a[0] && merge()", "merge() takes at least 1 arguments, not 0", 8),
        ("sort_by(a, b)", "sort_by() takes an expression such as &name as argument 2", 0),
        ("length(&a)", "length() takes a value, not an expression with & as argument 1", 0),
        ("[a, &b]", "an expression with & stands where a value is wanted", 4),
        ("a" * 2049, "is longer than 2048 characters", 2048),
        ("!" * 60 + "a", "is nested deeper than 50 levels", 0),
        ("[" * 1000 + "]" * 1000, "is nested deeper than 50 levels", 0),
    ],
)
def test_what_does_not_parse_is_refused_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(BadExpression) as caught:
        read_expression(text)
    assert (str(caught.value), caught.value.position) == (message, position)


def test_a_function_that_is_handed_the_wrong_thing_says_so_without_the_thing() -> None:
    with pytest.raises(Fault) as caught:
        read_expression("length(secret)").value({"secret": 5}, Budget(AMPLE))
    assert str(caught.value) == "length() takes string or array or object, not number"

"""Statements: what they ask, that their values stay values, and what they refuse."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.companions import keyset, sorted_by
from providers.filters import CannotFilter
from providers.queries import ANY, SEVERAL, Column, Language, Part, Statement

LANGUAGE = Language("/sql", headers=(("prefer", "transient"),), most=3)
ORDERS = Statement(
    LANGUAGE,
    "orders o",
    {
        "id": Column("o.id", filled=True),
        "placed": Column("o.placed", "TO_CHAR({},'YYYY')", "TO_DATE(?,'YYYY')"),
        "currency": Column("c.symbol", option="currency"),
        "name": Column("UPPER(o.name)", bind="UPPER(?)", hidden=True),
        "group": Column("", test="o.id IN (SELECT m.o FROM members m WHERE m.g = ?)", hidden=True),
    },
    own=lambda name, sql, field: {name: Column(sql)},
    joins=(Part("LEFT JOIN currency c ON c.id = o.currency", "currency"),),
)
HEAD = (
    "SELECT o.id AS id, TO_CHAR(o.placed,'YYYY') AS placed, c.symbol AS currency FROM orders o "
    "LEFT JOIN currency c ON c.id = o.currency"
)


def asked(*params: tuple[str, str], **more: Any) -> tuple[str, list[str]]:
    """The text after what is selected, and the values."""
    body = orjson.loads(
        ORDERS.ask(
            params, more.get("wanted"), dict.fromkeys(more.get("own", ()), ANY), more.get("without", ())
        ).body
    )
    return body["q"], body.get("params", [])


def test_a_page_is_asked_for_by_its_key_with_the_limit_beside_the_text() -> None:
    params = keyset(LANGUAGE).ask(2, "41")
    found = ORDERS.ask(params, None, {}, ())
    assert (found.path, found.headers) == ("/sql", (("prefer", "transient"),))
    assert found.params == (("limit", "2"), ("offset", "0"))
    assert orjson.loads(found.body) == {"q": f"{HEAD} WHERE o.id > ? ORDER BY o.id", "params": ["41"]}


def test_conditions_are_bound_in_their_order_behind_the_fixed_ones() -> None:
    statement = replace(ORDERS, where=("o.kind = 'A'",))
    params = (("placed[gte]", "2024"), ("name", "x"), ("group", "7"), ("id[in]", f"1{SEVERAL}2"))
    body = orjson.loads(statement.ask(params, (), {}, ()).body)
    assert body == {
        "q": "SELECT o.id AS id FROM orders o LEFT JOIN currency c ON c.id = o.currency WHERE o.kind = 'A' "
        "AND o.placed >= TO_DATE(?,'YYYY') AND UPPER(o.name) = UPPER(?) "
        "AND o.id IN (SELECT m.o FROM members m WHERE m.g = ?) AND o.id IN (?, ?) ORDER BY o.id",
        "params": ["2024", "x", "7", "1", "2"],
    }


@pytest.mark.parametrize(
    ("direction", "after", "condition", "values", "falls"),
    [
        (
            "asc",
            ["2024", "9"],
            "(o.placed > TO_DATE(?,'YYYY') OR (o.placed = TO_DATE(?,'YYYY') AND o.id > ?) OR o.placed IS NULL)",
            ["2024", "2024", "9"],
            "",
        ),
        (
            "desc",
            ["2024", "9"],
            "(o.placed < TO_DATE(?,'YYYY') OR (o.placed = TO_DATE(?,'YYYY') AND o.id > ?) OR o.placed IS NULL)",
            ["2024", "2024", "9"],
            " DESC",
        ),
        ("asc", [None, "9"], "(o.placed IS NULL AND o.id > ?)", ["9"], ""),
    ],
)
def test_another_order_goes_on_behind_a_value_and_a_key(
    direction: str, after: list[str | None], condition: str, values: list[str], falls: str
) -> None:
    text, found = asked(*sorted_by("placed", direction, LANGUAGE).ask(2, after))
    order = f"CASE WHEN o.placed IS NULL THEN 1 ELSE 0 END, o.placed{falls}, o.id"
    assert (text, found) == (f"{HEAD} WHERE {condition} ORDER BY {order}", values)


def test_what_a_tenant_does_not_know_is_left_out_with_its_table() -> None:
    text, _ = asked(own=("cost_x", "mine"), without=frozenset({"currency", "mine"}))
    assert text == (
        "SELECT o.id AS id, TO_CHAR(o.placed,'YYYY') AS placed, o.cost_x AS cost_x FROM orders o ORDER BY o.id"
    )
    with pytest.raises(CannotFilter, match="knows no 'currency'"):
        asked(("currency", "EUR"), without=frozenset({"currency"}))


@pytest.mark.parametrize(
    "params",
    [
        ("o.id", "1"),
        ("id = id or id", "1"),
        ("id[eq]", "1"),
        ("ID", "1"),
        ("id\n", "1"),
        ("id", "1\x00"),
        ("id[in]", SEVERAL.join("1234")),
        ("x" * 200, "1"),
    ],
)
def test_what_is_no_column_or_no_value_is_refused(params: tuple[str, str]) -> None:
    with pytest.raises(CannotFilter):
        asked(params)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_a_caller_says_becomes_text_of_a_statement(name: str, value: str) -> None:
    """Whatever the name, the text is that of a harmless condition with the column's name in it; the value is bound."""
    try:
        text, values = asked((name, value))
    except CannotFilter:
        return
    if name in (
        "limit",
        "order",
        "after",
    ):  # callers can't set paging: their queries are looked through for it
        return
    assert values == [value]
    assert re.fullmatch(
        re.escape(HEAD) + r" WHERE (o\.[a-z][a-z0-9_]*|c\.symbol) = (\?|TO_DATE\(\?,'YYYY'\)) ORDER BY o\.id",
        text,
    )


def test_rows_lie_under_their_key_with_names_in_lower_case() -> None:
    assert LANGUAGE.read({"items": [{"ID": "1", "Name": "A"}, {"id": "2"}]}) == [
        {"id": "1", "name": "A"},
        {"id": "2"},
    ]
    assert LANGUAGE.read({"error": 1}) == {"error": 1}
    assert LANGUAGE.read([]) == []

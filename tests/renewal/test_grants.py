"""Answers of token endpoints are read whatever they hold."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.grants import LONGEST, SHORTEST, Refusal, Token, Unusable, read_answer, read_lifetime

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("86399"),
    st.just(1e12),
    st.just(-1),
    st.just(0),
    st.lists(st.integers(), max_size=2),
    st.integers(min_value=10**400, max_value=10**400 + 9),
)


@given(anything)
def test_a8_any_expires_in_gives_a_lifetime_within_bounds(expires_in: Any) -> None:
    assert SHORTEST <= read_lifetime(expires_in, 3600.0) <= LONGEST


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        (86399, 86399.0),
        ("86399", 86399.0),
        (" 120 ", 120.0),
        (None, 3600.0),
        ("soon", 3600.0),
        (0, 3600.0),
        (-5, 3600.0),
        (True, 3600.0),
        (math.nan, 3600.0),
        (math.inf, LONGEST),
        (1e12, LONGEST),
        (0.001, SHORTEST),
    ],
)
def test_a8_expires_in_is_read_as_meant(expires_in: Any, lifetime: float) -> None:
    assert read_lifetime(expires_in, 3600.0) == lifetime


@given(anything, st.floats(0, 1))
def test_a8_a_fresh_token_is_not_spent_at_once(expires_in: Any, jitter: float) -> None:
    try:
        body = orjson.dumps({"access_token": "a", "expires_in": expires_in})
    except TypeError:
        return
    token = read_answer(200, body, now=1000.0, assumed=3600.0, jitter=jitter)
    assert isinstance(token, Token)
    assert 1000.0 < token.renew_at < token.expires_at
    assert token.expires_at - token.renew_at <= 15 * 60


@given(st.integers(200, 599), st.binary(max_size=200) | st.just(b'{"error": 5}'))
def test_any_answer_is_a_token_a_refusal_or_unusable(code: int, body: bytes) -> None:
    answer = read_answer(code, body, now=0.0, assumed=60.0, jitter=0.0)
    assert isinstance(answer, Token | Refusal | Unusable)


def test_f19_a_token_does_not_show_itself() -> None:
    assert "hush" not in repr(Token("hush", 0.0, 1.0, 2.0))

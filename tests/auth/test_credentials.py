"""A context is taken apart into what may be shown and what may not, and nothing gets lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.credentials import SECRET_NAMES, asked_scopes, join, merge, read_context, split
from auth.secret import Secret
from providers.schemes import ApiKey, Scheme
from schemas.errors import InvalidRequest
from tests.auth.vendor import ACME

OAUTH, KEY = ACME.schemes
NAMES = SECRET_NAMES | ACME.secret_names

keys = st.sampled_from(sorted(SECRET_NAMES)) | st.sampled_from(["a", "b/c", "d~e", "~1", "", "0", "oauth"])
values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=15,
)
contexts = st.dictionaries(keys, values, max_size=5)


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


@given(contexts)
def test_c3_no_secret_name_is_left_at_any_depth(context: dict[str, Any]) -> None:
    public, _ = split(context, NAMES)
    assert not names_in(public) & NAMES


@given(contexts)
def test_what_was_taken_apart_goes_together_again(context: dict[str, Any]) -> None:
    public, secrets = split(context, NAMES)
    assert join(public, secrets) == context


def test_putting_together_leaves_the_parts_alone() -> None:
    public, secrets = split({"a": {"password": "p", "b": [{"token": "t"}]}}, NAMES)
    join(public, secrets)
    assert (public, secrets) == ({"a": {"b": [{}]}}, {"a/password": "p", "a/b/0/token": "t"})


def test_a_providers_own_secret_fields_are_secrets() -> None:
    assert split({"acme_pass": "p", "host": "h"}, NAMES) == ({"host": "h"}, {"acme_pass": "p"})


def test_a_change_replaces_whole_members_but_reaches_into_oauth() -> None:
    present = {"a": {"x": 1}, "b": 2, "oauth": {"token": {"access_token": "t"}, "scope": ["r"]}}
    assert merge(present, {"a": {"y": 1}, "oauth": {"scope": ["w"]}}) == {
        "a": {"y": 1},
        "b": 2,
        "oauth": {"token": {"access_token": "t"}, "scope": ["w"]},
    }
    assert merge(present, {"oauth": None})["oauth"] is None
    assert merge({"oauth": "odd"}, {"oauth": {"scope": []}})["oauth"] == {"scope": []}


def read(scheme: Scheme, context: dict[str, Any], *, is_sandbox: bool = False) -> dict[str, Any]:
    return read_context(ACME, scheme, context, is_sandbox=is_sandbox)


def test_fields_are_brought_into_their_normal_form_and_others_left_alone() -> None:
    context = {
        "host": " blue.acme.example ",
        "client_id": " me",
        "client_secret": "s ",
        "mine": {"deep": [1]},
    }
    assert read(OAUTH, context) == {
        "host": "blue.acme.example",
        "client_id": "me",
        "client_secret": "s",
        "mine": {"deep": [1]},
    }


def test_every_field_at_fault_is_named_with_the_form_expected_and_no_value() -> None:
    context = {"host": "169.254.169.254", "client_id": "", "client_secret": {"hush": 1}}
    with pytest.raises(InvalidRequest) as caught:
        read(OAUTH, context)
    assert caught.value.details["failures"] == [
        {
            "field": "context.host",
            "message": "Acme host is not of the form expected. Expected: such as blue.acme.example",
        },
        {
            "field": "context.client_id",
            "message": "Client id is missing. Expected: letters, digits and signs without a space",
        },
        {
            "field": "context.client_secret",
            "message": "Client secret is not of the form expected. Expected: letters, digits and signs without a space",
        },
    ]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example/.acme.example",
        "user@blue.acme.example",
        "blue.acme.example:8080",
        "blue.acme.example.",
        "BLUE.acme.example",
        "blue\n.acme.example",
        "{origin}.acme.example",
        "\u0430.acme.example",
    ],
)
def test_b18_a_host_that_is_not_the_providers_is_refused(host: str) -> None:
    with pytest.raises(InvalidRequest):
        read(OAUTH, {"host": host, "client_id": "me", "client_secret": "s"})


@pytest.mark.parametrize("key", ["k\0", "k\x7f", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    assert isinstance(KEY, ApiKey)
    with pytest.raises(InvalidRequest):
        read(KEY, {"host": "blue.acme.example", "acme_pass": key})


def test_a_sandbox_needs_no_host_but_a_given_one_must_fit() -> None:
    assert read(KEY, {"acme_pass": "p"}, is_sandbox=True) == {"acme_pass": "p"}
    with pytest.raises(InvalidRequest):
        read(KEY, {"acme_pass": "p", "host": "evil"}, is_sandbox=True)


@pytest.mark.parametrize(
    ("context", "override", "scopes"),
    [
        ({}, {}, ("read", "write")),
        ({}, {"credentials": {"scope": ["env"]}}, ("env",)),
        ({"oauth": {"scope": ["own", "own"]}}, {"credentials": {"scope": ["env"]}}, ("own",)),
        ({"oauth": {"scope": "one two,three"}}, {}, ("one", "two", "three")),
        ({"oauth": {"scope": [5, None]}}, {}, ("read", "write")),
        ({"oauth": "odd"}, {"credentials": "odd"}, ("read", "write")),
        ({"oauth": {"scope": 5}}, {"credentials": {"scope": True}}, ("read", "write")),
        ({"oauth": {"scope": {"own": 1}}}, {"credentials": {"scope": ["env", 5]}}, ("env",)),
    ],
)
def test_scopes_come_from_the_account_then_the_environment_then_the_provider(
    context: dict[str, Any], override: dict[str, Any], scopes: tuple[str, ...]
) -> None:
    assert asked_scopes(context, override, OAUTH) == scopes


def test_f19_a_secret_does_not_show_itself() -> None:
    secret = Secret({"client_secret": "hush"})
    assert secret["client_secret"] == "hush"
    assert "hush" not in f"{secret!r} {secret} {[secret]} {secret.keys()!r}"


def test_f19_secrets_are_blotted_out_of_a_vendors_words_the_longest_first() -> None:
    secret = Secret({"a": "hush", "b": {"c": ["hush-hush"]}, "d": "x", "e": 5})
    assert secret.hide_in("hush-hush, hush and x5") == "***, *** and x5"

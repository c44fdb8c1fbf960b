"""Whatever is written as a body or a filter is answered, never broken by."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.netsuite import create_app
from sandbox.netsuite.answers import Refusal
from sandbox.netsuite.records import keeping
from sandbox.netsuite.records.body import Body
from sandbox.netsuite.records.conditions import matching
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.types import TYPES
from sandbox.netsuite.seed.words import words

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 400),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["1", "T", "2025-01-01"]),
)
REFERENCE = st.fixed_dictionaries({"id": st.one_of(LEAVES, st.integers(1, 300))})
MEMBERS = words(
    "item account amount quantity rate line doc apply orderDoc orderLine selectedRole addressBookAddress "
    "defaultBilling vendor internalId"
)
LINE = st.dictionaries(st.sampled_from(MEMBERS), st.one_of(LEAVES, REFERENCE), max_size=5)
LINES = st.fixed_dictionaries({"items": st.lists(st.one_of(LINE, LINE, LEAVES), max_size=3)})
NAMES = sorted({one.name for type_ in TYPES.values() for one in type_.properties.values()})
PARTS = words("item expense apply roles addressBook itemVendor billingAddress orderStatus subsidiary")
VALUES = st.one_of(LEAVES, REFERENCE, LINES, st.lists(LEAVES, max_size=2))
BODIES = st.dictionaries(st.sampled_from(NAMES + PARTS), VALUES, max_size=8)
TYPE = st.sampled_from(words("vendor employee vendorbill purchaseorder vendorpayment inventoryitem"))
WORD = st.sampled_from(
    words('email IS IS_NOT x AND OR ( ) [ ] , id ANY_OF 1 " dateCreated ON 1/1/2024 EMPTY')
)


def outcome(deed: Callable[[], object]) -> tuple[int, str] | None:
    """None, or status and code of the refusal."""
    try:
        deed()
    except Refusal as refusal:
        return refusal.status, refusal.code
    return None


@pytest.fixture(scope="module")
def desk() -> Desk:
    books = next(iter(create_app().state.tenants.values())).books
    return Desk(books.store, books.account, "http://stand-in", books.now(), 11)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(name=TYPE, body=BODIES)
def test_any_body_makes_a_record_or_is_refused(desk: Desk, name: str, body: dict[str, Any]) -> None:
    first = {"entity": {"id": desk.store.ids("vendor")[0]}, "subsidiary": {"id": 1}, "companyName": "x"}
    assert outcome(lambda: keeping.create(desk, TYPES[name], {**first, **body}, Body(desk, "Ignore"))) in (
        None,
        (400, "INVALID_CONTENT"),
        (400, "USER_ERROR"),
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(WORD))
def test_any_filter_finds_or_is_refused(desk: Desk, text: list[str]) -> None:
    found = outcome(lambda: matching(desk, TYPES["vendor"], " ".join(text)))
    assert found in (None, (400, "INVALID_PARAMETER"))

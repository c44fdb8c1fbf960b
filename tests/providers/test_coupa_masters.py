"""Coupa's master data: the cases in which a plausible reading of an answer or a filter is the wrong one."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from providers.coupa import COUPA
from providers.filters import ALL, NOTHING, Narrowing
from tests.providers.mapped import mapped

ARCHIVED = Narrowing((("active", "false"),))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["pending"], NOTHING),
        (["archived"], ARCHIVED),
        (["archived", "pending"], ARCHIVED),
        (["active", "archived"], ALL),
        (["active", "archived", "pending"], ALL),
    ],
)
def test_no_account_is_pending_at_coupa(words: Sequence[str], expected: Narrowing) -> None:
    status = COUPA.resources["accounting/accounts"].filters["status"]
    assert status("in", words, ZoneInfo("UTC")) == expected


EMPTY = {"id": None, "street1": "", "city": None, "country": {"code": None}}


@pytest.mark.parametrize("key", ["primary-address", "supplier-addresses", "remit-to-addresses"])
@pytest.mark.parametrize("address", [{}, EMPTY])
def test_an_address_without_any_value_is_none(key: str, address: dict[str, Any]) -> None:
    found = address if key == "primary-address" else [address]
    assert mapped("accounting/contacts", {"id": 1, key: found})["addresses"] == []


def test_one_value_makes_an_address() -> None:
    record = {"id": 1, "primary-address": {"city": "Ghent"}, "supplier-addresses": [EMPTY, {"id": 7}]}
    found = mapped("accounting/contacts", record)["addresses"]
    assert [(row["id"], row["city"], row["type"]) for row in found] == [
        (None, "Ghent", "primary"),
        ("7", None, None),
    ]

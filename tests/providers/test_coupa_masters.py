"""Coupa's master data: the cases in which a plausible reading of an answer or a filter is the wrong one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from providers.coupa import COUPA
from providers.filters import ALL, NOTHING, Narrowing

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

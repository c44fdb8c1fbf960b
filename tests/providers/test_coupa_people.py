"""Coupa's users: flags in every form in which they come."""

from typing import Any

import pytest

from providers.coupa import COUPA
from tests.providers.mapped import mapped

FLAGS = [(True, True), ("true", True), ("True", True), ("1", True), (1, True)]
FLAGS += [(False, False), ("false", False), ("0", False), (0, False)]


@pytest.mark.parametrize(("flag", "means"), FLAGS, ids=repr)
def test_flags_of_a_user_are_read_in_every_form(flag: Any, means: bool) -> None:
    user = mapped("user-directory/users", {"id": 1, "active": flag, "api-user": flag, "travel-user": flag})
    assert user["status"] == ("active" if means else "inactive")
    assert user["user_type"] == ("api" if means else "user")
    assert [licence["id"] for licence in user["licenses"]] == (["travel-user"] if means else [])


@pytest.mark.parametrize("key", ["api-user", "supplier-user", "support-user", "support_user"])
@pytest.mark.parametrize(("flag", "means"), FLAGS, ids=repr)
def test_technical_and_portal_accounts_are_no_employees(key: str, flag: Any, means: bool) -> None:
    keep = COUPA.resources["accounting/employees"].sources[0].keep
    assert keep is not None
    assert keep({"id": 1, key: flag}) is not means


@pytest.mark.parametrize(
    ("resource", "at"),
    [("accounts", 0), ("items", 0), ("tracking_categories", 0), ("tracking_categories", 1)],
)
@pytest.mark.parametrize(("flag", "means"), FLAGS, ids=repr)
def test_active_is_read_by_the_same_rule_everywhere(resource: str, at: int, flag: Any, means: bool) -> None:
    found = mapped(f"accounting/{resource}", {"id": 1, "active": flag}, at=at)
    assert found["status"] == ("active" if means else "archived")


@pytest.mark.parametrize("key", ["enabled-flag", "enabled", "enabled_flag"])
@pytest.mark.parametrize(("flag", "means"), FLAGS, ids=repr)
def test_a_currency_is_archived_where_a_flag_says_so(key: str, flag: Any, means: bool) -> None:
    found = mapped("accounting/currencies", {"id": 1, "code": "EUR", key: flag})
    assert found["status"] == ("active" if means else "archived")


def test_a_word_in_the_place_of_a_flag_is_passed_on() -> None:
    assert mapped("user-directory/users", {"id": 1, "active": "pending"})["status"] == "pending"

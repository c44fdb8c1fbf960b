"""Coupa's documents and their lines: the cases in which a plausible reading of an answer is the wrong one."""

from typing import Any

import pytest

from tests.providers.mapped import mapped

LINES = [
    ("accounting/invoices", "invoice-lines"),
    ("accounting/invoices", "invoice-charges"),
    ("accounting/purchase_orders", "order-lines"),
    ("accounting/purchase_order_requisitions", "requisition-lines"),
]


def split(*accounts: int | None) -> list[dict[str, Any]]:
    return [{"account": {"id": account}} for account in accounts]


@pytest.mark.parametrize(("resource", "lines"), LINES)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"account": {"id": 5}}, "5"),
        ({"account": {"id": 5}, "account-allocations": []}, "5"),
        ({"account": {"id": 5}, "account-allocations": split(6)}, "5"),
        ({"account": None, "account-allocations": split(6)}, "6"),
        ({"account": {"id": 5}, "account-allocations": split(5, 6)}, None),
        ({"account": None, "account-allocations": split(5, 6)}, None),
        ({"account": {"id": 5}, "account-allocations": split(None)}, "5"),
        ({}, None),
    ],
)
def test_a_line_that_is_split_has_no_account_of_its_own(
    resource: str, lines: str, line: dict[str, Any], expected: str | None
) -> None:
    found = mapped(resource, {"id": 1, lines: [{"id": 2, **line}]})
    assert [row["account"] for row in found["line_items"]] == [expected]

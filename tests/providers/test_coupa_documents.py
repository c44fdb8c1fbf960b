"""Coupa's documents and their lines: the cases in which a plausible reading of an answer is the wrong one."""

from typing import Any

import pytest

from providers.coupa import COUPA
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


DOCUMENTS = [
    "accounting/invoices",
    "accounting/purchase_orders",
    "accounting/purchase_order_requisitions",
]
RED = {"id": 71, "name": "Red", "lookup-id": 7, "lookup": {"id": 7, "name": "Colour"}}
BLUE = {"id": 72, "name": "Blue", "lookup": {"id": 7, "name": "Colour"}}
RED_REF = {"id": "lookup-7", "name": "Colour", "option": "Red", "option_id": "71"}
BLUE_REF = {"id": "lookup-7", "name": "Colour", "option": "Blue", "option_id": "72"}


@pytest.mark.parametrize("resource", DOCUMENTS)
@pytest.mark.parametrize(
    ("record", "named"),
    [
        ({"custom-fields": {"colour": RED, "colours": [BLUE, None, "x", {}]}}, ()),
        ({"colour": RED, "colours": [BLUE]}, ("colour", "colours")),
        ({"custom-fields": {"colour": RED}, "other-colour": BLUE}, ("other_colour", "colour", "unknown")),
        ({"custom-fields": None, "colour": RED, "other_colour": BLUE}, ("colour", "other-colour")),
    ],
)
def test_lookups_of_a_document_track_it_in_every_form(
    resource: str, record: dict[str, Any], named: tuple[str, ...]
) -> None:
    found = mapped(resource, {"id": 1, **record}, named)
    assert found["tracking_categories"] == [RED_REF, BLUE_REF]


@pytest.mark.parametrize(("resource", "lines"), LINES)
def test_lookups_of_a_line_track_it_one_by_one_and_in_lists(resource: str, lines: str) -> None:
    line = {"id": 2, "colour": RED, "custom-fields": {"colours": [RED, BLUE], "colour": None}}
    found = mapped(resource, {"id": 1, lines: [line]}, ("colour",))
    assert [row["tracking_categories"] for row in found["line_items"]] == [[RED_REF, BLUE_REF]]


@pytest.mark.parametrize(
    ("resource", "record"),
    [
        ("accounting/purchase_orders", {"requisition-header": {"department": {"id": 3, "name": "IT"}}}),
        ("accounting/purchase_order_requisitions", {"department": {"id": 3, "name": "IT"}}),
    ],
)
@pytest.mark.parametrize("department", [..., None, {}, {"name": "IT"}, ""])
def test_an_empty_department_of_a_line_does_not_hide_the_documents(
    resource: str, record: dict[str, Any], department: Any
) -> None:
    line = {"id": 2} if department is ... else {"id": 2, "department": department}
    found = mapped(resource, {"id": 1, **record, "order-lines": [line], "requisition-lines": [line]})
    of_document = [{"id": "department-3", "name": "IT", "option": None, "option_id": None}]
    assert found["tracking_categories"] == of_document
    assert [row["tracking_categories"] for row in found["line_items"]] == [of_document]


@pytest.mark.parametrize("resource", ["accounting/purchase_orders", "accounting/purchase_order_requisitions"])
@pytest.mark.parametrize(
    ("country", "shown"),
    [
        ({"code": "BE", "name": "Belgium"}, "Ghent, BE"),
        ({"name": "Belgium"}, "Ghent, Belgium"),
        ("Belgium", "Ghent, Belgium"),
        ({}, "Ghent"),
        (None, "Ghent"),
    ],
)
def test_a_delivery_address_reads_its_country_in_every_form(resource: str, country: Any, shown: str) -> None:
    found = mapped(resource, {"id": 1, "ship-to-address": {"city": "Ghent", "country": country}})
    assert found["delivery_address"] == shown


def approval(person: int, day: str, **status: Any) -> dict[str, Any]:
    return {"approved-by": {"id": person}, "approval-date": f"2026-02-{day}T08:00:00Z", **status}


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        ([approval(1, "01", status="approved"), approval(2, "02", status="rejected")], "1"),
        ([approval(1, "01"), approval(2, "02", status="pending_approval")], "1"),
        ([approval(1, "02", status="approved"), approval(2, "01", status="approved")], "1"),
        ([approval(1, "01", status="approved"), approval(2, "02", status=None)], "2"),
        ([approval(1, "01", status="rejected")], None),
        ([], None),
    ],
)
def test_the_approver_is_who_approved_last(approvals: list[dict[str, Any]], expected: str | None) -> None:
    order = mapped("accounting/purchase_orders", {"id": 1, "requisition-header": {"approvals": approvals}})
    requisition = mapped("accounting/purchase_order_requisitions", {"id": 1, "approvals": approvals})
    for found in (order, requisition):
        assert (found["approver"] and found["approver"]["id"]) == expected


def test_the_status_of_approvals_is_asked_for() -> None:
    for resource, path in (
        ("accounting/purchase_orders", ("requisition-header", "approvals")),
        ("accounting/purchase_order_requisitions", ("approvals",)),
    ):
        needs = COUPA.resources[resource].sources[0].needs
        for step in path:
            needs = needs[step]
        assert "status" in needs

"""What is added up from a document's parts: exact, complete, or null."""

from typing import Any

import pytest

from tests.providers.mapped import mapped

UNREADABLE: list[Any] = [None, "", "n/a", "1E+999999999", [], {}, True]


def invoice(**record: Any) -> dict[str, Any]:
    return mapped("accounting/invoices", {"id": 1, **{key.replace("_", "-"): v for key, v in record.items()}})


def totals(*values: Any) -> list[dict[str, Any]]:
    return [{"id": number, "total": value} for number, value in enumerate(values, 1)]


def taxed(*amounts: Any) -> dict[str, Any]:
    return {"id": 1, "tax-lines": [{"amount": value} for value in amounts]}


@pytest.mark.parametrize(
    ("lines", "charges", "expected"),
    [
        (totals("0.10", "0.20"), totals("5"), 5.3),
        (totals("0.10"), [], 0.1),
        (totals("0.10"), None, 0.1),
        (totals("0"), [], 0),
        ([], [], None),
        (None, None, None),
        ([], totals("5"), None),
        (None, totals("5"), None),
        ([{"id": 1}], [], None),
        (totals("1"), [{"id": 1}], None),
    ],
)
def test_a_sub_total_is_all_lines_and_charges_or_null(lines: Any, charges: Any, expected: Any) -> None:
    assert invoice(invoice_lines=lines, invoice_charges=charges)["sub_total"] == expected


@pytest.mark.parametrize("odd", UNREADABLE, ids=repr)
def test_a_line_without_a_readable_total_leaves_no_sum(odd: Any) -> None:
    assert invoice(invoice_lines=totals("1", odd))["sub_total"] is None
    assert invoice(invoice_lines=totals("1"), invoice_charges=totals(odd))["sub_total"] is None


@pytest.mark.parametrize(
    ("resource", "lines"),
    [
        ("accounting/purchase_orders", "order-lines"),
        ("accounting/purchase_order_requisitions", "requisition-lines"),
    ],
)
@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"total": "7", "lines": totals("1", None)}, 7),
        ({"lines": totals("0.1", "0.2")}, 0.3),
        ({"total": "", "lines": totals("0.1", "0.2")}, 0.3),
        ({"lines": totals("1", None)}, None),
        ({"lines": totals("1", "x")}, None),
        ({"lines": []}, None),
        ({}, None),
    ],
)
def test_the_total_of_an_order_is_the_stated_one_else_that_of_all_lines(
    resource: str, lines: str, record: dict[str, Any], expected: Any
) -> None:
    renamed = {lines if key == "lines" else key: value for key, value in record.items()}
    assert mapped(resource, {"id": 1, **renamed})["total_amount"] == expected


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ([{"id": 1, "amount-paid": "40.10"}, {"id": 2, "amount-paid": "0.20"}], 59.7),
        ([], 100),
        (None, 100),
        *(([{"id": 1, "amount-paid": "40"}, {"id": 2, "amount-paid": odd}], None) for odd in UNREADABLE),
    ],
)
def test_a_balance_knows_all_payments_or_is_null(payments: Any, expected: Any) -> None:
    assert invoice(total_with_taxes="100", payments=payments)["balance"] == expected
    assert invoice(gross_total="100", payments=payments)["balance"] == expected
    assert invoice(total_with_taxes="100", payments=payments, paid=True)["balance"] == 0


def test_a_balance_without_a_total_is_null() -> None:
    assert invoice(total_with_taxes="x", gross_total=None, payments=[])["balance"] is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"tax_lines": [{"amount": "1"}], "invoice_lines": [taxed("0.1"), taxed("0.2")]}, 1.3),
        ({"tax_lines": [{"amount": "1"}], "invoice_charges": [taxed("0.5")]}, 1.5),
        ({"tax_lines": [], "invoice_lines": [taxed("0.1"), {"id": 2}]}, 0.1),
        ({"tax_lines": [{"amount": "1"}], "invoice_lines": [taxed(None)]}, None),
        ({"tax_lines": [{"amount": None}], "invoice_lines": [taxed("1")]}, None),
        ({"invoice_lines": [taxed("1", "x")]}, None),
        ({"invoice_lines": [{"id": 1}]}, 9),
    ],
)
def test_with_line_taxation_the_tax_is_the_sum_of_all_tax_lines(
    record: dict[str, Any], expected: Any
) -> None:
    assert invoice(line_level_taxation=True, tax_amount="9", **record)["total_tax_amount"] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"tax_amount": "9", "tax_lines": [{"amount": "1"}], "invoice_lines": [taxed("2")]}, 9),
        ({"tax_lines": [{"amount": "1"}, {"amount": "2"}], "invoice_lines": [taxed("4")]}, 3),
        ({"tax_lines": [{"amount": "1"}, {"amount": ""}]}, None),
        ({}, None),
    ],
)
def test_without_line_taxation_the_tax_is_the_headers(record: dict[str, Any], expected: Any) -> None:
    assert invoice(line_level_taxation=False, **record)["total_tax_amount"] == expected

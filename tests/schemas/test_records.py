"""Records take what the contract allows and turn down what it does not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.accounting import Account, Currency, Invoice
from schemas.fields import Date, Number, Time
from schemas.unified import MODELS, fields

EXAMPLE: dict[str, Any] = {
    "id": "1201",
    "type": "bill",
    "number": "HP-88",
    "contact": {"id": "318", "name": "Harbour Paper", "type": "vendor"},
    "status": "submitted",
    "issue_date": "2026-02-01",
    "due_date": "2026-03-03",
    "paid_on_date": None,
    "currency": "EUR",
    "exchange_rate": 1.0842,
    "sub_total": 42.57,
    "total_discount": 0,
    "total_tax_amount": 8.09,
    "total_amount": 50.66,
    "balance": 50.66,
    "payments": [],
    "memo": None,
    "company": "4",
    "line_items": [
        {
            "id": "9",
            "name": None,
            "description": "Card, A4",
            "item": "77",
            "account": "31",
            "quantity": 100,
            "unit_price": 0.4257,
            "total_line_amount": 42.57,
            "tax_rate": "12",
            "currency": "EUR",
            "exchange_rate": 1.0842,
            "type": "InvoiceQuantityLine",
            "tracking_categories": [
                {"id": "lookup-3", "name": "Cost Center", "option": "Print shop", "option_id": "501"}
            ],
        }
    ],
    "tracking_categories": [],
    "etag": "2026-02-01T09:12:44Z",
    "created_at": "2026-02-01T08:00:00.000Z",
    "updated_at": "2026-02-01T09:12:44.000Z",
    "custom_fields": {"vat-id": False},
    "remote_data": {"id": 1201, "invoice-number": "HP-88"},
}


def test_the_contracts_worked_invoice_is_a_record() -> None:
    assert Invoice.model_validate(EXAMPLE).model_dump() == EXAMPLE


def test_the_contracts_worked_invoice_has_every_field() -> None:
    assert {each.name for each in fields(MODELS["accounting"].resources["invoices"])} == EXAMPLE.keys()


def test_the_vendors_record_may_be_left_out() -> None:
    assert Invoice.model_validate({k: v for k, v in EXAMPLE.items() if k != "remote_data"})


def test_a_whole_number_stays_whole() -> None:
    assert type(Invoice.model_validate(EXAMPLE).total_discount) is int
    assert type(Invoice.model_validate(EXAMPLE).sub_total) is float


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("id", None, "string_type"),
        ("id", 1201, "string_type"),
        ("id", "", "string_too_short"),
        ("type", None, "string_type"),
        ("sub_total", "42.57", "float_type"),
        ("sub_total", True, "float_type"),
        ("sub_total", float("nan"), "finite_number"),
        ("issue_date", "2026-02-01T00:00:00Z", "string_pattern_mismatch"),
        ("issue_date", "2026-02-30", "value_error"),
        ("created_at", "2026-02-01T08:00:00Z", "string_pattern_mismatch"),
        ("created_at", "2026-02-01T08:61:00.000Z", "value_error"),
        ("contact", {"name": "Harbour Paper"}, "missing"),
        ("custom_fields", None, "dict_type"),
        ("total", 3, "extra_forbidden"),
    ],
)
def test_what_the_contract_rules_out_is_no_record(field: str, value: object, problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Invoice.model_validate(EXAMPLE | {field: value})
    assert problem in {each["type"] for each in caught.value.errors()}
    assert {each["loc"][0] for each in caught.value.errors()} == {field}


@given(st.text())
def test_an_enum_takes_any_string_a_vendor_may_send(status: str) -> None:
    assert Currency.model_validate({"id": "1", "status": status}).status == status


@given(st.dates())
def test_every_calendar_day_is_a_date(day: date) -> None:
    assert TypeAdapter(Date).validate_python(day.isoformat()) == day.isoformat()


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_in_milliseconds_is_a_time(instant: datetime) -> None:
    text = instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    assert TypeAdapter(Time).validate_python(text) == text


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_keep_their_value(number: float) -> None:
    assert TypeAdapter(Number).validate_python(number) == number


def test_the_annotation_of_a_field_checks_a_value_on_its_own() -> None:
    number = next(each for each in fields(MODELS["accounting"].resources["accounts"]) if each.name == "name")
    adapter: TypeAdapter[object] = TypeAdapter(number.annotation)
    assert adapter.validate_python("Travel") == "Travel"
    with pytest.raises(ValidationError):
        adapter.validate_python(None)


def test_a_record_cannot_be_changed() -> None:
    account = Account.model_validate({"id": "1", "name": "Travel"})
    with pytest.raises(ValidationError):
        account.name = "Other"

"""What a write must say: every rule tried by leaving it out, with the provider's own text."""

from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.documents import ACCOUNT, LINE, call

pytestmark = pytest.mark.anyio

GB = {"code": "GB"}
PLACE = {"street1": "1 High Street", "city": "Leeds", "postal-code": "LS1", "country": GB}
USER = {"login": "new.one", "email": "new.one@example.com", "firstname": "New", "lastname": "One"}
INVOICE_LINE = {
    "description": "Chairs",
    "price": "10",
    "quantity": "1",
    "uom": {"code": "EA"},
    "account": ACCOUNT,
}
INVOICE = {
    "invoice-number": "R-1",
    "invoice-date": "2026-02-05",
    "supplier": {"id": 2},
    "currency": {"code": "USD"},
    "invoice-lines": [INVOICE_LINE],
}
REQUEST_LINE = {**LINE, "line-num": 1, "account": ACCOUNT, "supplier": {"id": 2}}
REQUEST = {"requested-by": {"id": 20}, "requisition-lines": [REQUEST_LINE]}
ORDER_LINE = {"description": "Desk", "price": "10", "quantity": "1", "currency": {"code": "USD"}}
ORDER = {
    "type": "ExternalOrderHeader",
    "supplier": {"id": 2},
    "ship-to-address": {"id": 1},
    "order-lines": [ORDER_LINE],
}

# Path, a body that is enough, and what its absence is answered with: model and text.
RULES: tuple[tuple[str, dict[str, Any], dict[str, tuple[str, str]]], ...] = (
    ("suppliers", {"name": "New supplier"}, {"name": ("supplier", "Name can't be blank")}),
    (
        "suppliers/2/addresses",
        {"remit-to-code": "R9", **PLACE},
        {
            "remit-to-code": ("remit_to_address", "Remit to code can't be blank"),
            "street1": ("remit_to_address", "Street1 can't be blank"),
            "country": ("remit_to_address", "Country can't be blank"),
        },
    ),
    (
        "addresses",
        PLACE,
        {
            "street1": ("address", "Street1 can't be blank"),
            "city": ("address", "City can't be blank"),
            "postal-code": ("address", "Postal code can't be blank"),
            "country": ("address", "Country can't be blank"),
        },
    ),
    (
        "accounts",
        {"account-type": {"name": "Ardent US"}, "segment-1": "Z1", "segment-2": "Z2", "segment-3": "Z3"},
        {
            "account-type": ("account", "Account type can't be blank"),
            "segment-2": ("account", "Segment 2 - Cost Center can't be blank"),
        },
    ),
    (
        "users",
        USER,
        {
            "login": ("user", "Login can't be blank"),
            "email": ("user", "Email can't be blank"),
            "firstname": ("user", "Firstname can't be blank"),
            "lastname": ("user", "Lastname can't be blank"),
        },
    ),
    ("user_groups", {"name": "New group"}, {"name": ("user_group", "Name can't be blank")}),
    (
        "user_group_memberships",
        {"user": {"id": 20}, "user-group": {"id": 8}},
        {
            "user": ("user_group_membership", "User can't be blank"),
            "user-group": ("user_group_membership", "User group can't be blank"),
        },
    ),
    ("departments", {"name": "New department"}, {"name": ("department", "Name can't be blank")}),
    (
        "lookup_values",
        {"name": "New value", "lookup": {"id": 1}},
        {
            "name": ("lookup_value", "Name can't be blank"),
            "lookup": ("lookup_value", "Lookup can't be blank"),
        },
    ),
    (
        "items",
        {"name": "New item", "description": "New"},
        {"name": ("item", "Name can't be blank"), "description": ("item", "Description can't be blank")},
    ),
    (
        "supplier_items",
        {"item": {"id": 1}, "supplier": {"id": 2}, "supplier-part-num": "new"},
        {
            "item": ("supplier_item", "Item can't be blank"),
            "supplier": ("supplier_item", "Supplier can't be blank"),
        },
    ),
    (
        "invoices",
        INVOICE,
        {
            "invoice-number": ("invoice_header", "Invoice number can't be blank"),
            "invoice-date": ("invoice_header", "Invoice date can't be blank"),
            "supplier": ("invoice_header", "Supplier can't be blank"),
            "currency": ("invoice_header", "Currency can't be blank"),
            "invoice-lines": ("invoice_header", "Invoice lines can't be blank"),
        },
    ),
    (
        "requisitions",
        REQUEST,
        {
            "requested-by": ("requisition_header", "Requested by can't be blank"),
            "requisition-lines": ("requisition_header", "Requisition lines can't be blank"),
        },
    ),
    (
        "purchase_orders",
        ORDER,
        {
            "type": ("order_header", "Type must be ExternalOrderHeader"),
            "supplier": ("order_header", "Supplier can't be blank"),
            "ship-to-address": ("order_header", "Ship to address can't be blank"),
            "order-lines": ("order_header", "Order lines can't be blank"),
        },
    ),
    (
        "comments",
        {"comments": "Hello", "commentable-id": 3, "commentable-type": "InvoiceHeader"},
        {"comments": ("comment", "Comments can't be blank")},
    ),
    (
        "purchase_order_changes",
        {"order-header-id": 1},
        {"order-header-id": ("order_header_change", "Order header id can't be blank")},
    ),
)
CASES = [
    pytest.param(
        path, {key: value for key, value in body.items() if key != left_out}, error, id=f"{path}-{left_out}"
    )
    for path, body, errors in RULES
    for left_out, error in errors.items()
]


@pytest.mark.parametrize(("path", "body", "error"), CASES)
async def test_what_is_left_out_is_named(
    tenant: Tenant, path: str, body: dict[str, Any], error: tuple[str, str]
) -> None:
    model, text = error
    status, answer = await tenant.refused("POST", path, body)
    assert status == 400
    assert text in answer["errors"][model]


@pytest.mark.parametrize(("path", "body"), [(path, body) for path, body, _ in RULES[:-1]])
async def test_what_is_needed_is_enough(tenant: Tenant, path: str, body: dict[str, Any]) -> None:
    assert (await tenant.call("POST", path, body)).status_code == 201


@pytest.mark.parametrize(
    ("path", "body", "lines", "left_out", "text"),
    [
        ("invoices", INVOICE, "invoice-lines", "description", "Description can't be blank"),
        ("invoices", INVOICE, "invoice-lines", "price", "Price can't be blank"),
        ("invoices", INVOICE, "invoice-lines", "quantity", "Quantity can't be blank"),
        ("invoices", INVOICE, "invoice-lines", "account", "Account can't be blank"),
        ("invoices", INVOICE, "invoice-lines", "uom", "Uom can't be blank"),
        ("requisitions", REQUEST, "requisition-lines", "description", "Description can't be blank"),
        ("requisitions", REQUEST, "requisition-lines", "quantity", "Quantity can't be blank"),
        ("requisitions", REQUEST, "requisition-lines", "currency", "Currency can't be blank"),
        ("purchase_orders", ORDER, "order-lines", "description", "Description can't be blank"),
        ("purchase_orders", ORDER, "order-lines", "price", "Price can't be blank"),
        ("purchase_orders", ORDER, "order-lines", "quantity", "Quantity can't be blank"),
    ],
)
async def test_what_a_line_leaves_out_is_named(
    tenant: Tenant, path: str, body: dict[str, Any], lines: str, left_out: str, text: str
) -> None:
    line = {key: value for key, value in body[lines][0].items() if key != left_out}
    status, answer = await tenant.refused("POST", path, {**body, lines: [line]})
    model = lines.replace("-", "_").removesuffix("s")
    assert (status, answer) == (400, {"errors": {model: [text]}})


async def test_custom_fields_can_be_mandatory(opened: Opened) -> None:
    tenant = opened(required_custom_fields="requisition.cf-request-source,requisition.legacy-request-number")
    status, answer = await tenant.refused("POST", "requisitions", REQUEST)
    texts = ["Cf request source can't be blank", "Legacy request number can't be blank"]
    assert (status, answer) == (400, {"errors": {"requisition_header": texts}})
    told = {"custom-fields": {"cf-request-source": "portal"}, "legacy-request-number": "L1"}
    made = await call(tenant, "POST", "requisitions", {**REQUEST, **told})
    assert made["custom-fields"]["cf-request-source"] == "portal"
    with pytest.raises(ValueError, match=r"there is no custom field requisition\.nothing"):
        opened(required_custom_fields="requisition.nothing")

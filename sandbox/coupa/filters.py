"""Response filters the tenant's administrator has made: named lists of fields that trim answers."""

from types import MappingProxyType
from typing import Any

LINE = ["id", "line_num", "type", "description", "quantity", "price", "total", {"account": ["id", "code"]}]
PERSON = ["id", "login", "email", "fullname"]

RESPONSE_FILTERS: MappingProxyType[tuple[str, str], list[Any]] = MappingProxyType(
    {
        ("order", "DEFAULT_PURCHASE_ORDER_FILTER"): [
            "id",
            "created_at",
            "updated_at",
            "po_number",
            "status",
            "version",
            "total",
            "exported",
            {"currency": []},
            {"supplier": []},
            {"ship_to_address": []},
            {"ship_to_user": PERSON},
            {"custom_fields": {}},
            {"order_lines": LINE},
        ],
        ("order", "HEADERS_ONLY"): [
            "id",
            "po_number",
            "status",
            "updated_at",
            {"supplier": ["id", "name", "number"]},
        ],
        ("order-line", "DEFAULT_PURCHASE_ORDER_LINE_FILTER"): [
            *LINE,
            "order_header_id",
            "status",
            "received",
            "invoiced",
        ],
        ("invoice", "DEFAULT_INVOICE_FILTER"): [
            "id",
            "created_at",
            "updated_at",
            "invoice_number",
            "invoice_date",
            "status",
            "document_type",
            "paid",
            "gross_total",
            "total_with_taxes",
            "tax_amount",
            {"currency": []},
            {"supplier": []},
            {"account_type": []},
            {"custom_fields": {}},
            {"invoice_lines": LINE},
            {"invoice_charges": ["id", "type", "total"]},
        ],
        ("invoice", "HEADERS_ONLY"): [
            "id",
            "invoice_number",
            "status",
            "updated_at",
            {"supplier": ["id", "name", "number"]},
        ],
        ("requisition", "DEFAULT_REQUISITION_FILTER"): [
            "id",
            "created_at",
            "updated_at",
            "status",
            "req_title",
            "total",
            {"requested_by": PERSON},
            {"requisition_lines": ["id", "line_num", "description", "quantity", "unit_price", "total"]},
        ],
        ("user", "DEFAULT_USER_FILTER"): [
            "id",
            "login",
            "email",
            "firstname",
            "lastname",
            "fullname",
            "active",
            {"roles": ["id", "name"]},
        ],
        ("expense-report", "DEFAULT_EXPENSE_REPORT_FILTER"): [
            "id",
            "title",
            "status",
            "total",
            {"expensed_by": PERSON},
        ],
    }
)

"""One whole body of each resource, as a create takes it."""

from collections.abc import Mapping
from typing import Any

LINE = {"description": "Card", "quantity": 2, "unit_price": 1.25, "account": "1"}
PERSON = {"first_name": "Ada", "last_name": "Byron"}
FULL: Mapping[str, dict[str, Any]] = {  # one whole body of each
    "accounting/contacts": {
        "name": "Full Contact",
        "tax_number": "T",
        "company": "1",
        "emails": [{"email": "full@x.test", "type": "primary"}],
        "phones": [{"number": "1", "type": "work"}],
        "addresses": [{"street_1": "1", "city": "C", "country": "US", "postal_code": "1", "type": "primary"}],
    },
    "accounting/employees": {
        **PERSON,
        "emails": [{"email": "full-employee@x.test"}],
        "phones": [{"number": "1", "type": "work"}],
    },
    "user-directory/users": {
        **PERSON,
        "username": "full",
        "emails": [{"email": "full-user@x.test"}],
        "external_id": "x",
        "identifiers": {"employee_number": "full"},
        "phones": [{"number": "1", "type": "work"}],
        "roles": [{"id": "2"}],
        "groups": [{"id": "1"}],
        "languages": ["en"],
    },
    "user-directory/groups": {"name": "Full Group", "description": "d"},
    "accounting/accounts": {"name": "Full", "account_number": "FU-1-L", "company": "1"},
    "accounting/items": {"name": "Full Item", "description": "d", "purchase_price": 2},
    "accounting/tracking_categories": {
        "name": "Full Lookup",
        "category_type": "lookup",
        "options": [{"name": "Full"}],
    },
    "accounting/invoices": {
        "number": "FULL-1",
        "contact": {"id": "1"},
        "issue_date": "2026-02-01",
        "due_date": "2026-03-01",
        "currency": "USD",
        "company": "1",
        "memo": "m",
        "total_discount": 1,
        "line_items": [LINE],
    },
    "accounting/purchase_orders": {
        "vendor": "1",
        "currency": "USD",
        "delivery_date": "2026-03-01",
        "line_items": [LINE],
    },
    "accounting/purchase_order_requisitions": {
        "requested_by": {"id": "20"},
        "currency": "USD",
        "vendor": "1",
        "delivery_date": "2026-03-01",
        "memo": "m",
        "line_items": [LINE],
    },
}

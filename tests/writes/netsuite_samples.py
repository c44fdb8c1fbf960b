"""What NetSuite's records may be written with, for the property test, and one whole body of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.writes.samples import STANDING, Sample
from tests.writes.strategies import (
    CENTS,
    DAY,
    NUMBERS,
    PLACE,
    TEXT,
    Strategy,
    same_fields,
    same_id,
    same_members,
    same_tags,
    unique,
    without_ids,
)

VENDORS, EMPLOYEES = st.sampled_from(["248", "251"]), st.sampled_from(["11", "12"])
ITEMS, ACCOUNTS = st.sampled_from(["34", "38"]), st.sampled_from(["121", "126"])
TAGS: Strategy = st.sampled_from(
    [[], [{"id": "department:1"}], [{"id": "department:2"}, {"id": "class:1"}, {"id": "location:1"}]]
)
# of periods that are not closed
OPEN_DAY = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(date.isoformat)
ORDER = {
    "issue_date": DAY,
    "delivery_date": DAY,
    "currency": st.nothing(),
    "memo": TEXT,
    "tracking_categories": TAGS,
    "custom_fields": st.just({}),
}
AMOUNT = st.integers(1, 10**5).map(lambda cents: cents / 100)


def _addresses(*uses: str | None) -> Strategy:
    """In the order in which they are read."""
    books = st.sampled_from([[], list(uses), [uses[0]]])
    return books.flatmap(
        lambda book: st.tuples(*(st.fixed_dictionaries({**PLACE, "type": st.just(use)}) for use in book)).map(
            list
        )
    )


def _kinds(member: str, value: Strategy, *kinds: str, **more: Any) -> Strategy:
    chosen = st.sampled_from([(), kinds, kinds[:1]])
    return chosen.flatmap(
        lambda found: st.tuples(
            *(st.fixed_dictionaries({member: value, "type": st.just(kind)}) for kind in found)
        ).map(lambda rows: [{**row, **more} for row in rows])
    )


def _emails(*kinds: str) -> Strategy:
    return _kinds("email", st.builds(lambda: f"n{next(NUMBERS)}@x.test"), *kinds)


def _phones(*kinds: str) -> Strategy:
    return _kinds("number", st.sampled_from(["+1 650 4442932", "0151 99"]), *kinds, extension=None)


def _lines(*kinds: str) -> Strategy:
    """Lines with items, then those without, which is the order that NetSuite keeps."""
    item = st.fixed_dictionaries(
        {"item": ITEMS, "quantity": st.integers(1, 50), "unit_price": AMOUNT},
        optional={"tracking_categories": TAGS, "description": TEXT},
    )
    expense = st.fixed_dictionaries(
        {"account": ACCOUNTS, "total_line_amount": CENTS},
        optional={"tracking_categories": TAGS, "description": TEXT},
    )
    goods = st.lists(item, min_size=1, max_size=2)
    if "expense" not in kinds:
        return goods
    return st.tuples(goods, st.lists(expense, max_size=2)).map(lambda both: [*both[0], *both[1]])


TOTALS = frozenset(
    {"sub_total", "total_amount", "balance", "total_tax_amount", "total_discount", "tracking_categories"}
)
DOCUMENT_TIES = {
    "line_items": TOTALS,
    "issue_date": frozenset({"exchange_rate"}),
    "contact": frozenset({"currency", "exchange_rate", "line_items", "company", *TOTALS}),
    "vendor": frozenset({"currency", "exchange_rate", "line_items", "company", *TOTALS}),
    "company": frozenset({"currency", "exchange_rate", "line_items"}),
    "tracking_categories": frozenset({"line_items"}),
}
LOOKS = {"line_items": same_members, "tracking_categories": same_tags, "custom_fields": same_fields}
ENTITY = {
    "status": STANDING,
    "tax_number": TEXT,
    "currency": st.sampled_from(["USD", "EUR"]),
    "company": st.sampled_from(["1", "2"]),
    "addresses": _addresses("billing", "shipping", None),
    "custom_fields": st.just({}),
}
ENTITY_LOOKS = {"addresses": without_ids, "custom_fields": same_fields}
FIXED = frozenset({"type", "company", "currency"})

SAMPLES: Mapping[str, Sample] = {
    "accounting/contacts": Sample(
        {"name": unique("Vendor")},
        {
            **ENTITY,
            "emails": _emails("primary", "alternate"),
            "phones": _phones("work", "alternate", "mobile", "fax"),
        },
        ENTITY_LOOKS,
        create_only=FIXED,
    ),
    "accounting/contacts customer": Sample(
        {"name": unique("Customer"), "type": st.just("customer")},
        {**ENTITY, "emails": _emails("primary"), "phones": _phones("work")},
        ENTITY_LOOKS,
        create_only=FIXED,
    ),
    "accounting/employees": Sample(
        {"first_name": unique("First"), "last_name": TEXT},
        {
            "emails": st.builds(lambda: [{"email": f"e{next(NUMBERS)}@x.test", "type": None}]),
            "phones": _phones("work", "mobile"),
            "addresses": _addresses(None),
            "custom_fields": st.just({}),
        },
        ENTITY_LOOKS,
        tied={"first_name": frozenset({"name"}), "last_name": frozenset({"name"})},
    ),
    "accounting/accounts": Sample(
        {
            "name": unique("Account"),
            "account_number": st.builds(lambda: f"99{next(NUMBERS):06}"),
            "type": st.sampled_from(["expense", "income", "equity", "other_asset"]),
        },
        {
            "description": TEXT,
            "status": STANDING,
            "currency": st.nothing(),
            "parent_account": st.nothing(),
            "company": st.sampled_from(["1", "2"]),
            "custom_fields": st.just({}),
        },
        {"custom_fields": same_fields},
        create_only=frozenset({"type"}),
    ),
    "accounting/items": Sample(
        {"name": unique("Item"), "purchase_account": ACCOUNTS},
        {
            "description": TEXT,
            "status": STANDING,
            "purchase_price": AMOUNT,
            "sales_account": st.just("102"),
            "asset_account": st.nothing(),
            "company": st.sampled_from(["1", "2"]),
            "custom_fields": st.just({}),
        },
        {"custom_fields": same_fields},
        create_only=frozenset({"sales_account"}),
        rest={"taxSchedule": {"id": "1"}},
    ),
    "accounting/tracking_categories": Sample(
        {"name": unique("Department")},
        {
            "category_type": st.just("department"),
            "status": STANDING,
            "parent_category": st.just("department:1"),
            "company": st.sampled_from(["1", "2"]),
            "custom_fields": st.just({}),
        },
        {"custom_fields": same_fields},
        create_only=frozenset({"category_type"}),
    ),
    "accounting/invoices": Sample(
        {
            "number": st.builds(lambda: f"B-{next(NUMBERS)}"),
            "contact": VENDORS.map(lambda id_: {"id": id_}),
            "line_items": _lines("item", "expense"),
        },
        {
            "type": st.just("bill"),
            "issue_date": OPEN_DAY,
            "due_date": DAY,
            "currency": st.nothing(),
            "memo": TEXT,
            "company": st.nothing(),
            "tracking_categories": TAGS,
            "custom_fields": st.fixed_dictionaries({}, optional={"custbody_rush": st.booleans()}),
        },
        {**LOOKS, "contact": same_id},
        create_only=frozenset({"type", "line_items", "contact"}),
        tied=DOCUMENT_TIES,
    ),
    "accounting/purchase_orders": Sample(
        {"vendor": VENDORS, "line_items": _lines("item", "expense")},
        {
            "number": st.builds(lambda: f"P-{next(NUMBERS)}"),
            "employee": EMPLOYEES.map(lambda id_: {"id": id_}),
            **ORDER,
        },
        {**LOOKS, "employee": same_id},
        create_only=frozenset({"number", "vendor", "currency", "line_items"}),
        tied=DOCUMENT_TIES,
    ),
    "accounting/purchase_order_requisitions": Sample(
        {"requested_by": EMPLOYEES.map(lambda id_: {"id": id_}), "line_items": _lines("item")},
        {
            "number": st.builds(lambda: f"R-{next(NUMBERS)}"),
            **ORDER,
        },
        {**LOOKS, "requested_by": same_id},
        create_only=frozenset({"number", "requested_by", "currency", "line_items"}),
        tied=DOCUMENT_TIES,
    ),
}
LINE = {"item": "34", "quantity": 2, "unit_price": 1.25}
FULL: Mapping[str, dict[str, Any]] = {
    "accounting/contacts": {
        "name": "Full Vendor",
        "tax_number": "T",
        "emails": [{"email": "full@x.test", "type": "primary"}],
        "phones": [{"number": "1", "type": "work"}],
        "addresses": [{"street_1": "1", "city": "C", "country": "US", "postal_code": "1", "type": "billing"}],
    },
    "accounting/contacts customer": {"name": "Full Customer", "type": "customer", "tax_number": "T"},
    "accounting/employees": {
        "first_name": "Full",
        "last_name": "Employee",
        "emails": [{"email": "fe@x.test"}],
        "phones": [{"number": "1", "type": "work"}],
    },
    "accounting/accounts": {
        "name": "Full",
        "account_number": "8999",
        "type": "expense",
        "description": "d",
    },
    "accounting/items": {
        "name": "Full Item",
        "description": "d",
        "purchase_price": 2,
        "purchase_account": "121",
    },
    "accounting/tracking_categories": {"name": "Full Department", "category_type": "department"},
    "accounting/invoices": {
        "number": "FULL-1",
        "contact": {"id": "251"},
        "due_date": "2026-03-01",
        "memo": "m",
        "line_items": [LINE],
    },
    "accounting/purchase_orders": {
        "vendor": "251",
        "delivery_date": "2026-03-01",
        "memo": "m",
        "line_items": [LINE],
    },
    "accounting/purchase_order_requisitions": {
        "requested_by": {"id": "12"},
        "delivery_date": "2026-03-01",
        "memo": "m",
        "line_items": [LINE],
    },
}
CONTEXT = {"subsidiary": "1"}

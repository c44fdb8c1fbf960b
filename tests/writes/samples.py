"""Every writable field of every resource with what it may hold, for the property test, and how it reads back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.writes.strategies import (
    ADDRESSES,
    CENTS,
    CHARGE,
    DAY,
    NUMBERS,
    PEOPLE,
    PRICE,
    TEXT,
    Look,
    Strategy,
    contact_emails,
    email,
    line,
    phones,
    same_fields,
    same_id,
    same_ids,
    same_members,
    same_tags,
    unique,
    without_currency,
    without_ids,
)


@dataclass(frozen=True)
class Sample:
    """`needed`: what every create has; `fields`: the other writable ones. `looks`: where reading is not just equal.

    `create_only`: not in updates. `rest`: members of `remote_data` that a create needs. `tied`: fields that move with
    another one, and so are not looked at when that one is written.
    """

    needed: Mapping[str, Strategy]
    fields: Mapping[str, Strategy]
    looks: Mapping[str, Look] = field(default_factory=dict)
    create_only: frozenset[str] = frozenset()
    rest: Mapping[str, Any] = field(default_factory=dict)
    tied: Mapping[str, frozenset[str]] = field(default_factory=dict)
    path: str = ""


def _tag(category: str, *options: str) -> Strategy:
    return st.sampled_from(options).map(lambda option: [{"id": category, "option_id": option}])


def _custom(**names: Strategy) -> Strategy:
    return st.fixed_dictionaries(
        {}, optional={name.replace("_", "-"): value for name, value in names.items()}
    )


PROJECT: Strategy = st.just([]) | _tag("lookup-1", "1", "2")
PLANT: Strategy = st.just([]) | _tag("lookup-2", "121", "122")
DEPARTMENT = st.sampled_from(["department-1", "department-2"]).map(lambda found: [{"id": found}])
STANDING = st.sampled_from(["active", "archived"])
REF = PEOPLE.map(lambda id_: {"id": id_})

SAMPLES: Mapping[str, Sample] = {
    "accounting/contacts": Sample(
        {"name": unique("Contact")},
        {
            "status": st.sampled_from(["archived", "draft"]),
            "tax_number": TEXT,
            "company": st.sampled_from(["1", "2"]),
            "emails": st.integers(1, 4).map(contact_emails),
            "phones": phones("work", "mobile", "fax"),
            "addresses": ADDRESSES,
            "custom_fields": _custom(erp_vendor_group=TEXT),
        },
        {"addresses": without_ids, "custom_fields": same_fields},
    ),
    "accounting/employees": Sample(
        {"first_name": TEXT, "last_name": TEXT, "emails": email()},
        {"phones": phones("work", "mobile"), "custom_fields": _custom(cost_center_code=TEXT)},
        {"custom_fields": same_fields},
        tied={"first_name": frozenset({"name"}), "last_name": frozenset({"name"})},
    ),
    "user-directory/users": Sample(
        {
            "username": unique("login"),
            "first_name": TEXT,
            "last_name": TEXT,
            "emails": email(is_primary=True),
        },
        {
            "external_id": TEXT,
            "identifiers": st.builds(lambda: {"employee_number": f"E{next(NUMBERS)}", "salesforce_id": "S"}),
            "phones": phones("work", "mobile"),
            "status": st.sampled_from(["active", "inactive"]),
            "roles": st.sampled_from([[{"id": "2"}], [{"id": "2"}, {"id": "4"}]]),
            "groups": st.sampled_from([[], [{"id": "1"}], [{"id": "1"}, {"id": "2"}]]),
            "languages": st.sampled_from([["en"], ["de"]]),
            "custom_fields": _custom(cost_center_code=TEXT),
        },
        {"roles": same_ids, "groups": same_ids, "custom_fields": same_fields},
        tied={"first_name": frozenset({"name"}), "last_name": frozenset({"name"})},
    ),
    "user-directory/groups": Sample(
        {"name": unique("Group")},
        {"description": TEXT, "group_type": st.sampled_from(["group", "team"]), "custom_fields": st.just({})},
        {"custom_fields": same_fields},
        create_only=frozenset({"group_type"}),
    ),
    "accounting/accounts": Sample(
        {
            "name": TEXT,
            "account_number": st.builds(lambda: f"S{next(NUMBERS)}-42-Z"),
            "company": st.just("1"),
        },
        {"status": STANDING, "custom_fields": st.just({})},
        {"custom_fields": same_fields},
        create_only=frozenset({"account_number", "company"}),
    ),
    "accounting/items": Sample(
        {"name": unique("Item"), "description": TEXT},
        {
            "status": st.just("active"),
            "purchase_price": PRICE,
            "unit_price": st.nothing(),
            "custom_fields": _custom(shelf_code=TEXT),
        },
        {"custom_fields": same_fields},
        rest={"supplier-item": {"supplier": {"id": 1}, "currency": {"code": "USD"}}},
        tied={"purchase_price": frozenset({"unit_price"})},
    ),
    "accounting/tracking_categories": Sample(
        {"name": unique("Lookup"), "category_type": st.just("lookup")},
        {
            "status": STANDING,
            "options": st.lists(
                st.fixed_dictionaries({"name": unique("Option"), "status": STANDING}), max_size=3
            ),
            "custom_fields": st.just({}),
        },
        {
            "options": lambda written, read: (
                [{**one, "id": None} for one in written]
                == [{**one, "id": None} for one in read[len(read) - len(written) :]]
            ),
            "custom_fields": same_fields,
        },
        create_only=frozenset({"category_type"}),
    ),
    "accounting/invoices": Sample(
        {
            "number": st.builds(lambda: f"P-{next(NUMBERS)}"),
            "contact": st.sampled_from(["1", "2"]).map(lambda id_: {"id": id_}),
            "issue_date": DAY,
            "currency": st.sampled_from(["USD", "EUR"]),
            "company": st.sampled_from(["1", "2"]),
            "line_items": st.tuples(
                st.lists(
                    line("InvoiceQuantityLine", "InvoiceAmountLine", tagged=PLANT, taxed=True),
                    min_size=1,
                    max_size=3,
                ),
                st.lists(CHARGE, max_size=1),
            ).map(lambda both: [*both[0], *both[1]]),
        },
        {
            "type": st.just("bill"),
            "status": st.just("draft"),
            "due_date": DAY,
            "total_discount": CENTS,
            "total_tax_amount": st.nothing(),
            "memo": TEXT,
            "tracking_categories": PROJECT,
            "custom_fields": _custom(cf_erp_invoice_number=TEXT, cf_audited=st.booleans()),
        },
        {
            "contact": same_id,
            "line_items": same_members,
            "tracking_categories": same_tags,
            "custom_fields": same_fields,
        },
        create_only=frozenset({"type", "status", "line_items"}),
        tied={
            "tracking_categories": frozenset({"custom_fields"}),
            "custom_fields": frozenset({"tracking_categories"}),
            "currency": frozenset({"exchange_rate", "line_items"}),
        },
    ),
    "accounting/purchase_orders": Sample(
        {
            "vendor": st.sampled_from(["1", "2"]),
            "line_items": st.lists(
                line("OrderQuantityLine", "OrderAmountLine", tagged=PLANT | DEPARTMENT),
                min_size=1,
                max_size=3,
            ),
        },
        {
            "number": st.builds(lambda: f"EXT-{next(NUMBERS)}"),
            "status": st.just("draft"),
            "employee": st.nothing(),
            "requested_by": REF,
            "delivery_date": DAY,
            "currency": st.sampled_from(["USD", "EUR"]),
            "tracking_categories": PROJECT,
            "custom_fields": _custom(cf_erp_po_number=TEXT, cf_urgent=st.booleans()),
        },
        {
            "requested_by": same_id,
            "line_items": same_members,
            "tracking_categories": same_tags,
            "custom_fields": same_fields,
        },
        create_only=frozenset(
            {"number", "status", "vendor", "requested_by", "employee", "currency", "line_items"}
        ),
        rest={"ship-to-address": {"id": 1}},
        tied={
            "tracking_categories": frozenset({"custom_fields"}),
            "custom_fields": frozenset({"tracking_categories"}),
        },
    ),
    "accounting/purchase_order_requisitions": Sample(
        {
            "requested_by": REF,
            "currency": st.sampled_from(["USD", "EUR"]),
            "vendor": st.sampled_from(["1", "2"]),
            "line_items": st.lists(
                line("RequisitionQuantityLine", "RequisitionAmountLine", tagged=PLANT).map(without_currency),
                min_size=1,
                max_size=3,
            ),
        },
        {
            "status": st.just("draft"),
            "employee": st.nothing(),
            "delivery_date": DAY,
            "memo": TEXT,
            "tracking_categories": DEPARTMENT,
            "custom_fields": _custom(cf_request_source=TEXT),
        },
        {
            "requested_by": same_id,
            "line_items": same_members,
            "tracking_categories": same_tags,
            "custom_fields": same_fields,
        },
        create_only=frozenset({"status", "requested_by", "currency", "line_items"}),
        tied={"tracking_categories": frozenset({"line_items"})},
    ),
}

"""What every writable field of every resource may hold: strategies for the property test, and how each reads back."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
Look = Callable[[Any, Any], bool]  # (written, read) -> whether the two are the same

NUMBERS = itertools.count(1)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
PRICE = st.builds(
    lambda digits, places: float(f"{digits}e-{places}"), st.integers(1, 10**9), st.integers(0, 6)
)
QUANTITY = st.builds(
    lambda digits, places: float(f"{digits}e-{places}"), st.integers(1, 10**6), st.integers(0, 4)
)
CENTS = st.integers(1, 10**7).map(lambda cents: cents / 100)
DAY = st.dates().filter(lambda day: 2000 < day.year < 2100).map(lambda day: day.isoformat())
COUNTRY = st.sampled_from(["US", "DE", "FR"])
PEOPLE = st.sampled_from(["20", "21", "22"])


def unique(prefix: str) -> Strategy:
    return TEXT.map(lambda text: f"{prefix} {next(NUMBERS)} {text}"[:60].strip())


def address(*kinds: str | None) -> Strategy:
    place = {
        "street_1": TEXT,
        "street_2": st.none() | TEXT,
        "city": TEXT,
        "state": st.none() | TEXT,
        "country": COUNTRY,
        "postal_code": TEXT,
    }
    return st.fixed_dictionaries({**place, "type": st.sampled_from(kinds)})


ADDRESSES = st.tuples(
    address("primary"),
    st.lists(address(None), max_size=2),
    st.lists(address("remit_to"), max_size=2, unique_by=lambda one: tuple(one.items())),
).map(lambda three: [three[0], *three[1], *three[2]])


def phones(*kinds: str) -> Strategy:
    number = st.sampled_from(["+1 650 4442932", "+49 40 1", "0151 99", "+1 5", "12 34"])
    one = st.fixed_dictionaries({"number": number, "extension": st.none() | st.just("7")})
    chosen = st.sets(st.sampled_from(kinds)).map(lambda found: sorted(found, key=kinds.index))
    return chosen.flatmap(lambda found: st.tuples(*[one for _ in found]).map(lambda n: _kinds(n, found)))


def _kinds(numbers: tuple[dict[str, Any], ...], kinds: list[str]) -> list[dict[str, Any]]:
    return [{**number, "type": kind} for number, kind in zip(numbers, kinds, strict=True)]


def _emails(count: int) -> list[dict[str, Any]]:
    names = [f"p{next(NUMBERS)}@x.test" for _ in range(count)]
    kinds = ["primary", "purchase_order", None, None]
    return [{"email": name, "type": kind} for name, kind in zip(names, kinds, strict=False)]


def email(**more: Any) -> Strategy:
    return st.builds(lambda: [{"email": f"u{next(NUMBERS)}@x.test", "type": "work", **more}])


def line(*kinds: str, tagged: Strategy, taxed: bool = False) -> Strategy:
    shared = {
        "description": TEXT,
        "account": st.sampled_from(["1", "2"]),
        "currency": st.sampled_from(["USD", "EUR"]),
    }
    more: dict[str, Strategy] = {"tracking_categories": tagged, "item": st.sampled_from(["1", "2"])}
    if taxed:
        more["tax_rate"] = st.just("1")
    counted = {**shared, "quantity": QUANTITY, "unit_price": PRICE, "type": st.just(kinds[0])}
    amount = {**shared, "total_line_amount": CENTS, "type": st.just(kinds[1])}
    return st.fixed_dictionaries(counted, optional=more) | st.fixed_dictionaries(amount, optional=more)


CHARGE = st.fixed_dictionaries(
    {
        "description": TEXT,
        "account": st.just("1"),
        "currency": st.just("USD"),
        "total_line_amount": CENTS,
        "type": st.sampled_from(["InvoiceShippingCharge", "InvoiceMiscCharge"]),
    }
)


def _without_currency(written: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if name != "currency"}


def same(written: Any, read: Any) -> bool:
    return bool(written == read)


def without_ids(written: Any, read: Any) -> bool:
    return [{**one, "id": None} for one in written] == [{**one, "id": None} for one in read]


def same_id(written: Any, read: Any) -> bool:
    return bool(written["id"] == read["id"])


def same_ids(written: Any, read: Any) -> bool:
    return {one["id"] for one in written} <= {one["id"] for one in read}


def same_members(written: Any, read: Any) -> bool:
    """Every member that was written of every item, in order; an item brings its own text to a requisition's line."""
    return len(written) == len(read) and all(
        _line(one, other) for one, other in zip(written, read, strict=True)
    )


def _line(written: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    skipped = {"description"} if written.get("item") else set()
    plain = [name for name in written if name not in ("tracking_categories", *skipped)]
    tags = same_tags(written.get("tracking_categories", []), read["tracking_categories"])
    return tags and all(written[name] == read[name] for name in plain)


def same_tags(written: Any, read: Any) -> bool:
    """A line of a requisition shows its department besides."""
    ids = {(one["id"], one.get("option_id")) for one in written}
    return ids <= {(one["id"], one.get("option_id")) for one in read}


def same_fields(written: Any, read: Any) -> bool:
    return all(read.get(name) == value for name, value in written.items())


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
TOTALS = frozenset({"sub_total", "total_amount", "balance", "total_tax_amount", "line_items"})
ORDER_TIES = {
    "line_items": frozenset({"total_amount", "delivery_date", "vendor", "currency", "tracking_categories"})
}

SAMPLES: Mapping[str, Sample] = {
    "accounting/contacts": Sample(
        {"name": unique("Contact")},
        {
            "status": st.sampled_from(["archived", "draft"]),
            "tax_number": TEXT,
            "company": st.sampled_from(["1", "2"]),
            "emails": st.integers(1, 4).map(_emails),
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
                line("RequisitionQuantityLine", "RequisitionAmountLine", tagged=PLANT).map(_without_currency),
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

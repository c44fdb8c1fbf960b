"""Coupa's master data as unified accounting resources: accounts, currencies, items, tracking categories."""

from collections.abc import Mapping
from typing import Any

from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import active, at, each, resource, same
from providers.coupa.masters_written import accounts, items
from providers.coupa.shapes import (
    COMMON,
    ETAG,
    NO_CUSTOM_FIELDS,
)
from providers.coupa.tracking_written import departments, lookups
from providers.currencies import currency_name
from providers.filters import NOTHING, Cases, Narrowing, fixed
from providers.mapping import const, fields, first_of, not_offered, of
from providers.resource import Addition, Source
from providers.values import boolean, decimal, either, ident, number, raw
from schemas.accounting import Account, Currency, Item, TrackingCategory
from schemas.enums import ACCOUNT_TYPES

Rows = list[dict[str, Any]]
REFUSABLE = UNSET = frozenset({"custom-fields"})  # where there are none defined; no response filter cuts here
ACTIVE = at("active", either("active", "archived"))
STATUS = active(on=("active",), off=("archived",))


def _record_id(record: Mapping[str, Any]) -> str:
    return ident(record.get("id")) or ""


ACCOUNT = fields(
    Account,
    **COMMON,
    name=first_of(at("name"), at("code"), at("id", ident)),  # the model knows no account without one
    description=at("code"),
    account_number=at("code"),
    classification=not_offered("an account does not say what kind it is"),
    type=const("general_ledger"),
    status=ACTIVE,
    current_balance=not_offered("Coupa keeps no balances"),
    currency=at("account-type.currency.code"),
    parent_account=not_offered("accounts have no hierarchy"),
    company=first_of(at("account-type.id", ident), at("account-type-id", ident)),
    etag=ETAG,
)

ACCOUNTS = resource(
    sources=(
        Source(
            "/accounts",
            ACCOUNT,
            writing=accounts(ACCOUNT),
            scopes=("core.accounting.read",),
            unset=UNSET | {"account-type-id"},
            refusable=REFUSABLE,
        ),
    ),
    filters={
        **FILTERS,
        "name": same("name"),
        "account_number": same("code", many=True),
        "status": active(on=("active",), off=("archived",), never=("pending",)),
        "type": fixed("general_ledger", *(word for word in ACCOUNT_TYPES if word != "general_ledger")),
    },
    sorts={"name": "name", "created_at": "created_at", "updated_at": "updated_at"},
)


def _enabled(*flags: bool | None) -> str:
    return "archived" if False in flags else "active"


CURRENCIES = resource(
    sources=(
        Source(
            "/currencies",
            fields(
                Currency,
                **{**COMMON, "custom_fields": NO_CUSTOM_FIELDS},
                code=at("code"),
                name=first_of(at("name"), at("code", currency_name)),
                status=of(_enabled, at("enabled-flag", boolean), at("enabled", boolean)),
            ),
            scopes=("core.common.read",),
            selects=False,
        ),
    ),
    filters={
        "id": FILTERS["id"],
        "code": same("code", many=True),
        "status": Cases(
            {
                "active": Narrowing((("enabled", "true"),)),
                "archived": Narrowing((("enabled", "false"),)),
            },
            operators=("eq",),
        ),
    },
    sorts={},
    custom_filter=None,
)


def _price(rows: Rows | None) -> int | float | None:
    """The preferred supplier's price, else the lowest."""
    offers = [row for row in rows or () if decimal(row["price"]) is not None]
    preferred = [row for row in offers if row["preferred"]]
    chosen = preferred or sorted(offers, key=lambda row: decimal(row["price"]) or 0)
    return number(chosen[0]["price"]) if chosen else None


PRICE = of(
    _price, each("supplier-items", fields(None, price=at("price", raw), preferred=at("preferred", boolean)))
)
NO_STOCK = not_offered("an item has no account, company or quantity at Coupa")

ITEM = fields(
    Item,
    **COMMON,
    name=at("name"),
    description=at("description"),
    status=ACTIVE,
    quantity=NO_STOCK,
    unit_price=PRICE,
    purchase_price=PRICE,
    purchase_account=NO_STOCK,
    sales_account=NO_STOCK,
    asset_account=NO_STOCK,
    company=NO_STOCK,
)

ITEMS = resource(
    sources=(
        Source(
            "/items",
            ITEM,
            writing=items(ITEM),
            scopes=("core.item.read",),
            unset=UNSET,
            addition=Addition(
                "/supplier_items",
                into="supplier-items",
                params=lambda item: (("item[id]", _record_id(item)),),
                scopes=("core.catalog.read",),
            ),
        ),
    ),
    filters={**FILTERS, "name": same("name"), "status": STATUS},
    sorts={"name": "name"},
)


def _prefixed(kind: str) -> Any:
    def read(value: Any) -> str | None:
        found = ident(value)
        return found and f"{kind}-{found}"

    return read


OPTION = fields(None, id=at("id", ident), name=at("name"), status=ACTIVE)
NO_PARENT = not_offered("departments and lookups have neither parent nor company")
DEPARTMENT = fields(
    TrackingCategory,
    **{**COMMON, "id": at("id", _prefixed("department"))},
    name=at("name"),
    category_type=const("department"),
    status=ACTIVE,
    parent_category=NO_PARENT,
    company=NO_PARENT,
    options=not_offered("a department is a category of its own, without options"),
)

DEPARTMENTS = Source(
    "/departments",
    DEPARTMENT,
    writing=departments(DEPARTMENT),
    scopes=("core.common.read",),
    prefix="department-",
    unset=UNSET,
    refusable=REFUSABLE,
)
LOOKUP = fields(
    TrackingCategory,
    **{**COMMON, "id": at("id", _prefixed("lookup"))},
    name=at("name"),
    category_type=const("lookup"),
    status=ACTIVE,
    parent_category=NO_PARENT,
    company=NO_PARENT,
    options=each("lookup-values", OPTION),
)

LOOKUPS = Source(
    "/lookups",
    LOOKUP,
    writing=lookups(LOOKUP),
    scopes=("core.common.read",),
    prefix="lookup-",
    unset=UNSET,
    refusable=REFUSABLE,
    addition=Addition(
        "/lookup_values",
        into="lookup-values",
        params=lambda lookup: (("lookup[id]", _record_id(lookup)),),
        scopes=("core.common.read",),
        listed=200,
    ),
)
TRACKING_CATEGORIES = resource(
    sources=(DEPARTMENTS, LOOKUPS),
    filters={
        **{name: FILTERS[name] for name in ("created_at", "updated_at")},
        "name": same("name"),
        "status": STATUS,
        "category_type": Cases(
            {
                "department": Narrowing(paths=frozenset({DEPARTMENTS.path})),
                "lookup": Narrowing(paths=frozenset({LOOKUPS.path})),
                "class": NOTHING,
                "location": NOTHING,
            }
        ),
    },
    sorts={},
    custom_filter=None,
)

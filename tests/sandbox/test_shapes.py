"""Full answers have the keys, the order and the nesting of the provider's own examples."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio

SAMPLES = Path(__file__).parent / "samples"
PATHS = {
    "suppliers_list_new": "suppliers",
    "users_list_new": "users",
    "purchase_orders_list_new": "purchase_orders",
    "requisitions_list_new": "requisitions",
    "invoices_list_new": "invoices",
    "receiving_transactions_list_new": "receiving_transactions",
    "accounts_list": "accounts",
    "items_list": "items",
    "supplier_items_list": "supplier_items",
    "lookup_values_list": "lookup_values",
    "user_groups_list": "user_groups",
    "roles_list": "roles",
    "payment_terms_list": "payment_terms",
    "tax_codes_list": "tax_codes",
    "uoms_list": "uoms",
    "account_types_list": "account_types",
    "exchange_rates_list_new": "exchange_rates",
    "approvals_list_pending": "approvals",
}
# Own fields of the test tenant's customer, global ones among the others; `user-groups` comes only when named.
TENANTS_OWN = {
    "erp-vendor-group",
    "badge-number",
    "legacy-buyer-code",
    "legacy-request-number",
    "legacy-voucher",
    "hazard-class",
}
ONLY_NAMED = {"user-groups"}
NOT_ALWAYS = {"custom-fields", "phone-work", "phone-mobile", "phone-fax", "parent", "external-src-ref"}


def shape(value: Any) -> list[str]:
    hidden = TENANTS_OWN | ONLY_NAMED | NOT_ALWAYS
    return [key for key in value if key not in hidden and not key.startswith("employee-attribute")]


def differences(ours: Any, sample: Any, where: str) -> list[str]:
    """Where two payloads differ in keys, in their order or in the sort of value."""
    if isinstance(sample, list) and isinstance(ours, list):
        return differences(ours[0], sample[0], f"{where}[]") if ours and sample else []
    if isinstance(sample, dict) and isinstance(ours, dict):
        if where.endswith("custom-fields"):
            return []
        found = (
            []
            if shape(ours) == shape(sample)
            else [f"{where}: {sorted(set(shape(ours)) ^ set(shape(sample)))}"]
        )
        both = [key for key in sample if key in ours]
        return found + [
            text for key in both for text in differences(ours[key], sample[key], f"{where}.{key}")
        ]
    if sample is None or ours is None or where.endswith(("received", "order-header-number")):
        return []
    return (
        [] if type(ours) is type(sample) else [f"{where}: {type(ours).__name__} for {type(sample).__name__}"]
    )


@pytest.mark.parametrize("name", PATHS)
async def test_full_answers_look_like_the_examples(tenant: Tenant, name: str) -> None:
    samples = orjson.loads((SAMPLES / f"{name}.json").read_bytes())
    ours = [one for one in await tenant.one(PATHS[name]) if len(one) >= len(samples[0]) - 5]
    assert ours
    kept: dict[str, Any] = {"fewest": None}
    for one in ours:
        found = differences(one, samples[0], PATHS[name])
        if kept["fewest"] is None or len(found) < len(kept["fewest"]):
            kept["fewest"] = found
    assert kept["fewest"] == []


async def test_money_keeps_its_scale_and_floats_are_numbers(tenant: Tenant) -> None:
    prices = {one["price"] for one in await tenant.one("supplier_items")}
    assert {"12", "12.50", "19.9900", "3.141593", "1.00000000000000000001"} <= prices
    assert (await tenant.one("payment_terms/2"))["discount-rate"] == 2.0
    assert (await tenant.one("tax_codes/1"))["percentage"] == 8.25
    received = {
        type(line["received"]) for one in await tenant.one("purchase_orders") for line in one["order-lines"]
    }
    assert received == {int, str}


async def test_a_full_order_of_eight_lines_is_as_heavy_as_in_production(
    tenant: Tenant, opened: Opened
) -> None:
    async def heaviest(tenant: Tenant) -> int:
        orders = await tenant.one("purchase_orders?requisition-header[id][gt]=0")
        return max(len(orjson.dumps(one)) for one in orders if len(one["order-lines"]) == 8)

    assert 300_000 < await heaviest(tenant) < 500_000
    assert await heaviest(opened(bloat_factor=0)) < 120_000


async def test_totals_of_documents_are_the_sums_of_their_parts(tenant: Tenant) -> None:
    for one in await tenant.one("invoices"):
        taxes = [*one["tax-lines"], *(tax for line in one["invoice-lines"] for tax in line["tax-lines"])]
        parts = [
            *(line["total"] for line in one["invoice-lines"]),
            *(charge["total"] for charge in one["invoice-charges"]),
        ]
        whole = sum(map(Decimal, [*parts, *(tax["amount"] for tax in taxes)]), Decimal(0))
        assert Decimal(one["total-with-taxes"]) == whole, one["id"]
    for one in await tenant.one('purchase_orders?fields=["id","total",{"order_lines":["total"]}]'):
        assert Decimal(one["total"]) == sum(Decimal(line["total"]) for line in one["order-lines"]), one["id"]
    for one in await tenant.one("requisitions"):
        assert Decimal(one["total"]) == sum(Decimal(line["total"]) for line in one["requisition-lines"]), one[
            "id"
        ]


@pytest.mark.parametrize(("style", "value"), [("null", None), ("empty", ""), ("absent", "absent")])
async def test_an_empty_value_can_look_in_three_ways(opened: Opened, style: str, value: Any) -> None:
    item = await opened(null_style=style).one("items/10")
    assert item.get("item-number", "absent") == value


async def test_the_same_seed_gives_the_same_tenant(tenant: Tenant, opened: Opened) -> None:
    assert await opened().one("purchase_orders/7") == await tenant.one("purchase_orders/7")
    assert await opened(seed=2).one("purchase_orders/7") != await tenant.one("purchase_orders/7")


async def test_the_number_of_records_is_the_number_of_suppliers(opened: Opened) -> None:
    tenant = opened(records=7)
    assert await tenant.ids("suppliers") == list(range(1, 8))
    assert len(await tenant.ids("purchase_orders")) == 50


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("accounts", 300), ("suppliers", 130), ("users", 60), ("user_groups", 8), ("roles", 12), ("departments", 25),
        ("lookups", 4), ("items", 200), ("supplier_items", 260), ("requisitions", 120), ("purchase_orders", 150),
        ("invoices", 180), ("account_types", 2),
    ],
)  # fmt: skip
async def test_the_tenant_has_its_documented_counts(tenant: Tenant, path: str, count: int) -> None:
    assert len((await tenant.client.get(f"/_sandbox/rows/{path}")).json()["ids"]) == count


async def test_the_zone_of_the_tenant_shows_in_every_instant(opened: Opened) -> None:
    at = (await opened(tenant_zone="+05:30").one("suppliers/1"))["created-at"]
    assert at.endswith("+05:30")
    winter, summer = await opened().one("exchange_rates/1"), await opened().one("exchange_rates/21")
    assert winter["rate-date"] == "2024-01-01T00:00:00-08:00"
    assert summer["rate-date"].endswith("-07:00")

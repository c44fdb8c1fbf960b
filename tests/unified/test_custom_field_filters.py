"""Filters on custom fields, in both of the places where Coupa keeps them."""

from typing import Any

import pytest

from tests.house import House
from tests.unified.test_custom_fields import set_globals

pytestmark = pytest.mark.anyio


def shown(value: Any) -> str | None:
    """A custom field's value as a filter takes it: of a reference its name."""
    if isinstance(value, dict):
        return str(value["name"])
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


async def values(house: House, resource: str, name: str) -> list[str]:
    found = (shown(record["custom_fields"].get(name)) for record in await house.all(resource))
    return sorted({value for value in found if value})


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("accounting/contacts", "vendor-tier"),
        ("accounting/invoices", "cf-project"),
        ("accounting/invoices", "cf-audited"),
        ("accounting/purchase_orders", "cf-erp-po-number"),
        ("accounting/items", "shelf-code"),
        ("user-directory/users", "cost-center-code"),
    ],
)
async def test_a_namespaced_custom_field_narrows_a_list(house: House, resource: str, name: str) -> None:
    records = await house.all(resource)
    wanted = (await values(house, resource, name))[0]
    found = await house.all(f"{resource}?custom_fields[{name}]={wanted}")
    expected = [each for each in records if shown(each["custom_fields"].get(name)) == wanted]
    assert found == expected
    assert 0 < len(found) < len(records)


async def test_a_custom_field_among_a_records_own_keys_does_too(house: House) -> None:
    await set_globals(house, "badge-number")
    records = await house.all("user-directory/users")
    wanted = (await values(house, "user-directory/users", "badge-number"))[0]
    found = await house.all(f"user-directory/users?custom_fields[badge-number]={wanted}")
    assert found == [each for each in records if each["custom_fields"].get("badge-number") == wanted]


async def test_a_custom_field_with_the_name_of_a_paging_parameter_is_not_one(house: House) -> None:
    await set_globals(house, "limit", "order-by")
    for name in ("limit", "order-by", "order_by", "offset"):
        answer = await house.get(f"accounting/contacts?custom_fields[{name}]=5")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "unsupported_filter")


@pytest.mark.parametrize(
    "path",
    [
        "accounting/contacts?custom_fields=x",
        "accounting/contacts?custom_fields[a][b]=x",
        "accounting/contacts?custom_fields[a][gt]=x",
        "accounting/contacts?custom_fields[a][]=x",
        "accounting/currencies?custom_fields[a]=x",
        "accounting/tracking_categories?custom_fields[a]=x",
    ],
)
async def test_what_the_vendor_cannot_compare_is_refused(house: House, path: str) -> None:
    before = (await house.stats())["requests"]
    answer = await house.get(path)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "unsupported_filter")
    assert (await house.stats())["requests"] == before

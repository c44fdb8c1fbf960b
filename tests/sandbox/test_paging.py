"""Pages, order and thin answers."""

import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio


async def test_pages_hold_fifty_and_offset_counts_from_nought(tenant: Tenant) -> None:
    assert await tenant.ids("suppliers") == list(range(1, 51))
    assert await tenant.ids("suppliers?limit=900") == list(range(1, 51))
    assert await tenant.ids("suppliers?offset=50&limit=3") == [51, 52, 53]
    assert await tenant.ids("suppliers/?offset=129") == [130]


async def test_two_collections_end_on_a_full_page(tenant: Tenant) -> None:
    assert len(await tenant.ids("accounts?offset=250")) == 50
    assert await tenant.ids("accounts?offset=300") == []
    assert len(await tenant.ids("purchase_orders?offset=100")) == 50
    assert await tenant.ids("purchase_orders?offset=150") == []


async def test_keyset_pages_survive_changes_behind_the_cursor(tenant: Tenant) -> None:
    first = await tenant.ids("suppliers?order_by=id&dir=asc&limit=50&id[gt]=0")
    await tenant.client.delete("/_sandbox/rows/suppliers/10")
    added = (await tenant.client.post("/_sandbox/rows/suppliers", json={})).json()["id"]
    second = await tenant.ids(f"suppliers?order_by=id&dir=asc&limit=50&id[gt]={first[-1]}")
    third = await tenant.ids(f"suppliers?order_by=id&dir=asc&limit=50&id[gt]={second[-1]}")
    assert [*first, *second, *third] == [*range(1, 131), added]


async def test_limits_that_are_no_numbers_are_refused(tenant: Tenant, opened: Opened) -> None:
    for query in ("limit=-1", "limit=ten", "offset=-5", "dir=up", "order_by=colour"):
        assert (await tenant.get(f"suppliers?{query}")).status_code == 400, query
    assert (await opened(limit_over_50="400").get("suppliers?limit=51")).status_code == 400
    assert (await opened(offset_base=1).ids("suppliers?offset=1&limit=1")) == [1]


async def test_order_by_a_field_with_ties_by_id(tenant: Tenant) -> None:
    rows = await tenant.one(
        'lookup_values?lookup_id=4&order_by=updated-at&dir=desc&limit=50&fields=["id","updated_at"]'
    )
    keys = [(one["updated-at"], -one["id"]) for one in rows]
    assert keys == sorted(keys, reverse=True)
    assert len({at for at, _ in keys}) < len(keys)
    names = [one["name"] for one in await tenant.one('departments?order_by=name&fields=["name"]')]
    assert names == sorted(names, key=str.casefold)


async def test_an_id_gives_an_object_and_a_condition_on_it_a_list(tenant: Tenant) -> None:
    one = await tenant.one("suppliers/5")
    assert await tenant.one("suppliers?id=5") == [one]
    assert await tenant.one("suppliers/5%3Ffields=name") == one
    assert await tenant.refused("GET", "suppliers/999999") == (
        404,
        {"errors": {"supplier": ["Record not found"]}},
    )
    assert (await tenant.get("no_such_thing")).status_code == 404


async def test_fields_choose_keys_in_the_order_asked(tenant: Tenant) -> None:
    lines = '{"order_lines":["line_num",{"currency":["code"]}]}'
    wanted = f'["id","po_number",{{"supplier":["id","name"]}},{lines},"shoe_size"]'
    found = await tenant.one(f"purchase_orders/3?fields={wanted}")
    assert list(found) == ["id", "po-number", "supplier", "order-lines"]
    assert list(found["supplier"]) == ["id", "name"]
    assert {tuple(line) for line in found["order-lines"]} == {("line-num", "currency")}
    assert found["order-lines"][0]["currency"] == {"code": "USD"}


async def test_fields_in_camel_case_and_with_whole_objects(tenant: Tenant) -> None:
    assert list(await tenant.one('users/20?fields=["purchasingUser","fullname"]')) == [
        "purchasing-user",
        "fullname",
    ]
    found = await tenant.one('suppliers/1?fields=[{"primary_address":["city",{"country":[]}]}]')
    assert found == {
        "primary-address": {"city": "Oakland", "country": {"id": 223, "code": "US", "name": "United States"}}
    }


async def test_fields_bring_custom_fields_all_or_chosen(tenant: Tenant) -> None:
    every = await tenant.one('purchase_orders/1?fields=["id",{"custom_fields":{}}]')
    assert list(every["custom-fields"]) == [
        "cf-erp-po-number",
        "cf-urgent",
        "cf-project",
        "cf-sponsor",
        "cf-freight-budget",
    ]
    some = await tenant.one('purchase_orders/1?fields=[{"custom_fields":["cf_urgent"]}]')
    assert some == {"custom-fields": {"cf-urgent": every["custom-fields"]["cf-urgent"]}}


async def test_some_fields_come_only_when_named(tenant: Tenant) -> None:
    full = await tenant.one("purchase_orders/1")
    assert "total" not in full
    assert (await tenant.one('purchase_orders/1?fields=["total"]'))["total"] is not None
    assert "user-groups" not in await tenant.one("users/21")
    member = (await tenant.one("user_group_memberships/1"))["user-id"]
    groups = await tenant.one(f'users/{member}?fields=["id",{{"user_groups":["id","name"]}}]')
    assert groups["user-groups"][0]["name"] == "Plant approvers"


async def test_missing_keys_come_back_when_named(tenant: Tenant) -> None:
    assert "website" not in await tenant.one("suppliers/3")
    assert "website" in await tenant.one('suppliers/3?fields=["website"]')


async def test_limited_and_shallow_answers(tenant: Tenant) -> None:
    assert await tenant.one("suppliers?return_object=limited&limit=2") == [{"id": 1}, {"id": 2}]
    order = await tenant.one("purchase_orders/1?return_object=shallow")
    assert order["currency"] == {"id": 1, "code": "USD"}
    assert list(order["supplier"]) == ["id", "name", "number"]
    assert list(order["created-by"]) == ["id", "login", "email"]
    assert set(map(tuple, order["order-lines"])) == {("id", "external-src-ref")}
    assert order["requisition-header"] == {"id": 1}


async def test_named_response_filters_trim_answers(tenant: Tenant, opened: Opened) -> None:
    trimmed = await tenant.one("purchase_orders/1?filter=DEFAULT_PURCHASE_ORDER_FILTER")
    assert "total" in trimmed
    assert "requisition-header" not in trimmed
    tenant = opened(default_filter="HEADERS_ONLY")
    assert list(await tenant.one("invoices/1")) == [
        "id",
        "invoice-number",
        "status",
        "updated-at",
        "supplier",
    ]
    assert "invoice-lines" in await tenant.one('invoices/1?fields=[{"invoice_lines":["id"]}]')

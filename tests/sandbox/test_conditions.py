"""Conditions: every operator and spelling the provider's pages and clients use, checked against the full records."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio


async def everything(tenant: Tenant, path: str) -> list[dict[str, Any]]:
    """All full records of a collection, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = await tenant.one(f"{path}?order_by=id&limit=50&id[gt]={found[-1]['id'] if found else 0}")
        found += page
        if len(page) < 50:
            return found


def ids(records: list[dict[str, Any]]) -> list[int]:
    return [one["id"] for one in records][:50]


async def test_operators_on_text(tenant: Tenant) -> None:
    suppliers = await everything(tenant, "suppliers")

    def named(test: Callable[[str], bool]) -> list[int]:
        return ids([one for one in suppliers if test(one["name"])])

    assert await tenant.ids("suppliers?name[contains]=o'n") == named(lambda name: "o'n" in name.lower()) != []
    assert (
        await tenant.ids("suppliers?name[starts_with]=HARBOR")
        == named(lambda name: name.startswith("Harbor"))
        != []
    )
    assert await tenant.ids("suppliers?name[ends_with]=ltd") == named(lambda name: name.endswith("Ltd")) != []
    assert await tenant.ids("suppliers?name[gt]=W") == named(lambda name: name.casefold() > "w") != []
    assert (
        await tenant.ids("suppliers?name[lt_or_eq]=beacon office")
        == named(lambda name: name.casefold() <= "beacon office")
        != []
    )
    assert await tenant.ids("suppliers?name=cedar office") == named(lambda name: name == "Cedar Office") != []


async def test_values_with_signs_of_their_own(tenant: Tenant) -> None:
    for written in (
        "Miller,+Sons+%26+Co",
        "Brackets+[EU]+{Holding}+Ltd",
        "100%25+Pure+%2B+Simple+=+Good?",
        "%F0%9F%98%80+Emoji+Traders",
    ):
        assert len(await tenant.ids(f"suppliers?name={written}")) == 1, written


async def test_lists_and_their_opposites(tenant: Tenant) -> None:
    suppliers = await everything(tenant, "suppliers")
    drafts = [one for one in suppliers if one["status"] != "active"]
    assert await tenant.ids("suppliers?status[in]=draft,inactive") == ids(drafts)
    assert await tenant.ids("suppliers?status[not_in]=active") == ids(drafts)
    assert await tenant.ids("suppliers?status[not_eq]=active") == ids(drafts)
    assert await tenant.ids("suppliers?id[in]=3,99,5,77777") == [3, 5, 99]


async def test_blank_means_null_or_empty(tenant: Tenant) -> None:
    suppliers = await everything(tenant, "suppliers")
    without = [one for one in suppliers if not one.get("number")]
    assert {one.get("number") for one in without} == {None, ""}
    assert await tenant.ids("suppliers?number[blank]=true") == ids(without)
    assert len(await tenant.ids("suppliers?number[blank]=false")) == 50


async def test_not_equal_leaves_null_rows_out(tenant: Tenant, opened: Opened) -> None:
    items = await everything(tenant, "items")
    known = [one for one in items if one["item-type"] is not None]
    assert await tenant.ids("items?item-type[not_eq]=none") == ids(known)
    assert await opened(not_eq_and_null="in").ids("items?item-type[not_eq]=none") == ids(items)


async def test_order_on_decimals_is_by_value(tenant: Tenant) -> None:
    prices = await everything(tenant, "supplier_items")
    dear = [one for one in prices if Decimal(one["price"]) > Decimal("12.5")]
    assert await tenant.ids("supplier_items?price[gt]=12.5") == ids(dear)
    same = [one for one in prices if Decimal(one["price"]) == Decimal("12.5")]
    assert {one["price"] for one in same} == {"12.5", "12.50"}
    assert await tenant.ids("supplier_items?price=12.500") == ids(same)


async def test_instants_with_every_spelling_of_a_zone(tenant: Tenant) -> None:
    at = (await tenant.one("suppliers/7"))["updated-at"]
    assert at.endswith(("-08:00", "-07:00"))
    exact = at.replace("+", "%2B")
    assert 7 in await tenant.ids(f"suppliers?updated-at={exact}")
    assert 7 in await tenant.ids(
        f"suppliers?updated_at[gt_or_eq]={exact.replace(':', '%3A')}&updated_at[lt_or_eq]={exact}"
    )
    assert await tenant.ids(f"suppliers?id=7&updated-at[gt]={exact}") == []
    assert await tenant.ids("suppliers?created-at[lt]=2024-01-01") == []
    assert len(await tenant.ids("suppliers?created-at[gt]=2024-01-01T00:00:00")) == 50


async def test_a_plus_that_was_not_escaped_shifts_the_instant(tenant: Tenant) -> None:
    await tenant.client.patch("/_sandbox/rows/suppliers/7", json={"updated-at": "2026-03-01T12:00:00Z"})
    assert await tenant.ids("suppliers?id=7&updated-at=2026-03-01T14:00:00%2B02:00") == [7]
    assert await tenant.ids("suppliers?id=7&updated-at=2026-03-01T14:00:00+02:00") == []
    assert await tenant.ids("suppliers?id=7&updated-at=2026-03-01T12:00:00+02:00") == [7]


async def test_associations_and_collections(tenant: Tenant) -> None:
    orders = await everything(tenant, "purchase_orders")
    supplier = orders[0]["supplier"]
    mine = [one for one in orders if one["supplier"]["id"] == supplier["id"]]
    for spelling in (
        f"supplier[id]={supplier['id']}",
        f"supplier_id={supplier['id']}",
        f"supplier-id[in]={supplier['id']}",
    ):
        assert await tenant.ids(f"purchase_orders?{spelling}") == ids(mine), spelling

    def tempe(one: dict[str, Any]) -> bool:
        return bool(one["supplier"]["primary-address"]["city"] == "Tempe")

    there = ids([one for one in orders if tempe(one)])
    assert there
    for spelling in (
        "supplier[primary_address][city]=Tempe",
        "supplier[primary-address[city]]=Tempe",
        "[supplier][primary_address][city]=Tempe",
    ):
        assert await tenant.ids(f"purchase_orders?{spelling}") == there, spelling


async def test_a_collection_matches_once_if_any_child_does(tenant: Tenant) -> None:
    orders = await everything(tenant, "purchase_orders")
    codes = [[line["account"]["code"] for line in one["order-lines"] if line["account"]] for one in orders]
    twice = next(code for listed in codes for code in listed if listed.count(code) > 1)
    found = [one for one, listed in zip(orders, codes, strict=True) if twice in listed]
    assert await tenant.ids(f"purchase_orders?order-lines[account][code]={twice}") == ids(found)


async def test_spellings_seen_in_clients(tenant: Tenant) -> None:
    assert await tenant.ids("suppliers?17") == [17]
    invoice = await tenant.one("invoices/4")
    number, supplier = invoice["invoice-number"], invoice["supplier"]["name"]
    assert 4 in await tenant.ids(f"invoices?invoice-number={number}&&supplier[name]={supplier}")
    assert await tenant.ids("users?roles[id]=5") != []
    pending = await tenant.one("approvals?status=pending_approval&approvable-type=InvoiceHeader")
    person = next(one for one in pending if one["approver-type"] == "User")
    assert person["id"] in await tenant.ids(
        f"approvals?approver-id={person['approver-id']}&status=pending_approval"
    )
    waiting = await tenant.one(
        "approvals?status=pending_approval&approvable-type=RequisitionHeader&approver-type=User"
    )
    found = await tenant.ids(
        f"requisitions?current_approver_association[email]={waiting[0]['approver']['email']}"
    )
    assert waiting[0]["approvable-id"] in found
    assert await tenant.ids("users?type[blank]=true&status=active&api-user=true") == []


async def test_people_are_those_without_a_type(tenant: Tenant) -> None:
    people = await tenant.ids("users?type[blank]=true")
    others = await tenant.ids("users?type[blank]=false")
    assert set(others) == {1, 12, 13, 14, 15, 55, 56, 57, 58, 59, 60}
    assert sorted(people + others) == list(range(1, 61))
    assert await tenant.ids("users?api-user=true") == [12, 13, 14, 15]
    assert await tenant.ids("users?status=active") == await tenant.ids("users?active=true")


async def test_delta_by_addresses_of_a_supplier(tenant: Tenant) -> None:
    found = await tenant.ids("suppliers?remit-to-addresses[updated-at][gt_or_eq]=2026-01-01T00:00:00Z")
    assert found
    assert set(found) <= {
        one["id"] for one in await everything(tenant, "suppliers") if one.get("remit-to-addresses", True)
    }


async def test_two_ways_to_one_table_find_nothing(tenant: Tenant, opened: Opened) -> None:
    query = "exchange_rates?from-currency[code]=EUR&to-currency[code]=USD"
    assert await tenant.ids(query) == []
    assert len(await opened(same_table_twice="works").ids(query)) == 6
    assert len(await tenant.ids("exchange_rates?from-currency[code]=EUR&to_currency_id=1")) == 6


async def test_a_repeated_parameter_means_either(tenant: Tenant, opened: Opened) -> None:
    query = "invoices?status=draft&status=voided"
    assert await tenant.ids(query) == await tenant.ids("invoices?status[in]=draft,voided")
    assert await opened(repeated_parameter="last").ids(query) == await tenant.ids("invoices?status=voided")


async def test_both_spellings_of_cancelled(tenant: Tenant) -> None:
    found = await tenant.ids("purchase_orders?status=cancelled")
    assert found
    assert await tenant.ids("purchase_orders?status=canceled") == found
    assert await tenant.ids("purchase_orders?status[in]=canceled,soft_closed") == await tenant.ids(
        "purchase_orders?status[in]=cancelled,soft_closed"
    )


async def test_custom_fields_of_both_sorts(tenant: Tenant) -> None:
    orders = await everything(tenant, "purchase_orders")
    urgent = [one for one in orders if one["custom-fields"]["cf-urgent"]]
    assert await tenant.ids("purchase_orders?custom-fields[cf-urgent]=true") == ids(urgent) != []
    project = next(one["custom-fields"]["cf-project"] for one in orders if one["custom-fields"]["cf-project"])
    same = [
        one for one in orders if (one["custom-fields"]["cf-project"] or {}).get("name") == project["name"]
    ]
    assert await tenant.ids(f"purchase_orders?custom-fields[cf-project][name]={project['name']}") == ids(same)
    old = [one for one in orders if one["legacy-buyer-code"] == "B7"]
    assert await tenant.ids("purchase_orders?legacy-buyer-code=B7") == ids(old) != []


async def test_what_cannot_be_understood_is_refused_by_name(tenant: Tenant, opened: Opened) -> None:
    async def text(query: str) -> Any:
        status, body = await tenant.refused("GET", query)
        assert status == 400, query
        return body["errors"]["query"][0]

    assert await text("suppliers?colour=red") == "Unknown attribute colour for suppliers"
    assert (
        await text("suppliers?primary-contact[shoe]=9")
        == "Unknown attribute primary-contact[shoe] for suppliers"
    )
    assert await text("suppliers?id=abc") == "Invalid value for id: abc"
    assert await text("suppliers?updated-at[gt]=yesterday") == "Invalid value for updated-at[gt]: yesterday"
    assert await text("suppliers?updated-at[contains]=2026") == "Invalid value for updated-at[contains]: 2026"
    assert await text("suppliers?on-hold=perhaps") == "Invalid value for on-hold: perhaps"
    assert await text("suppliers?po-email=orders1@example.com") == "Unknown attribute po-email for suppliers"
    assert len(await tenant.ids("suppliers?po-method=email&po-email=orders1@example.com")) == 1
    assert len(await opened(unknown_filter="ignore").ids("suppliers?colour=red")) == 50


async def test_a_condition_that_matches_nothing_is_an_empty_list(tenant: Tenant) -> None:
    answer = await tenant.get("accounts?id=777777")
    assert (answer.status_code, answer.content) == (200, b"[]")

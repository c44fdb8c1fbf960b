"""Creates and updates: natural keys, lines, validators, custom fields, audit fields."""

from typing import Any

import pytest

from sandbox.clock import Clock
from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio

ADDRESS = {"street1": "1 High Street", "city": "Leeds", "postal-code": "LS1", "country": {"code": "GB"}}
CONTACT = {
    "email": "kim@example.com",
    "name-given": "Kim",
    "phone-work": {"country-code": "44", "number": "5550"},
}


async def made(tenant: Tenant, path: str, body: Any) -> Any:
    answer = await tenant.call("POST", path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def changed(tenant: Tenant, path: str, body: Any = None) -> Any:
    answer = await tenant.call("PUT", path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_supplier_starts_as_a_draft_with_the_defaults(tenant: Tenant) -> None:
    body = {
        "name": "Nettle & Sons",
        "po-method": "prompt",
        "invoice-matching-level": "none",
        "payment-term": {"code": "Net 30"},
    }
    supplier = await made(tenant, "suppliers", body)
    assert supplier["status"] == "draft"
    assert supplier["payment-method"] == "invoice"
    assert supplier["display-name"] == "Nettle & Sons"
    assert supplier["payment-term"]["code"] == "Net 30"
    assert supplier["created-by"]["login"] == "svc.gateway"
    assert await tenant.one(f"suppliers/{supplier['id']}") == supplier


async def test_a_supplier_is_active_only_with_address_and_contact(tenant: Tenant) -> None:
    body = {"name": "Half", "status": "active"}
    assert (await made(tenant, "suppliers", body))["status"] == "draft"
    whole = {"name": "Whole", "status": "active", "primary_address": ADDRESS, "primary-contact": CONTACT}
    supplier = await made(tenant, "suppliers", whole)
    assert supplier["status"] == "active"
    assert supplier["primary-address"]["country"]["name"] == "United Kingdom"
    assert [one["id"] for one in supplier["supplier-addresses"]] == [supplier["primary-address"]["id"]]
    assert supplier["contacts"][0]["phone-work"]["number"] == "5550"


async def test_texts_of_validators(tenant: Tenant) -> None:
    async def refused(path: str, body: Any) -> Any:
        status, answer = await tenant.refused("POST", path, body)
        assert status == 400
        return answer["errors"]

    assert await refused("suppliers", {"name": ""}) == {"supplier": ["Name can't be blank"]}
    assert await refused("suppliers", {"name": "Cedar Office"}) == {
        "supplier": ["Name has already been taken"]
    }
    long = {"supplier": ["Name is too long (maximum is 100 characters)"]}
    assert await refused("suppliers", {"name": "x" * 101}) == long
    assert await refused("suppliers", {"name": "x", "po-method": "pigeon"}) == {
        "supplier": ["Po method is not included in the list"]
    }
    assert await refused("suppliers", {"name": "x", "po-method": "email"}) == {
        "supplier": ["Po email can't be blank"]
    }
    assert await refused(
        "accounts", {"account-type": {"name": "Ardent US"}, "segment-1": "AF01", "segment-3": "1"}
    ) == {"account": ["Segment 2 - Cost Center can't be blank"]}
    twice = await tenant.one("users/20")
    person = {"login": twice["login"], "email": twice["email"], "firstname": "A", "lastname": "B"}
    assert await refused("users", person) == {
        "user": ["Login has already been taken", "Email has already been taken"]
    }


async def test_a_refused_write_leaves_nothing_behind(tenant: Tenant) -> None:
    before = (await tenant.client.get("/_sandbox/rows/suppliers")).json()
    contacts = (await tenant.client.get("/_sandbox/rows/contact")).json()
    status, _ = await tenant.refused(
        "POST", "suppliers", {"name": "Cedar Office", "primary-contact": CONTACT}
    )
    assert status == 400
    assert (await tenant.client.get("/_sandbox/rows/suppliers")).json() == before
    assert (await tenant.client.get("/_sandbox/rows/contact")).json() == contacts


async def test_only_what_is_sent_changes(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    tenant = opened(clock=clock)
    before = await tenant.one("suppliers/2")
    after = await changed(
        tenant, "suppliers/2", {"website": "https://x.example.com", "shoe-size": 9, "id": 77}
    )
    assert {key for key in after if after[key] != before[key]} <= {"website", "updated-at", "updated-by"}
    assert after["website"] == "https://x.example.com"
    assert after["updated-at"] == "2026-09-21T07:13:20-07:00"
    same = await tenant.call("PATCH", "suppliers/2", {"website": ""})
    assert same.json()["website"] == ""


async def test_addresses_with_an_id_are_changed_and_others_added(tenant: Tenant) -> None:
    supplier = await tenant.one("suppliers/5")
    first = supplier["supplier-addresses"][0]["id"]
    body = {"supplier-addresses": [{"id": first, "city": "York"}, {**ADDRESS, "name": "New"}]}
    after = await changed(tenant, "suppliers/5", body)
    assert next(one for one in after["supplier-addresses"] if one["id"] == first)["city"] == "York"
    assert len(after["supplier-addresses"]) == len(supplier["supplier-addresses"]) + 1
    gone = await changed(tenant, "suppliers/5", {"supplier-addresses": [{"id": first, "_delete": True}]})
    assert first not in [one["id"] for one in gone["supplier-addresses"]]


async def test_references_need_all_keys_to_match_and_an_active_target(tenant: Tenant, opened: Opened) -> None:
    good = await changed(tenant, "suppliers/2", {"payment-term": {"id": 3, "code": "Net 60"}})
    assert good["payment-term"]["code"] == "Net 60"
    status, body = await tenant.refused("PUT", "suppliers/2", {"payment-term": {"id": 3, "code": "Net 30"}})
    assert status == 400
    assert body == {
        "errors": {
            "supplier": [
                'Unable to find valid PaymentTerm record for payment_term with keys {"id"=>"3", "code"=>"Net 30"}. '
                'Possible keys are ["id", "code"]. Please verify your XML.'
            ]
        }
    }
    status, _ = await tenant.refused("PUT", "supplier_items/1", {"supplier": {"id": 9}})
    assert status == 400
    keeping = opened(missing_reference="keep")
    before = await keeping.one("suppliers/2")
    after = await changed(keeping, "suppliers/2", {"payment-term": {"code": "No such"}})
    assert after["payment-term"] == before["payment-term"]


async def test_accounts_build_their_code_from_the_segments(tenant: Tenant) -> None:
    body = {
        "account_type": {"name": "Ardent US"},
        "segment_1": "AF01",
        "segment-2": "42/A",
        "segment-3": "9-1",
        "active": "yes",
    }
    account = await made(tenant, "accounts", body)
    assert account["code"] == "AF01-42/A-9-1"
    assert account["active"] is True
    assert account["account-type-id"] == 1
    status, answer = await tenant.refused("POST", "accounts", body)
    assert (status, answer) == (400, {"errors": {"account": ["Code has already been taken"]}})


async def test_a_new_user_has_the_role_user_and_roles_are_replaced(tenant: Tenant) -> None:
    person = {
        "login": "kim",
        "email": "kim@example.com",
        "firstname": "Kim",
        "lastname": "Lee",
        "purchasing-user": "true",
    }
    user = await made(tenant, "users", {**person, "roles": [{"name": "Buyer"}]})
    assert user["fullname"] == "Kim Lee"
    assert user["purchasing-user"] is True
    assert user["authentication-method"] == "coupa_credentials"
    assert [one["name"] for one in user["roles"]] == ["User", "Buyer"]
    after = await changed(
        tenant, f"users/{user['id']}", {"roles": [{"id": 5}], "user-groups": [{"id": 1}, {"id": 2}]}
    )
    assert [one["id"] for one in after["roles"]] == [5]
    groups = await tenant.one(f'users/{user["id"]}?fields=[{{"user_groups":["id"]}}]')
    assert groups == {"user-groups": [{"id": 1}, {"id": 2}]}
    left = await changed(tenant, f"users/{user['id']}", {"roles": None, "user_groups": None})
    assert left["roles"] == []
    assert await tenant.ids(f"user_group_memberships?user_id={user['id']}") == []


async def test_memberships_are_records_of_their_own(tenant: Tenant) -> None:
    membership = await made(tenant, "user_group_memberships", {"user-id": 30, "user-group-id": 8})
    assert membership["user"]["id"] == 30
    assert await tenant.ids("users?user-groups[id]=8") == [30]
    status, _ = await tenant.refused("POST", "user_group_memberships", {"user-id": 30, "user-group-id": 8})
    assert status == 400
    assert (await tenant.call("DELETE", f"user_group_memberships/{membership['id']}")).status_code == 200
    assert await tenant.ids("users?user-groups[id]=8") == []


async def test_lookup_values_keep_their_path(tenant: Tenant) -> None:
    top = await made(
        tenant, "lookup_values", {"lookup": {"name": "Plant"}, "name": "East", "external-ref-num": "E"}
    )
    assert (top["external-ref-code"], top["depth"], top["active"]) == ("E", 0, True)
    body = {
        "lookup": {"name": "Plant"},
        "name": "Hall 1",
        "external-ref-num": "H1",
        "external-ref-code": "ignored",
    }
    below = await made(tenant, "lookup_values", {**body, "parent": {"external-ref-code": "E"}})
    assert (below["external-ref-code"], below["depth"], below["parent"]["id"]) == ("E-H1", 1, top["id"])
    assert (await tenant.one("lookups/2"))["values-count"] == 4
    assert (await tenant.one(f"lookup_values/{top['id']}"))["children-count"] == 1


async def test_an_item_that_is_switched_off_loses_its_prices(tenant: Tenant) -> None:
    body = {
        "name": "Stapler",
        "description": "Red",
        "item-number": "ST-1",
        "commodity": {"name": "Office supplies"},
        "uom": {"code": "EA"},
    }
    item = await made(tenant, "items", body)
    price = {
        "item": {"name": "Stapler"},
        "supplier": {"id": 2},
        "price": 2.5,
        "supplier-part-num": "R1",
        "currency": {"code": "USD"},
    }
    made_price = await made(tenant, "supplier_items", {**price, "preferred": "true"})
    assert (made_price["price"], made_price["preferred"]) == ("2.5", True)
    assert await tenant.ids(f"supplier_items?item[id]={item['id']}") == [made_price["id"]]
    assert await tenant.ids(f"items/{item['id']}/supplier_items") == [made_price["id"]]
    await changed(tenant, f"items/{item['id']}", {"active": False})
    assert await tenant.ids(f"supplier_items?item[id]={item['id']}") == []


async def test_remit_to_addresses_do_not_move_the_supplier(tenant: Tenant, opened: Opened) -> None:
    body = {**ADDRESS, "remit-to-code": "R9", "name": "AR", "active": True}
    before = await tenant.one("suppliers/2")
    address = await made(tenant, "suppliers/2/addresses", body)
    after = await tenant.one("suppliers/2")
    assert address["id"] in [one["id"] for one in after["remit-to-addresses"]]
    assert after["updated-at"] == before["updated-at"]
    assert (await changed(tenant, f"suppliers/2/addresses/{address['id']}", {"city": "York"}))[
        "city"
    ] == "York"
    assert (await tenant.call("DELETE", f"suppliers/2/addresses/{address['id']}")).status_code == 200
    assert (await tenant.get(f"suppliers/2/addresses/{address['id']}")).status_code == 404
    moving = opened(child_touch="all")
    await made(moving, "suppliers/2/addresses", body)
    assert (await moving.one("suppliers/2"))["updated-at"] > before["updated-at"]

"""The record API written: creates, changes, upserts, and what follows from them."""

import pytest

from tests.sandbox_netsuite.conftest import Account
from tests.sandbox_netsuite.records import RECORD, VENDOR, first_id, got, made, refusal, write
from tests.sandbox_netsuite.statements import rows

pytestmark = pytest.mark.anyio


async def test_a_vendor_is_made_read_back_and_seen_by_suiteql_at_once(account: Account) -> None:
    book = {
        "items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "Weg 1", "country": {"id": "DE"}}}]
    }
    id_ = await made(account, "/vendor", {**VENDOR, "addressBook": book})
    found = await got(account, f"/vendor/{id_}")
    assert (found["companyName"], found["entityId"], found["isPerson"]) == (
        "Neu & Söhne",
        "Neu & Söhne",
        False,
    )
    assert found["addressBook"]["items"][0]["addressBookAddress"]["country"] == {
        "id": "DE",
        "refName": "Germany",
    }
    text = """SELECT v.companyname, c.symbol, v.custentity_risk, r.subsidiary, ea.addr1 FROM vendor v
        JOIN currency c ON c.id = v.currency JOIN vendorsubsidiaryrelationship r ON r.entity = v.id
        JOIN vendoraddressbook ab ON ab.entity = v.id
        JOIN vendoraddressbookentityaddress ea ON ea.nkey = ab.addressbookaddress WHERE v.id = ?"""
    assert await rows(account, text, id_) == [
        {
            "companyname": "Neu & Söhne",
            "symbol": "EUR",
            "custentity_risk": "2.5",
            "subsidiary": "1",
            "addr1": "Weg 1",
        }
    ]


async def test_an_upsert_by_external_id_makes_a_record_once_and_then_changes_it(account: Account) -> None:
    first = await write(account, "PUT", "/vendor/eid:key_1", VENDOR)
    again = await write(account, "PUT", "/vendor/eid:key_1", {"phone": "555"})
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["location"] == again.headers["location"]
    found = await got(account, "/vendor/eid:key_1")
    assert (found["externalId"], found["phone"], found["companyName"]) == ("key_1", "555", "Neu & Söhne")
    assert refusal(await write(account, "PUT", f"/vendor/{found['id']}", {})) == (
        400,
        "INVALID_REQUEST",
        None,
    )
    assert refusal(await write(account, "PUT", "/vendor/eid:a|b", VENDOR)) == (
        400,
        "INVALID_CONTENT",
        "externalId",
    )


async def test_references_are_written_by_either_id_and_null_clears(account: Account) -> None:
    await write(account, "PUT", "/vendor/eid:ref", VENDOR)
    item = await first_id(account, "item")
    body = {
        "entity": {"externalId": "ref"},
        "memo": "m",
        "item": {"items": [{"item": {"id": item}, "amount": 1}]},
    }
    id_ = await made(account, "/purchaseOrder", body)
    assert (await got(account, f"/purchaseOrder/{id_}"))["memo"] == "m"
    assert (await write(account, "PATCH", f"/purchaseOrder/{id_}", {"memo": None})).status_code == 204
    assert "memo" not in await got(account, f"/purchaseOrder/{id_}")


async def test_a_change_moves_the_time_of_modification_and_leaves_the_rest(account: Account) -> None:
    vendor = await first_id(account, "vendor", "phone IS NOT NULL")
    before = await got(account, f"/vendor/{vendor}")
    answer = await write(account, "PATCH", f"/vendor/{vendor}", {"email": "new@example.com"})
    assert (answer.status_code, answer.content, answer.headers["location"]) == (
        204,
        b"",
        f"{RECORD}/vendor/{vendor}",
    )
    after = await got(account, f"/vendor/{vendor}")
    assert after.pop("lastModifiedDate") > before.pop("lastModifiedDate")
    assert after == {**before, "email": "new@example.com"}


async def test_lists_and_people_are_written_too(account: Account) -> None:
    companies = {"subsidiary": {"items": [{"id": "1"}, {"id": "3"}]}}
    parent = await made(account, "/department", {"name": "Top", **companies})
    child = await made(account, "/department", {"name": "Below", "parent": {"id": parent}, **companies})
    text = "SELECT fullname, subsidiary FROM department WHERE id = ?"
    assert await rows(account, text, child) == [{"fullname": "Top : Below", "subsidiary": "1, 3"}]
    ledger = await made(
        account, "/account", {"acctName": "Trips", "acctNumber": "6999", "acctType": "Expense", **companies}
    )
    assert (await got(account, f"/account/{ledger}"))["acctType"] == {"id": "Expense", "refName": "Expense"}
    person = {"firstName": "A", "lastName": "B", "subsidiary": {"id": "1"}, "giveAccess": True}
    employee = await made(
        account, "/employee", {**person, "roles": {"items": [{"selectedRole": {"id": "1021"}}]}}
    )
    people = "SELECT entityid, giveaccess, rolesforsearch FROM employee WHERE id = ?"
    assert await rows(account, people, employee) == [
        {"entityid": "A B", "giveaccess": "T", "rolesforsearch": "1021"}
    ]
    item = await made(
        account, "/nonInventoryPurchaseItem", {"itemId": "NEW", "expenseAccount": {"id": ledger}, **companies}
    )
    kinds = "SELECT itemtype, subtype, fullname FROM item WHERE id = ?"
    assert await rows(account, kinds, item) == [
        {"itemtype": "NonInvtPart", "subtype": "Purchase", "fullname": "NEW"}
    ]
    assert refusal(await write(account, "DELETE", f"/account/{ledger}", None)) == (400, "USER_ERROR", None)


async def test_with_selected_fields_null_clears_only_what_is_named(account: Account) -> None:
    id_ = await made(account, "/vendor", {**VENDOR, "phone": "1", "fax": "2"})
    query = "?replaceSelectedFields=true&replace=fax"
    await write(account, "PATCH", f"/vendor/{id_}{query}", {"phone": None, "fax": None})
    found = await got(account, f"/vendor/{id_}")
    assert (found["phone"], "fax" in found) == ("1", False)


async def test_names_and_companies_that_follow_are_kept_with_what_they_follow_from(account: Account) -> None:
    id_ = await made(account, "/vendor", VENDOR)
    await write(account, "PATCH", f"/vendor/{id_}", {"companyName": "Renamed", "subsidiary": {"id": "3"}})
    text = """SELECT v.altname, r.subsidiary FROM vendor v JOIN vendorsubsidiaryrelationship r ON r.entity = v.id
        WHERE v.id = ? AND r.isprimarysub = 'T'"""
    assert await rows(account, text, id_) == [{"altname": "Renamed", "subsidiary": "3"}]
    item = await first_id(account, "item", "itemtype = 'Service' AND subtype = 'Sale'")
    await write(account, "PATCH", f"/serviceSaleItem/{item}", {"itemId": "NEW-SKU"})
    assert await rows(account, "SELECT fullname FROM item WHERE id = ?", item) == [{"fullname": "NEW-SKU"}]

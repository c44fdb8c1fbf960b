"""Contacts written through the front door to Coupa's stand-in, and read back."""

from typing import Any

import pytest

from tests.writes.desk import Desk, told

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
PRIMARY = {
    "street_1": "1 Quay",
    "street_2": "Shed 4",
    "city": "Hamburg",
    "state": "HH",
    "country": "DE",
    "postal_code": "20457",
    "type": "primary",
}
SECOND = {**PRIMARY, "street_1": "2 Quay", "type": None}
REMIT_TO = {**PRIMARY, "street_1": "3 Quay", "state": None, "type": "remit_to"}
WHOLE: dict[str, Any] = {
    "name": "Harbour Zero",
    "status": "active",
    "tax_number": "DE-1",
    "company": "1",
    "emails": [
        {"email": "first@harbour.test", "type": "primary"},
        {"email": "orders@harbour.test", "type": "purchase_order"},
        {"email": "second@harbour.test", "type": None},
    ],
    "phones": [
        {"number": "+49 40 123456", "extension": "7", "type": "work"},
        {"number": "0151 99", "extension": None, "type": "mobile"},
    ],
    "addresses": [PRIMARY, SECOND, REMIT_TO],
    "custom_fields": {"vendor-tier": {"id": "1"}},
}


def without_ids(contact: dict[str, Any]) -> dict[str, Any]:
    addresses = [{key: row[key] for key in row if key != "id"} for row in contact["addresses"]]
    return {**contact, "addresses": addresses}


async def test_a_contact_is_created_with_all_that_it_can_hold_and_reads_back_the_same(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, WHOLE)
    read = await desk.read(f"{CONTACTS}/{made['id']}")
    assert made == read
    plain = without_ids(read)
    assert {name: plain[name] for name in WHOLE if name != "custom_fields"} == {
        name: value for name, value in WHOLE.items() if name != "custom_fields"
    }
    assert read["custom_fields"]["vendor-tier"]["id"] == "1"
    assert [row["id"][:6] == "remit-" for row in read["addresses"]] == [False, False, True]


async def test_a_create_is_one_vendor_call_and_its_answer_is_the_record(desk: Desk) -> None:
    await desk.read(f"{CONTACTS}/1")  # with it comes a token
    await desk.house.coupa.post("/_sandbox/stats/reset")
    made = await desk.done("POST", CONTACTS, {"name": "Harbour One", "type": "vendor"})
    assert (await desk.house.stats())["by_path"] == {"/api/suppliers": 1}
    assert (made["name"], made["status"], made["type"]) == ("Harbour One", "draft", "vendor")


async def test_an_answer_to_a_write_may_begin_with_a_byte_order_mark(desk: Desk) -> None:
    await desk.house.fault(kind="bom", path="/api/suppliers", method="POST", count=1)
    made = await desk.done("POST", CONTACTS, {"name": "Harbour Marked", "type": "vendor"})
    assert (await desk.read(f"{CONTACTS}/{made['id']}"))["name"] == "Harbour Marked"


async def test_an_update_changes_the_members_that_it_names_and_nothing_else(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, WHOLE)
    changes: dict[str, Any] = {
        "name": "Harbour Two",
        "status": "archived",
        "tax_number": None,
        "company": None,
        "emails": [],
        "phones": [],
        "custom_fields": {"vendor-tier": None},
    }
    before = made
    for name, value in changes.items():
        changed = await desk.done("PATCH", f"{CONTACTS}/{made['id']}", {name: value})
        kept = set(before) - {name, "updated_at"}
        assert {key: changed[key] for key in kept} == {key: before[key] for key in kept}, name
        if name == "custom_fields":
            value = {**before[name], **changes[name]}
        assert changed[name] == value
        before = changed


async def test_a_list_of_addresses_replaces_the_list_and_known_ones_keep_their_ids(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, WHOLE)
    first, second, remit_to = made["addresses"]
    wanted = [first, {"id": second["id"], "city": "Kiel", "type": None}, SECOND]
    changed = await desk.done("PATCH", f"{CONTACTS}/{made['id']}", {"addresses": wanted})
    assert changed["addresses"][:2] == [first, {**second, "city": "Kiel"}]
    assert len(changed["addresses"]) == 3
    assert changed["addresses"][2]["id"] not in (first["id"], second["id"], remit_to["id"])
    emptied = await desk.done("PATCH", f"{CONTACTS}/{made['id']}", {"addresses": []})
    assert emptied["addresses"] == []


async def test_an_address_of_another_contact_is_refused(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, WHOLE)
    body = {"addresses": [{**SECOND, "id": "999999"}]}
    answer = await desk.refused("PATCH", f"{CONTACTS}/{made['id']}", body)
    assert told(answer) == {"addresses.0.id": "is no address of this contact"}


async def test_a_contact_person_with_a_name_loses_only_the_address(desk: Desk) -> None:
    person = {"email": "ann@harbour.test", "name-given": "Ann"}
    body = {"name": "Harbour Three", "emails": [{"email": "a@harbour.test"}]}
    made = await desk.done("POST", CONTACTS, {**body, "remote_data": {"contacts": [person]}})
    assert [row["email"] for row in made["emails"]] == ["a@harbour.test", "ann@harbour.test"]
    answer = await desk.ask(
        "PATCH",
        f"{CONTACTS}/{made['id']}",
        {"emails": [{"email": "a@harbour.test"}]},
        truto_ignore_remote_data="false",
    )
    contacts = answer.json()["remote_data"]["contacts"]
    assert [(row["name-given"], row["email"]) for row in contacts] == [
        (None, "a@harbour.test"),
        ("Ann", None),
    ]


async def test_everything_wrong_is_told_at_once_and_nothing_is_sent(desk: Desk) -> None:
    body = {
        "nme": "x",
        "currency": "EUR",
        "type": "customer",
        "tax_number": 5,
        "status": "gone",
        "emails": [{"email": 3}, {"adress": "x"}],
        "phones": [{"number": "1", "type": "pager"}],
        "addresses": [{"city": "Kiel", "type": "home"}],
    }
    answer = await desk.refused("POST", CONTACTS, body)
    assert answer["details"]["reason"] == "unwritable_field"
    assert told(answer) == {
        "nme": "is not known here",
        "currency": "can't be written: a supplier has no currency of its own",
        "type": "is always 'vendor' here",
        "tax_number": "should be a valid string",
        "status": "takes one of active, archived, draft",
        "emails.0.email": "should be a valid string",
        "emails.1.adress": "is not known here",
        "phones.0.type": "takes one of work, mobile, fax",
        "addresses.0.type": "takes primary, remit_to, or nothing for further addresses",
        "addresses.0.street_1": "is missing",
        "addresses.0.country": "is missing",
        "addresses.0.postal_code": "is missing",
        "name": "is missing",
    }
    insight = answer["truto_error_insight"]["missing_required_body_fields"]["value"]
    assert insight == ["addresses.0.street_1", "addresses.0.postal_code", "addresses.0.country", "name"]


async def test_an_active_contact_needs_a_person_and_an_address(desk: Desk) -> None:
    answer = await desk.refused("POST", CONTACTS, {"name": "Harbour Four", "status": "active"})
    rules = [
        "`emails` when `status` is `active`: Coupa keeps a draft otherwise",
        "`addresses` when `status` is `active`: Coupa keeps a draft otherwise",
    ]
    assert answer["details"]["reason"] == "missing_field"
    assert told(answer) == {"emails": f"is missing: {rules[0]}", "addresses": f"is missing: {rules[1]}"}
    assert answer["truto_error_insight"] == {
        "conditionally_required_body_fields": {
            "description": "With the other members that it holds, the body must hold more.",
            "value": rules,
        }
    }


async def test_what_the_vendor_refuses_is_told_by_unified_field(desk: Desk) -> None:
    await desk.done("POST", CONTACTS, {"name": "Harbour Five"})
    answer = await desk.ask("POST", CONTACTS, {"name": "Harbour Five"})
    assert answer.status_code == 400
    body = answer.json()
    assert body["raw_response"] == {"errors": {"supplier": ["Name has already been taken"]}}
    assert body["details"] == {
        "outcome": "not_applied",
        "failures": [{"field": "name", "message": "has already been taken"}],
    }
    email = {"name": "Harbour Six", "remote_data": {"po-method": "email"}}
    lacking = (await desk.ask("POST", CONTACTS, email)).json()
    assert lacking["details"]["failures"] == [{"field": "emails", "message": "can't be blank"}]
    fields = {"name": "Harbour Six", "custom_fields": {"vendor-tier": {"id": "99999"}}}
    unlisted = (await desk.ask("POST", CONTACTS, fields)).json()
    assert list(told(unlisted)) == ["custom_fields.vendor-tier"]
    elsewhere = (await desk.ask("POST", CONTACTS, {"name": "Harbour Six", "company": "99999"})).json()
    assert elsewhere["details"]["failures"] == [
        {"field": "company", "message": "refers to a record that is not there, or not active"}
    ]


async def test_a_record_that_was_read_can_be_sent_back(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, WHOLE)
    again = await desk.done("PATCH", f"{CONTACTS}/{made['id']}", made)
    assert {**again, "updated_at": None} == {**made, "updated_at": None}


async def test_remote_data_is_merged_over_the_body_member_by_member(desk: Desk) -> None:
    remote = {"primary-contact": {"name-given": "Ann"}, "duns": "77", "name": "Harbour Seven Ltd"}
    body = {"name": "Harbour Seven", "emails": [{"email": "a@harbour.test"}], "remote_data": remote}
    made = (await desk.ask("POST", CONTACTS, body, truto_ignore_remote_data="false")).json()
    found = made["remote_data"]
    contact = found["primary-contact"]
    assert (contact["name-given"], contact["email"]) == ("Ann", "a@harbour.test")
    assert (found["duns"], found["name"], found["display-name"]) == (
        "77",
        "Harbour Seven Ltd",
        "Harbour Seven",
    )


async def test_the_id_of_an_update_may_stand_in_the_body(desk: Desk) -> None:
    made = await desk.done("POST", CONTACTS, {"name": "Harbour Eight"})
    changed = await desk.done("PATCH", CONTACTS, {"id": made["id"], "tax_number": "8"})
    assert (changed["id"], changed["tax_number"]) == (made["id"], "8")
    nameless = await desk.refused("PATCH", CONTACTS, {"tax_number": "8"})
    assert told(nameless) == {"id": "is missing"}
    other = await desk.refused("PATCH", f"{CONTACTS}/{made['id']}", {"id": "1", "tax_number": "8"})
    assert told(other) == {"id": "names another record than the path does"}
    nobody = await desk.ask("PATCH", f"{CONTACTS}/99999", {"tax_number": "8"})
    assert (nobody.status_code, nobody.json()["details"]["outcome"]) == (404, "not_applied")


async def test_an_update_of_nothing_is_a_read(desk: Desk) -> None:
    found = await desk.read(f"{CONTACTS}/1")
    before = await desk.writes()
    assert await desk.done("PATCH", f"{CONTACTS}/1", {}) == found
    assert await desk.writes() == before


async def test_a_delete_that_means_nothing_here_is_refused_with_what_to_do(desk: Desk) -> None:
    answer = await desk.refused("DELETE", f"{CONTACTS}/1", status=405)
    assert answer["message"] == (
        "This provider does not offer 'delete' here: Coupa deletes no supplier: "
        'PATCH {"status": "archived"} switches it off. It offers list, get, create, update.'
    )
    assert answer["details"]["methods"] == ["list", "get", "create", "update"]

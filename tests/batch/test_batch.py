"""Batches: several calls in one request, with templates, dependencies, loops, and failures that stay where they are."""

from typing import Any

import pytest

from tests.batch.conftest import Send
from tests.house import House
from tests.idempotency.writing import departments, sent

pytestmark = pytest.mark.anyio
CONTACTS, INVOICES = "accounting/contacts", "accounting/invoices"
LEAN = {"truto_ignore_remote_data": True}


def failures(answer: Any, name: str) -> list[tuple[int, str | None]]:
    """Status and reason of what failed of an entry."""
    found = answer.json()["errors"][name]
    return [(each["statusCode"], each.get("details", {}).get("reason")) for each in found]


async def test_a_list_is_read_to_its_end(house: House, batch: Send) -> None:
    answer = await batch({"resource": CONTACTS, "method": "list", "query": LEAN})
    assert answer.status_code == 200, answer.text
    everything = await house.all(f"{CONTACTS}?truto_ignore_remote_data=true")
    assert len(everything) > 50
    assert answer.json() == {"result": {CONTACTS: everything}, "errors": {CONTACTS: []}}


async def test_an_entry_loops_over_what_another_one_found(house: House, batch: Send) -> None:
    answer = await batch(
        {
            "resource": CONTACTS,
            "method": "list",
            "persist": False,
            "query": {**LEAN, "id": {"in": ["1", "2", "3"]}},
        },
        {
            "name": "bills",
            "resource": INVOICES,
            "method": "list",
            "depends_on": CONTACTS,
            "loop_on": "resources.accounting.contacts",
            "query": {**LEAN, "contact": {"id": "{{resources.accounting.contacts.id}}"}},
        },
    )
    assert answer.status_code == 200, answer.text
    wanted = []
    for contact in await house.all(f"{CONTACTS}?truto_ignore_remote_data=true&id[in]=1,2,3"):
        wanted += await house.all(f"{INVOICES}?truto_ignore_remote_data=true&contact[id]={contact['id']}")
    assert wanted
    assert answer.json() == {"result": {"bills": wanted}, "errors": {CONTACTS: [], "bills": []}}


async def test_templates_take_the_type_of_what_they_name(house: House, batch: Send) -> None:
    body = {
        "name": "{{args.name}} of {{tenant_id}}",
        "active": "{{args.flag:bool}}",
        "custom-fields": {"n": "{{args.n:int}}", "list": "{{args.list}}", "text": "{{args.list}}!"},
    }
    args = {"name": "Kiln", "flag": "1", "n": "7", "list": [1, {"a": None}]}
    answer = await batch({"resource": "departments", "method": "create", "body": body}, args=args)
    assert answer.json()["errors"] == {"departments": []}
    (made,) = answer.json()["result"]["departments"]
    assert (made["name"], made["active"]) == ("Kiln of acme", True)


async def test_writes_follow_each_other_and_read_what_was_made(house: House, batch: Send) -> None:
    answer = await batch(
        {"name": "made", "resource": "departments", "method": "create", "body": {"name": "Kiln"}},
        {
            "name": "changed",
            "resource": "departments",
            "method": "update",
            "id": "{{resources.made.id}}",
            "body": {"name": "{{resources.made.name}} two"},
        },
        {
            "name": "read",
            "resource": "departments/{{ignored}}",
            "method": "get",
            "id": "{{resources.changed.id}}",
        },
        {"name": "again", "resource": "departments", "method": "get", "id": "{{resources.changed.id}}"},
    )
    assert answer.status_code == 200
    result = answer.json()["result"]
    assert result["again"][0]["name"] == "Kiln two"
    assert result["made"][0]["id"] == result["changed"][0]["id"] == result["again"][0]["id"]
    assert failures(answer, "read") == [(404, None)]


async def test_a_failure_names_the_id_that_was_meant(house: House, batch: Send) -> None:
    answer = await batch(
        {"name": "first", "resource": CONTACTS, "method": "get", "id": "1"},
        {
            "name": "second",
            "resource": CONTACTS,
            "method": "update",
            "id": "{{resources.first.id}}",
            "body": {"colour": "mauve"},
        },
        {"name": "third", "resource": CONTACTS, "method": "get", "id": "{{args.nowhere}}"},
    )
    assert failures(answer, "second") == [(400, "unwritable_field")]
    errors = answer.json()["errors"]
    assert (errors["second"][0]["id"], errors["third"][0]["id"]) == ("1", "{{args.nowhere}}")


async def test_after_a_failure_what_depends_on_it_is_not_run(house: House, batch: Send) -> None:
    answer = await batch(
        {"name": "bad", "resource": CONTACTS, "method": "list", "query": {"nonsense": 1}},
        {"name": "after", "resource": INVOICES, "method": "list", "depends_on": ["bad"]},
        {"name": "last", "resource": INVOICES, "method": "list", "depends_on": ["after"]},
        {"name": "beside", "resource": "accounting/currencies", "method": "list"},
    )
    assert failures(answer, "bad") == [(400, "unknown_parameter")]
    assert failures(answer, "after") == [(424, "failed_dependency")]
    assert failures(answer, "last") == [(424, "failed_dependency")]
    assert failures(answer, "beside") == []
    assert answer.json()["result"]["after"] == []
    assert answer.json()["result"]["beside"]
    assert not [call for call in await house.log() if call["path"] == "/api/invoices"]


async def test_one_elements_failure_leaves_the_others(house: House, batch: Send) -> None:
    answer = await batch(
        {
            "resource": CONTACTS,
            "method": "get",
            "loop_on": "{{args.ids}}",
            "id": "{{args.ids}}",
            "query": LEAN,
        },
        args={"ids": ["1", "999999", "2"]},
    )
    assert [each["id"] for each in answer.json()["result"][CONTACTS]] == ["1", "2"]
    (failure,) = answer.json()["errors"][CONTACTS]
    assert (failure["statusCode"], failure["element"]) == (404, "999999")
    assert failure["truto_is_remote_error"] is True
    assert failure["request_id"] == answer.headers["x-request-id"]


async def test_a_list_of_a_vendors_path_is_read_to_its_end(house: House, batch: Send) -> None:
    answer = await batch({"resource": "departments", "method": "list", "query": {"limit": 5}})
    found = answer.json()["result"]["departments"]
    first = await house.client.get(
        f"/proxy/departments?limit=50&truto_response_format=raw&integrated_account_id={house.account}"
    )
    assert found == first.json()
    assert answer.json()["errors"] == {"departments": []}


async def test_any_verb_reaches_a_vendors_path(house: House, batch: Send) -> None:
    made = await batch({"resource": "departments", "method": "POST", "body": {"name": "Kiln"}})
    id_ = made.json()["result"]["departments"][0]["id"]
    changed = await batch({"resource": f"departments/{id_}", "method": "PUT", "body": {"name": "Loom"}})
    assert changed.json()["result"][f"departments/{id_}"][0]["name"] == "Loom"


async def test_records_come_as_the_vendor_has_them_where_that_is_asked(house: House, batch: Send) -> None:
    answer = await batch({"resource": CONTACTS, "method": "get", "id": "1", "response_format": "raw"})
    raw = await house.get(f"{CONTACTS}/1?truto_response_format=raw")
    assert answer.json()["result"] == {CONTACTS: [raw.json()]}


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"resource": CONTACTS, "method": "list", "type": "sync"}, "resources.0.type"),
        ({"resource": CONTACTS, "method": "list", "recurse": {}}, "resources.0.recurse"),
        ({"resource": CONTACTS, "method": "GET"}, "resources.0.method"),
        ({"resource": CONTACTS, "method": "get"}, "resources.0.id"),
        ({"resource": CONTACTS, "method": "create", "id": "1"}, "resources.0.id"),
        ({"resource": "departments", "method": "submit"}, "resources.0.method"),
        ({"resource": "accounting", "method": "list"}, "resources.0.resource"),
        ({"resource": CONTACTS, "method": "list", "depends_on": "nobody"}, "depends_on"),
        ({"resource": CONTACTS, "method": "list", "depends_on": CONTACTS}, "depends_on"),
        ({"resource": CONTACTS, "method": "list", "query": {"id": "{{resources.x.id}}"}}, "depends_on"),
        ({"resource": CONTACTS, "method": "list", "response_format": "debug"}, "resources.0.response_format"),
    ],
)
async def test_what_is_no_batch_is_refused_as_a_whole(
    house: House, batch: Send, entry: dict[str, Any], field: str
) -> None:
    before = await house.stats()
    answer = await batch(entry)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["details"]["failures"]] == [field]
    assert (await house.stats())["requests"] == before["requests"]


async def test_two_entries_of_one_name_are_refused(batch: Send) -> None:
    entry = {"resource": CONTACTS, "method": "list"}
    answer = await batch(entry, entry)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["details"]["failures"]] == ["resources.1.name"]


@pytest.mark.parametrize(
    "template",
    [
        "{{args.none}}",
        "{{args.text:int}}",
        "{{args.text:what}}",
        "{{nothing.here}}",
        "{{args.list.9}}",
        "x{{}}y{{args}",
    ],
)
async def test_a_template_that_leads_nowhere_fails_its_entry(batch: Send, template: str) -> None:
    entry = {"resource": "departments", "method": "create", "body": {"name": template}}
    answer = await batch(entry, args={"text": "seven", "list": [1]})
    if "{{args}" in template:
        assert answer.json()["result"]["departments"][0]["name"] == template
    else:
        assert failures(answer, "departments") == [(400, "invalid_request")]


async def test_beyond_fifty_entries_each_says_that_it_was_not_run(house: House, batch: Send) -> None:
    answer = await batch(
        *(
            {"name": f"n{n}", "resource": CONTACTS, "method": "get", "id": "1", "query": LEAN}
            for n in range(52)
        )
    )
    assert [name for name, found in answer.json()["errors"].items() if found] == ["n50", "n51"]
    assert failures(answer, "n51") == [(413, "batch_too_large")]


async def test_a_batch_needs_an_api_token_and_an_account(house: House, batch: Send) -> None:
    made = await house.client.post("/integrated-account/token", json={"integrated_account_id": house.account})
    token = {"authorization": f"Bearer {made.json()['integrated_account_token']}"}
    entry = {"resource": CONTACTS, "method": "list"}
    body = {"integrated_account_id": house.account, "resources": [entry]}
    answer = await house.client.post("/batch-request", json=body, headers=token)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (403, "token_not_allowed")
    answer = await batch(entry, integrated_account_id=None)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "missing_account")
    answer = await batch(entry, integrated_account_id="nobody's")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (404, "unknown_account")


async def test_a_batch_that_went_through_is_replayed(house: House, batch: Send) -> None:
    entry = {"resource": "departments", "method": "create", "body": {"name": "Kiln"}}
    first = await batch(entry, key="b-1")
    again = await batch(entry, key="b-1")
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert await sent(house) == 1


async def test_a_batch_that_failed_in_part_goes_on_where_it_stopped(house: House, batch: Send) -> None:
    await house.fault(kind="429", count=1, method="POST", path="/api/departments", after=2)
    entry = {
        "resource": "departments",
        "method": "create",
        "loop_on": "args.names",
        "body": {"name": "{{args.names}}"},
    }
    names = {"names": ["Kiln", "Loom", "Forge", "Anvil"]}
    first = await batch(entry, key="b-1", args=names)
    assert [status for status, _ in failures(first, "departments")] == [429]
    again = await batch(entry, key="b-1", args=names)
    assert failures(again, "departments") == []
    assert [each["name"] for each in again.json()["result"]["departments"]] == names["names"]
    assert await sent(house) == 5
    assert [await departments(house, name) for name in names["names"]] == [1, 1, 1, 1]


async def test_equal_elements_are_writes_of_their_own(house: House, batch: Send) -> None:
    entry = {"resource": "departments", "method": "create", "loop_on": "args.n", "body": {"active": True}}
    await batch(entry, key="b-1", args={"n": [1, 1, 1]})
    assert await sent(house) == 3


async def test_a_batch_is_in_the_accounts_log(house: House, batch: Send) -> None:
    await batch({"resource": CONTACTS, "method": "get", "id": "1"})
    await house.state["request_log"].flush()
    entries = (await house.client.get("/log")).json()["result"]
    (found,) = [entry["metadata"] for entry in entries if entry["metadata"]["request_type"] == "batch"]
    assert (found["path"], found["status"], found["vendor_call_count"]) == ("/batch-request", 200, 1)

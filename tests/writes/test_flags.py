"""The flags and parameters of unified writes, and what a write that fails says of its outcome."""

import hashlib
from typing import Any

import orjson
import pytest

from tests.house import link
from tests.writes.desk import Desk, told

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
BODY = {"name": "Quay One", "tax_number": "7"}
EXPORTED: dict[str, Any] = {"remote_query[exported]": "true"}
LIMIT: dict[str, Any] = {"remote_query[limit]": "1"}
SENT = {"name": "Quay One", "display-name": "Quay One", "tax-id": "7"}


async def test_a_call_that_is_only_shown_is_not_sent(desk: Desk) -> None:
    before = (await desk.house.stats())["requests"]
    answer = await desk.ask("POST", CONTACTS, BODY, truto_response_format="debug", truto_skip_api_call="true")
    assert (answer.status_code, answer.json()["result"]) == (200, None)
    debug = answer.json()["debug"]
    assert debug["requestUrl"] == "http://sandbox.test/api/suppliers"
    assert debug["requestOptions"]["method"] == "POST"
    assert orjson.loads(debug["requestOptions"]["body"]) == SENT
    assert (debug["data"], debug["responseHeaders"]) == (None, None)
    assert (await desk.house.stats())["requests"] == before


async def test_debug_shows_the_record_and_the_call_without_the_credential(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, BODY, truto_response_format="debug")
    assert (answer.status_code, answer.json()["result"]["name"]) == (201, "Quay One")
    options = answer.json()["debug"]["requestOptions"]
    assert (options["method"], options["headers"]["authorization"]) == ("POST", "••••")
    assert answer.json()["debug"]["data"]["name"] == "Quay One"


async def test_raw_is_the_vendors_body(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, BODY, truto_response_format="raw")
    assert (answer.status_code, answer.json()["tax-id"]) == (201, "7")
    assert "tax_number" not in answer.json()


async def test_excluded_fields_and_remote_data_are_left_out(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, BODY, truto_exclude_fields="tax_number,emails")
    assert answer.status_code == 201
    assert not {"tax_number", "emails", "remote_data"} & set(answer.json())


async def test_remote_query_goes_along_with_the_call_that_writes(desk: Desk) -> None:
    answer = await desk.ask("POST", CONTACTS, BODY, **EXPORTED)
    assert answer.status_code == 201, answer.text
    assert (await desk.writes())[-1] == "POST /api/suppliers?exported=true"
    paging = await desk.refused("POST", CONTACTS, BODY, **LIMIT)
    assert list(told(paging)) == ["remote_query[limit]"]


async def test_a_body_that_is_passed_through_reaches_the_vendor_byte_by_byte(desk: Desk) -> None:
    body = b'{ "name" : "Quay Two",\n "tax-id":"9.50" }'
    answer = await desk.house.client.post(
        f"/unified/{CONTACTS}",
        params={"integrated_account_id": desk.house.account, "truto_body_passthrough": "true"},
        content=body,
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["tax_number"]) == (201, "9.50")
    sent = (await desk.house.log(1))[0]
    assert sent["body_sha256"] == hashlib.sha256(body).hexdigest()


async def test_the_bytes_on_the_wire_are_what_the_declarations_say(desk: Desk) -> None:
    await desk.done("POST", CONTACTS, BODY)
    sent = (await desk.house.log(1))[0]
    assert sent["body_sha256"] == hashlib.sha256(orjson.dumps(SENT)).hexdigest()
    assert sent["headers"]["content-type"] == "application/json"


async def test_unknown_parameters_and_bodies_that_are_no_objects_are_refused(desk: Desk) -> None:
    assert (await desk.refused("POST", CONTACTS, BODY, colour="x"))["details"][
        "reason"
    ] == "unknown_parameter"
    assert (await desk.refused("POST", CONTACTS, BODY, truto_x="x"))["details"]["reason"] == "unknown_flag"
    assert (await desk.refused("POST", CONTACTS, [BODY]))["message"] == "The body must be a JSON object"
    bad = {**BODY, "remote_data": []}
    assert told(await desk.refused("POST", CONTACTS, bad)) == {"remote_data": "must be a JSON object"}
    etag = await desk.refused("PATCH", f"{CONTACTS}/1", BODY, headers={"if-match": '"1"'})
    assert list(told(etag)) == ["if-match"]


async def test_a_write_that_the_scopes_do_not_allow_names_the_scope(desk: Desk) -> None:
    client = desk.house.coupa_credentials["clients"]["read_only"]
    context = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    desk.house.account = (await link(desk.house, context))["id"]
    answer = await desk.ask("POST", CONTACTS, BODY)
    assert answer.status_code == 403
    insight = answer.json()["truto_error_insight"]["forbidden_error"]
    assert insight["value"] == {"missing_scopes": ["core.supplier.write"]}
    assert answer.json()["details"]["outcome"] == "not_applied"


async def test_a_lost_answer_is_uncertain_and_the_write_is_not_repeated(desk: Desk) -> None:
    await desk.house.fault(kind="500", method="POST", count=1, path="/api/suppliers")
    before = len(await desk.writes())
    answer = await desk.ask("POST", CONTACTS, BODY)
    assert (answer.status_code, answer.json()["details"]["outcome"]) == (500, "uncertain")
    assert len(await desk.writes()) == before + 1


async def test_a_write_that_was_answered_with_half_a_record_is_read_back(desk: Desk) -> None:
    await desk.house.fault(kind="drift", method="POST", path="/api/suppliers", count=1)
    made = await desk.done("POST", CONTACTS, BODY)
    assert made == await desk.read(f"{CONTACTS}/{made['id']}")


async def test_a_write_is_done_even_where_reading_it_back_fails(desk: Desk) -> None:
    await desk.house.fault(kind="drift", method="POST", path="/api/suppliers", count=1)
    await desk.house.fault(kind="500", method="GET", path="/api/suppliers/*")
    answer = await desk.ask("POST", CONTACTS, BODY)
    assert answer.status_code == 201
    assert answer.json()["id"]

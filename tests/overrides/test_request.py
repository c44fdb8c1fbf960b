"""The request layer: members of the vendor's body made of the unified one."""

from typing import Any

import orjson
import pytest

from tests.house import House
from tests.overrides.bends import bend, bend_environment, of_contacts, save
from tests.writes.desk import Desk, told

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"


async def body_of(desk: Desk, verb: str, path: str, body: Any) -> Any:
    """What a write would send."""
    more = {"truto_response_format": "debug", "truto_skip_api_call": "true"}
    answer = await desk.ask(verb, path, body, **more)
    assert answer.status_code < 300, answer.text
    options = answer.json()["debug"]["requestOptions"]
    return orjson.loads(options["body"]) if "body" in options else None


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def test_a_member_is_made_of_the_unified_body_on_create_and_read_back(house: House, desk: Desk) -> None:
    await bend(
        house,
        of_contacts(
            request={"tax-id": None, "custom-fields.onboarded-on": "tax_number", "number": "'from-outside'"},
            response={"tax_number": '"custom-fields"."onboarded-on"'},
        ),
    )
    given = {"name": "Harbour Nine", "tax_number": "2026-02-01T20:00:00Z"}
    sent = await body_of(desk, "POST", CONTACTS, given)
    assert sent["custom-fields"] == {"onboarded-on": "2026-02-01T20:00:00Z"}
    assert ("tax-id" in sent, sent["number"]) == (False, "from-outside")
    made = await desk.done("POST", CONTACTS, given)
    assert made["tax_number"][:10] == "2026-02-01"
    assert (await desk.read(f"{CONTACTS}/{made['id']}"))["tax_number"] == made["tax_number"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "x"}, {"name": "x"}),
        ({"tax_number": "5"}, {"number": "n-5"}),
        ({"tax_number": None}, {"number": None}),
        ({"tax_number": ""}, {}),
    ],
)
async def test_an_update_touches_only_what_it_names(
    house: House, desk: Desk, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    request = {
        "number": "tax_number && join('-', ['n', tax_number]) || `null`",
        "tax-id": None,
        "fixed": "'on create'",
    }
    await bend(house, of_contacts(request=request))
    sent = await body_of(desk, "PATCH", f"{CONTACTS}/1", body)
    watched = ("name", "number", "fixed", "tax-id")
    assert {name: value for name, value in (sent or {}).items() if name in watched} == expected


async def test_a_field_that_the_provider_can_not_take_is_open_where_an_expression_reads_it(
    house: House, desk: Desk
) -> None:
    given = {"name": "Harbour Ten", "currency": "EUR"}
    assert "currency" in told(await desk.refused("POST", CONTACTS, given))
    await bend(house, of_contacts(request={"custom-fields.currency": "currency"}))
    sent = await body_of(desk, "POST", CONTACTS, given)
    assert sent["custom-fields"] == {"currency": "EUR"}
    assert "currency" in told(await desk.refused("POST", CONTACTS, {**given, "currency": 5}))
    schema = (await house.get(f"{CONTACTS}/meta/create")).json()["request_body_schema"]
    assert "currency" in schema["properties"]


async def test_the_callers_remote_data_wins_over_an_override(house: House, desk: Desk) -> None:
    await bend(house, of_contacts(request={"number": "name"}))
    sent = await body_of(desk, "POST", CONTACTS, {"name": "a", "remote_data": {"number": "b"}})
    assert sent["number"] == "b"


async def test_the_accounts_entry_wins_over_the_environments(house: House, desk: Desk) -> None:
    await bend_environment(house, of_contacts(request={"one": "'e'", "two": "'e'", "three": "'e'"}))
    await bend(house, of_contacts(request={"two": "'a'", "three": None}))
    sent = await body_of(desk, "POST", CONTACTS, {"name": "x"})
    assert {name: sent.get(name) for name in ("one", "two", "three")} == {
        "one": "e",
        "two": "a",
        "three": None,
    }


@pytest.mark.parametrize(
    "request_", [{"number": "length(name) && length(`5`)"}, {"name.inner": "tax_number"}]
)
async def test_an_expression_with_a_fault_sends_nothing(
    house: House, desk: Desk, request_: dict[str, str]
) -> None:
    await bend(house, of_contacts(request=request_))
    refused = await desk.refused("POST", CONTACTS, {"name": "x", "tax_number": "5"})
    assert refused["details"] == {"reason": "invalid_override", "outcome": "not_applied"}


@pytest.mark.parametrize(
    ("resource", "path", "expression", "message"),
    [
        ("contacts", "a..b", "name", "is no dotted path"),
        ("contacts", "a", "@", "must name the fields that it reads"),
        ("contacts", "a", "colour", "reads colour, which no body holds: there are name, "),
        ("contacts", "a", "created_at", "reads created_at, which no body holds: there are name, "),
        ("currencies", "a", "name", "does nothing: currencies are not written here"),
    ],
)
async def test_what_is_wrong_with_a_request_is_refused_when_it_is_saved(
    house: House, resource: str, path: str, expression: str, message: str
) -> None:
    answer = await save(house, {"accounting": {resource: {"request": {path: expression}}}})
    assert answer.status_code == 400
    (failure,) = answer.json()["details"]["failures"]
    assert failure["field"] == f"unified_model_override.accounting.{resource}.request.{path}"
    assert failure["message"].startswith(message)

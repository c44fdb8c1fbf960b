"""A tenant's custom fields are found by a look at its records."""

from typing import Any

import pytest

from tests.house import House
from tests.overrides.bends import bend, bend_environment, of_contacts
from tests.unified.test_custom_fields import set_globals

pytestmark = pytest.mark.anyio


async def found(house: House, query: str = "") -> list[dict[str, Any]]:
    answer = await house.client.get(f"/integrated-account/{house.account}/custom-fields{query}")
    assert answer.status_code == 200, answer.text
    result: list[dict[str, Any]] = answer.json()["result"]
    return result


async def test_names_kinds_and_filters_are_told_and_the_filters_work(house: House) -> None:
    fields = {one["name"]: one for one in await found(house, "?resource=accounting/contacts")}
    records = (await house.get("accounting/contacts?limit=50")).json()["result"]
    assert set(fields) == {name for record in records for name in record["custom_fields"]}
    tier = fields["vendor-tier"]
    values = [
        value for record in records if (value := record["custom_fields"].get("vendor-tier")) is not None
    ]
    assert tier == {
        "resource": "accounting/contacts",
        "name": "vendor-tier",
        "types": ["reference"],
        "seen": len(values),
        "sampled": len(records),
        "filter_operators": ["eq"],
    }
    narrowed = await house.get(f"accounting/contacts?custom_fields[vendor-tier]={values[0]['name']}")
    assert narrowed.status_code == 200


async def test_all_resources_are_looked_at_once_each_and_then_remembered(house: House) -> None:
    await found(house)
    await house.coupa.post("/_sandbox/stats/reset")
    house.state["field_samples"]._known.clear()
    first = await found(house)
    asked = (await house.stats())["requests"]
    assert asked <= 2 * len({one["resource"] for one in first} | set("xxx"))
    assert await found(house) == first
    assert (await house.stats())["requests"] == asked
    assert {"accounting/contacts", "accounting/invoices", "user-directory/users"} <= {
        one["resource"] for one in first
    }


async def test_those_among_a_records_own_keys_and_those_of_overrides_count(house: House) -> None:
    assert "badge-number" not in {one["name"] for one in await found(house, "?resource=user-directory/users")}
    await set_globals(house, "badge-number")
    users = {one["name"]: one["types"] for one in await found(house, "?resource=user-directory/users")}
    assert users["badge-number"] == ["text"]
    await bend(house, of_contacts(response={"custom_fields": {"size": "length(name)"}}))
    contacts = {one["name"]: one["types"] for one in await found(house, "?resource=accounting/contacts")}
    assert contacts["size"] == ["number"]
    await bend_environment(house, of_contacts(response={"custom_fields": {"short": "length(name) < `9`"}}))
    contacts = {one["name"]: one["types"] for one in await found(house, "?resource=accounting/contacts")}
    assert (contacts["size"], contacts["short"]) == (["number"], ["boolean"])


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("resource=accounting/unicorns", 404, "unknown_resource"),
        ("resource=crm", 404, "unknown_model"),
        ("colour=red", 400, "unknown_parameter"),
    ],
)
async def test_a_wrong_question_is_refused(house: House, query: str, status: int, reason: str) -> None:
    answer = await house.client.get(f"/integrated-account/{house.account}/custom-fields?{query}")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (status, reason)

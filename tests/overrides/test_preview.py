"""The preview: what an override would do on a real record, with nothing saved and nothing written."""

from typing import Any

import pytest

from tests.house import House
from tests.overrides.bends import bend, of_contacts

pytestmark = pytest.mark.anyio


async def preview(house: House, status: int = 200, **body: Any) -> Any:
    given = {"model": "accounting", "resource": "contacts", **body}
    answer = await house.client.post(f"/integrated-account/{house.account}/preview-override", json=given)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_before_and_after_are_shown_on_a_record_and_nothing_is_saved(house: House) -> None:
    await bend(house, of_contacts(response={"currency": "'EUR'"}))
    override = of_contacts(
        response={"name": "join('', [name, '!'])", "custom_fields": {"risk": "length(id)"}}
    )
    shown = await preview(house, unified_model_override=override, id="3")
    now = (await house.get("accounting/contacts/3")).json()
    assert shown["before"] == now
    assert shown["result"] == {
        **now,
        "name": f"{now['remote_data']['name']}!",
        "currency": None,
        "custom_fields": {**now["custom_fields"], "risk": None},
    }
    assert shown["changed"] == ["name", "currency", "custom_fields"]
    assert shown["errors"] == [
        {
            "field": "custom_fields.risk",
            "expression": "length(id)",
            "message": "length() takes string or array or object, not number",
        }
    ]
    assert shown["request"] is None


async def test_without_an_id_it_is_the_first_record(house: House) -> None:
    shown = await preview(house, unified_model_override={})
    assert (shown["before"]["id"], shown["changed"], shown["errors"]) == ("1", [], [])
    for resource in ("invoices", "items", "tracking_categories"):
        assert (await preview(house, unified_model_override={}, resource=resource))["changed"] == []


async def test_a_body_shows_the_vendor_call_of_a_create(house: House) -> None:
    override = of_contacts(request={"custom-fields.vat-id": "tax_number", "tax-id": None})
    body = {"name": "Harbour", "tax_number": "DE1"}
    before = len([one for one in await house.log(500) if one["method"] != "GET"])
    shown = (await preview(house, unified_model_override=override, body=body))["request"]
    assert (shown["method"], shown["url"]) == ("POST", "http://sandbox.test/api/suppliers")
    assert (shown["body"]["name"], shown["body"]["custom-fields"]) == ("Harbour", {"vat-id": "DE1"})
    assert "tax-id" not in shown["body"]
    assert len([one for one in await house.log(500) if one["method"] != "GET"]) == before


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"unified_model_override": of_contacts(response={"id": "x"})}, 400, "invalid_override"),
        ({"unified_model_override": {}, "model": "crm"}, 404, "unknown_model"),
        ({"unified_model_override": {}, "resource": "unicorns"}, 404, "unknown_resource"),
        ({"unified_model_override": {}, "id": "x"}, 404, "not_found"),
        ({}, 400, "invalid_request"),
        ({"unified_model_override": {}, "body": {"colour": 1}}, 400, "unwritable_field"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    house: House, body: dict[str, Any], status: int, reason: str
) -> None:
    assert (await preview(house, status, **body))["details"]["reason"] == reason


async def test_an_accounts_own_token_previews_nothing(house: House) -> None:
    made = await house.client.post("/integrated-account/token", json={"integrated_account_id": house.account})
    answer = await house.client.post(
        f"/integrated-account/{house.account}/preview-override",
        json={},
        headers={"authorization": f"Bearer {made.json()['integrated_account_token']}"},
    )
    assert answer.status_code == 403

"""Connecting by key, by client credentials and by the vendor's own login: from the link token to a healthy account."""

from typing import Any

import pytest

from tests.house import House
from tests.linking.browsing import (
    CLIENT,
    KEY,
    OAUTH,
    Browser,
    account_of,
    link_token,
    new_accounts,
    typed_client,
    typed_key,
)

pytestmark = pytest.mark.anyio


async def calls(house: House, account_id: str) -> int:
    path = f"/unified/accounting/contacts?integrated_account_id={account_id}&limit=1"
    return (await house.client.get(path)).status_code


async def test_by_key(house: House) -> None:
    token = await link_token(house)
    done = await Browser(house).walk(token, KEY, typed_key(house))
    account_id = done.message["integrated_account_id"]
    assert done.message == {
        "is_truto": True,
        "result": "success",
        "integration": "coupa",
        "integrated_account_id": account_id,
    }
    account = await account_of(house, account_id)
    assert (account["status"], account["authentication_method"], account["tenant_id"]) == (
        "active",
        KEY,
        "acme",
    )
    assert (account["is_sandbox"], account["context"], account["last_error"]) == (True, {}, None)
    assert await calls(house, account_id) == 200


async def test_by_client_credentials(house: House) -> None:
    done = await Browser(house).walk(await link_token(house, region="wnam"), CLIENT, typed_client(house))
    account = await account_of(house, done.message["integrated_account_id"])
    assert (account["status"], account["authentication_method"], account["region"]) == (
        "active",
        CLIENT,
        "wnam",
    )
    assert account["context"] == {"client_id": house.coupa_credentials["client_id"]}
    assert await calls(house, account["id"]) == 200


async def test_by_the_vendors_login(house: House) -> None:
    done = await Browser(house).walk(await link_token(house), OAUTH)
    account = await account_of(house, done.message["integrated_account_id"])
    assert (account["status"], account["authentication_method"]) == ("active", OAUTH)
    assert (account["context"], account["last_forbidden_error"]) == ({}, None)
    assert await calls(house, account["id"]) == 200
    grants = (await house.stats())["token_requests_by_grant"]
    assert grants["authorization_code"] == 1


async def test_a_token_too_young_for_the_vendor_is_tried_again_when_it_is_ripe(house: House) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await house.coupa.post("/_sandbox/clock", json={"advance_seconds": seconds})

    house.state["renewals"].sleep = sleep
    await house.fault(kind="token_not_ready", count=1, seconds=5)
    done = await Browser(house).walk(await link_token(house), OAUTH)
    assert (done.state, slept) == ("done", [5.0])


async def test_what_is_typed_is_checked_beside_its_field_before_anything_is_kept(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(
        await link_token(house, is_sandbox=False), integration="coupa", auth_format=CLIENT
    )
    again = await browser.send(shown, instance="coupahost.com.evil.example", client_id="me")
    assert (again.status, again.state) == (400, "form")
    assert again.fields["client_id"] == "me"
    assert "Coupa host is not of the form expected" in again.text
    assert "Client secret is missing. Expected: letters, digits and signs without a space" in again.text
    assert await new_accounts(house) == []


async def test_a_failed_try_leaves_an_account_that_the_next_one_repairs(house: House) -> None:
    token, browser = await link_token(house), Browser(house)
    failed = await browser.walk(token, KEY, typed_key(house, "no-such-key"))
    assert failed.state == "form"
    account_id = failed.message["integrated_account_id"]
    assert failed.message == {
        "is_truto": True,
        "result": "error",
        "error": failed.message["error"],
        "error_type": "validation_error",
        "integration": "coupa",
        "integrated_account_id": account_id,
    }
    before = await account_of(house, account_id)
    assert (before["status"], before["last_error"]) == ("validation_error", failed.message["error"])
    assert "no-such-key" not in failed.response.text
    done = await browser.end(await browser.send(failed, **typed_key(house)))
    assert done.message["integrated_account_id"] == account_id
    after = await account_of(house, account_id)
    assert (after["status"], after["last_error"]) == ("active", None)
    assert len(await new_accounts(house)) == 1


async def test_another_way_to_sign_in_repairs_the_same_account(house: House) -> None:
    token, browser = await link_token(house), Browser(house)
    failed = await browser.walk(token, KEY, typed_key(house, "no-such-key"))
    done = await browser.walk(token, OAUTH)
    assert done.message["integrated_account_id"] == failed.message["integrated_account_id"]
    assert (await account_of(house, done.message["integrated_account_id"]))["authentication_method"] == OAUTH


async def test_the_page_leads_from_the_only_system_over_its_ways_to_sign_in_to_a_form(house: House) -> None:
    token, browser = await link_token(house), Browser(house)
    formats = await browser.connect(token)
    assert formats.state == "formats"
    assert any("auth_format=oauth2_client_credentials" in link for link in formats.reader.links)
    picked = await browser.connect(token, integration="coupa", auth_format=KEY)
    assert (picked.state, picked.fields["integration"]) == ("form", "coupa")


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({}, {"integration": "nosuch"}),
        ({}, {"integrations": "nosuch,other"}),
        ({"unified_model_id": "user-directory"}, {"integration": "nosuch"}),
    ],
)
async def test_a_system_that_is_not_offered_is_told_to_the_product(
    house: House, body: dict[str, Any], query: dict[str, str]
) -> None:
    page = await Browser(house).connect(await link_token(house, **body), **query)
    assert (page.status, page.state) == (404, "failed")
    assert (page.message["error_type"], page.reader.main["data-final"]) == ("invalid_integration", "yes")


async def test_an_integration_that_is_switched_off_is_not_offered(house: House) -> None:
    await house.client.patch(f"/environment-integration/{house.integration}", json={"is_enabled": False})
    page = await Browser(house).connect(await link_token(house))
    assert page.message["error_type"] == "invalid_integration"


async def test_one_that_the_catalogue_does_not_show_is_found_by_its_name(house: House) -> None:
    path = f"/environment-integration/{house.integration}"
    await house.client.patch(path, json={"show_in_catalog": False})
    token, browser = await link_token(house), Browser(house)
    assert (await browser.connect(token)).state == "failed"
    assert (await browser.connect(token, integration="coupa")).state == "formats"


async def test_forms_after_connecting_are_reported_as_not_offered(house: House) -> None:
    page = await Browser(house).open(f"/connect-account/post-connect?link_token={await link_token(house)}")
    assert (page.status, page.message["error_type"]) == (404, "rapid_form_error")

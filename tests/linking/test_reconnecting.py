"""Reconnecting: the id stays, the old credentials stay until new ones have worked, and the product is told."""

from typing import Any

import pytest

from tests.house import House, coupa_context, link
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


async def events_of(house: House, account_id: str) -> list[str]:
    """What webhooks were to hear, oldest first."""
    deliveries = (await house.client.get("/webhook-delivery")).json()["result"]
    return [one["event"].partition(":")[2] for one in reversed(deliveries)]


async def listening(house: House) -> None:
    answer = await house.client.post("/webhook", json={"target_url": "http://127.0.0.1:9/none"})
    assert answer.status_code == 201, answer.text


async def refused(house: House, account_id: str) -> None:
    """The vendor has refused the account's credentials for good."""
    answer = await house.client.patch(f"/integrated-account/{account_id}", json={"status": "needs_reauth"})
    assert answer.json()["status"] == "needs_reauth"


@pytest.mark.parametrize("method", [KEY, CLIENT, OAUTH])
async def test_a_refused_account_works_again_under_its_id(house: House, method: str) -> None:
    await refused(house, house.account)
    token = await link_token(house, integrated_account_id=house.account)
    typed = {KEY: typed_key(house), CLIENT: typed_client(house), OAUTH: {}}[method]
    done = await Browser(house).walk(token, method, typed)
    assert done.message["integrated_account_id"] == house.account
    account = await account_of(house, house.account)
    assert (account["status"], account["last_error"], account["authentication_method"]) == (
        "active",
        None,
        method,
    )
    assert (await house.get("accounting/contacts?limit=1")).status_code == 200
    assert await new_accounts(house) == []


async def test_old_credentials_stay_until_new_ones_have_worked(house: House) -> None:
    before = await account_of(house, house.account)
    token = await link_token(house, integrated_account_id=house.account)
    failed = await Browser(house).walk(token, KEY, typed_key(house, "no-such-key"))
    assert (failed.message["error_type"], failed.message["integrated_account_id"]) == (
        "validation_error",
        house.account,
    )
    assert await account_of(house, house.account) == before
    assert (await house.get("accounting/contacts?limit=1")).status_code == 200


async def test_only_the_accounts_own_system_is_offered(house: House) -> None:
    token = await link_token(house, integrated_account_id=house.account)
    page = await Browser(house).connect(token)
    assert (page.state, "Coupa" in page.text) == ("formats", True)


async def test_an_account_that_is_deleted_meanwhile_is_not_made_again(house: House) -> None:
    token, browser = await link_token(house, integrated_account_id=house.account), Browser(house)
    shown = await browser.connect(token, integration="coupa", auth_format=KEY)
    ready = await browser.send(shown, **typed_key(house))
    await house.client.delete(f"/integrated-account/{house.account}")
    ended = await browser.end(ready)
    assert ended.message["error_type"] in ("invalid_integration", "connection_error")
    assert (await house.client.get("/integrated-account")).json()["result"] == []


async def test_a_context_begins_anew_or_goes_on_from_the_present_one(house: House) -> None:
    context = coupa_context(house.coupa_credentials, time_zone="Europe/Paris", note="kept")
    account = await link(house, context)
    kept = {"integrated_account_id": account["id"], "persist_previous_context": True}
    token = await link_token(house, **kept, context={"note": "new"})
    shown = await Browser(house).connect(token, integration="coupa", auth_format=CLIENT)
    assert shown.fields["client_id"] == house.coupa_credentials["client_id"]
    assert shown.fields["client_secret"] == ""
    done = await Browser(house).walk(token, CLIENT)
    after = await account_of(house, done.message["integrated_account_id"])
    assert after["context"] == {
        "client_id": house.coupa_credentials["client_id"],
        "time_zone": "Europe/Paris",
        "note": "new",
        "oauth": {},
    }
    token = await link_token(house, integrated_account_id=account["id"], context={"note": "third"})
    await Browser(house).walk(token, KEY, typed_key(house))
    assert (await account_of(house, account["id"]))["context"] == {"note": "third"}


async def test_what_the_link_token_says_is_not_asked_and_can_not_be_typed_over(house: House) -> None:
    context = {"client_id": house.coupa_credentials["client_id"]}
    token, browser = await link_token(house, context=context), Browser(house)
    shown = await browser.connect(token, integration="coupa", auth_format=CLIENT)
    assert "client_id" not in shown.fields
    typed = {**typed_client(house), "client_id": "other"}
    done = await browser.end(await browser.send(shown, **typed))
    account = await account_of(house, done.message["integrated_account_id"])
    assert account["context"] == context


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("wrong", "right", ["created", "validation_error", "updated", "active"]),
        ("right", None, ["created", "active"]),
    ],
)
async def test_the_product_is_told_of_a_new_account(
    house: House, first: str, second: str | None, told: list[str]
) -> None:
    await listening(house)
    token, browser = await link_token(house), Browser(house)
    page: Any = None
    for which in filter(None, (first, second)):
        page = await browser.walk(token, KEY, typed_key(house, None if which == "right" else "no-such-key"))
    assert await events_of(house, page.message["integrated_account_id"]) == told


async def test_the_product_is_told_of_a_reconnect(house: House) -> None:
    await refused(house, house.account)
    await listening(house)
    await Browser(house).walk(
        await link_token(house, integrated_account_id=house.account), KEY, typed_key(house)
    )
    assert await events_of(house, house.account) == ["updated", "reactivated"]

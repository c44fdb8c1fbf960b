"""NetSuite's own login: who signed in and where is taken from the answer, and the grant lives as long as it may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import House, open_house
from tests.linking.browsing import HERE, OAUTH, Browser, Page, account_of, link_token, new_accounts
from tests.netsuite.test_auth import ask

pytestmark = pytest.mark.anyio
CALLBACK = f"{HERE}/connect/netsuite/callback"


@asynccontextmanager
async def at_home(folder: Path, **switches: Any) -> AsyncIterator[House]:
    options = {"consent": "allow", "redirect_uris": CALLBACK, **switches}
    async with open_house(folder, provider="netsuite", public_url=HERE, **options) as house:
        house.state["connections"].sandbox_contexts = {"netsuite": house.credentials}
        yield house


async def signed_in(house: House, **typed: str) -> Page:
    given = {"account_id": house.credentials["account_id"], **typed}
    return await Browser(house).walk(await link_token(house), OAUTH, given)


async def test_the_login_connects_and_its_refresh_token_serves_again_and_again(tmp_path: Path) -> None:
    async with at_home(tmp_path) as house:
        done = await signed_in(house)
        assert done.state == "done", done.text
        account = await account_of(house, done.message["integrated_account_id"])
        assert account["status"] == "active"
        assert set(account["context"]) == {"account_id", "role", "entity"}
        for _ in range(2):
            await house.fault(kind="expire_tokens")
            assert (await ask(house, account)).status_code == 200
        assert (await account_of(house, account["id"]))["status"] == "active"


async def test_a_login_to_another_account_than_the_one_named_connects_nothing(tmp_path: Path) -> None:
    async with at_home(tmp_path, company="7654321") as house:
        before = (await house.stats())["token_requests"]
        failed = await signed_in(house)
        assert failed.state == "failed"
        expected = "You signed in to another account of NetSuite than the one that was named: 7654321."
        assert failed.message["error"] == expected
        assert await new_accounts(house) == []
        assert (await house.stats())["token_requests"] == before


@pytest.mark.parametrize("company", [None, "", "7654321", "1234567.evil.com"])
async def test_b3_a_code_is_not_redeemed_unless_its_answer_names_the_account(
    tmp_path: Path, company: str | None
) -> None:
    async with at_home(tmp_path) as house:
        before = (await house.stats())["token_requests"]
        browser = Browser(house)
        shown = await browser.connect(await link_token(house), integration="netsuite", auth_format=OAUTH)
        leaving = await browser.send(shown, account_id=house.credentials["account_id"])
        vendor = await browser.get(leaving.reader.refresh)
        answer = httpx.URL((await browser.get(vendor.headers["location"])).headers["location"])
        assert answer.params["company"] == house.credentials["account_id"]
        changed = answer.copy_remove_param("company")
        if company is not None:
            changed = changed.copy_add_param("company", company)
        failed = await browser.end(await browser.open(str(changed)))
        expected = "You signed in to another account of NetSuite than the one that was named: {}."
        said = expected.format(company) if company else "NetSuite did not say which account you signed in to."
        assert (failed.state, failed.message["error"]) == ("failed", said)
        assert await new_accounts(house) == []
        assert (await house.stats())["token_requests"] == before


async def test_a_refusal_is_told_in_the_vendors_words(tmp_path: Path) -> None:
    async with at_home(tmp_path, consent="deny") as house:
        failed = await signed_in(house)
        assert (failed.state, failed.message["error"]) == ("failed", "access_denied")
        assert await new_accounts(house) == []


async def test_a_public_client_signs_in_without_a_secret_and_each_renewal_takes_the_next_refresh_token(
    tmp_path: Path,
) -> None:
    async with at_home(tmp_path) as house:
        house.state[
            "connections"
        ].sandbox_contexts = {}  # nobody's own client is at hand: the form asks for one
        client_id = house.credentials["clients"]["public"]["client_id"]
        done = await signed_in(house, client_id=client_id)
        assert done.state == "done", done.text
        account = await account_of(house, done.message["integrated_account_id"])
        assert set(account["context"]) == {"account_id", "client_id", "role", "entity"}
        for _ in range(3):
            await house.fault(kind="expire_tokens")
            assert (await ask(house, account)).status_code == 200
        assert (await account_of(house, account["id"]))["status"] == "active"


async def test_a_deleted_accounts_grant_is_given_back(tmp_path: Path) -> None:
    async with at_home(tmp_path) as house:
        done = await signed_in(house)
        gone = await house.client.delete(f"/integrated-account/{done.message['integrated_account_id']}")
        assert gone.status_code == 200
        await house.state["revocations"].close()
        last = (await house.log())[-1]
        assert (last["path"], last["status"]) == ("/services/rest/auth/oauth2/v1/revoke", 200)

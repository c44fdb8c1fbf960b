"""What brings an account back to work without its person, and what a browser with an account token may do."""

from typing import Any

import httpx
import pytest

from tests.house import House, coupa_context, link
from tests.linking.browsing import HERE, OAUTH, Browser, account_of, link_token

pytestmark = pytest.mark.anyio

REFRESH, RUN = "/integrated-account/refresh-credentials", "/integrated-account/run-post-install-actions"


async def post(house: House, path: str, account_id: str) -> httpx.Response:
    return await house.client.post(path, json={"id": account_id})


async def own(house: House, account_id: str) -> dict[str, str]:
    answer = await house.client.post("/integrated-account/token", json={"integrated_account_id": account_id})
    return {"authorization": f"Bearer {answer.json()['integrated_account_token']}"}


async def test_a_token_is_renewed_on_request_whatever_its_age(house: House) -> None:
    done = await Browser(house).walk(await link_token(house), OAUTH)
    account_id = done.message["integrated_account_id"]
    answer = await post(house, REFRESH, account_id)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    stats = await house.stats()
    assert (stats["token_requests_by_grant"]["refresh_token"], stats["refresh_reused"]) == (1, 0)


@pytest.mark.parametrize("method", [OAUTH, "oauth2_client_credentials"])
async def test_a_token_that_could_not_be_renewed_on_request_goes_on_serving(
    house: House, method: str
) -> None:
    account_id = house.account
    if method == OAUTH:
        done = await Browser(house).walk(await link_token(house), OAUTH)
        account_id = done.message["integrated_account_id"]
    query = f"/unified/accounting/contacts?limit=1&integrated_account_id={account_id}"
    assert (await house.client.get(query)).status_code == 200
    await house.fault(kind="token_500", count=1)
    before = (await house.stats())["token_requests"]
    assert (await post(house, REFRESH, account_id)).status_code == 502
    assert (await house.client.get(query)).status_code == 200
    assert (await house.stats())["token_requests"] == before + 1


async def test_a_refused_account_needs_its_person_and_the_vendor_is_not_asked(house: House) -> None:
    await house.client.patch(f"/integrated-account/{house.account}", json={"status": "needs_reauth"})
    before = (await house.stats())["requests"]
    answer = await post(house, REFRESH, house.account)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (401, "needs_reauth")
    assert (await house.stats())["requests"] == before


async def test_a_key_has_nothing_to_renew_and_is_tried(house: House) -> None:
    account = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
    assert (await post(house, REFRESH, account["id"])).json() == {"success": True}


async def test_an_account_that_was_not_finished_is_by_a_check_that_succeeds(house: House) -> None:
    await house.fault(kind="503", path="/api/*", count=100)
    account = await link(house, coupa_context(house.coupa_credentials))
    assert account["status"] == "validation_error"
    assert (await post(house, RUN, account["id"])).status_code == 503
    await house.coupa.delete("/_sandbox/faults")
    assert (await post(house, RUN, account["id"])).json() == {"success": True}
    after = await account_of(house, account["id"])
    assert (after["status"], after["last_error"]) == ("active", None)


async def test_a_pause_holds(house: House) -> None:
    await house.client.patch(f"/integrated-account/{house.account}", json={"is_blocked": True})
    for path in (REFRESH, RUN):
        answer = await post(house, path, house.account)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (503, "account_paused")


async def test_an_account_token_sees_and_changes_its_own_account(house: House) -> None:
    headers = await own(house, house.account)
    seen = await house.client.get("/integrated-account/me", headers=headers)
    assert seen.json() == await account_of(house, house.account)
    answer = await house.client.patch(
        "/integrated-account/me", headers=headers, json={"context": {"note": "n"}}
    )
    assert (answer.status_code, answer.json()["context"]["note"]) == (200, "n")
    assert (await house.get("accounting/contacts?limit=1")).status_code == 200


@pytest.mark.parametrize("body", [{"status": "active"}, {"tenant_id": "x"}, {"is_blocked": False}])
async def test_an_account_token_changes_nothing_but_the_context(house: House, body: dict[str, Any]) -> None:
    headers = await own(house, house.account)
    answer = await house.client.patch("/integrated-account/me", headers=headers, json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [
        {"field": next(iter(body)), "message": "is not known here"}
    ]


async def test_an_api_token_is_nobodys_own(house: House) -> None:
    answer = await house.client.get("/integrated-account/me")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (403, "token_not_allowed")


async def test_a_browser_may_ask_from_an_origin_that_the_environment_allows(house: House) -> None:
    origin = "https://app.example.com"
    await house.client.patch(f"/environment/{house.environment}", json={"allowed_origins": [origin]})
    headers = {**await own(house, house.account), "origin": origin}
    answer = await house.client.get("/integrated-account/me", headers=headers)
    assert answer.headers["access-control-allow-origin"] == origin
    foreign = await house.client.get("/integrated-account/me", headers={**headers, "origin": HERE})
    assert "access-control-allow-origin" not in foreign.headers

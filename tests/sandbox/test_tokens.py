"""Tokens: every form of the request, scopes, lifetimes, API keys."""

import base64
from urllib.parse import quote

import pytest

from sandbox.clock import Clock
from sandbox.coupa import credentials
from tests.sandbox.conftest import JSON, Opened, Tenant

pytestmark = pytest.mark.anyio

INVALID_TOKEN = {"errors": {"authentication": ["Invalid or expired access token"]}}
NO_SCOPE = {
    "errors": {"authorization": ["The access token does not have the scope required for this request"]}
}
INVALID_SCOPE = {
    "error": "invalid_scope",
    "error_description": "The requested scope is invalid, unknown, or malformed.",
}
INVALID_CLIENT = {"error": "invalid_client", "error_description": "Client authentication failed."}


async def test_issues_a_bearer_token_that_opens_the_api(tenant: Tenant) -> None:
    answer = await tenant.token(scope="core.common.read core.supplier.read")
    assert answer.status_code == 200
    body = answer.json()
    assert {**body, "access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 86399,
        "scope": "core.common.read core.supplier.read",
    }
    assert len(body["access_token"].split(".")) == 3
    headers = {"authorization": f"bearer {body['access_token']}", **JSON}
    assert (await tenant.client.get("/api/currencies", headers=headers)).status_code == 200


async def test_takes_the_secret_by_basic_raw_and_percent_encoded(tenant: Tenant) -> None:
    known = tenant.credentials["clients"]["awkward"]
    id_, secret = known["client_id"], known["client_secret"]
    for pair in (f"{id_}:{secret}", f"{quote(id_)}:{quote(secret, safe='')}"):
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        answer = await tenant.client.post(
            "/oauth2/token", data={"grant_type": "client_credentials"}, headers=headers
        )
        assert answer.status_code == 200, pair


async def test_takes_everything_from_the_query_and_at_the_second_address(tenant: Tenant) -> None:
    given = {
        "grant_type": "client_credentials",
        "client_id": tenant.credentials["client_id"],
        "client_secret": tenant.credentials["client_secret"],
    }
    for path in ("/oauth2/token", "/oauth2/access_tokens"):
        assert (await tenant.client.post(path, params=given)).status_code == 200


async def test_basic_with_the_id_in_the_query_too(tenant: Tenant) -> None:
    known = tenant.credentials
    auth = (known["client_id"], known["client_secret"])
    form = {"grant_type": "client_credentials", "scope": "core.common.read"}
    answer = await tenant.client.post(f"/oauth2/token?client_id={known['client_id']}", data=form, auth=auth)
    assert answer.json()["scope"] == "core.common.read"


async def test_scopes_are_split_on_white_space_and_repeats_do_not_matter(tenant: Tenant) -> None:
    answer = await tenant.token(scope="core.user.read\n core.common.read  core.user.read")
    assert answer.json()["scope"] == "core.user.read core.common.read"


async def test_no_scope_means_all_scopes_of_the_client(tenant: Tenant) -> None:
    assert (await tenant.token("few")).json()["scope"] == "core.common.read core.supplier.read"


async def test_refuses_scopes_the_client_lacks(tenant: Tenant) -> None:
    answer = await tenant.token("few", scope="core.common.read core.invoice.read")
    assert (answer.status_code, answer.json()) == (400, INVALID_SCOPE)


async def test_refuses_a_wrong_secret_and_an_unknown_grant(tenant: Tenant) -> None:
    wrong = await tenant.token(client_secret="wrong")
    assert (wrong.status_code, wrong.json()) == (401, INVALID_CLIENT)
    odd = await tenant.token(grant_type="password")
    assert (odd.status_code, odd.json()) == (400, {"error": "unsupported_grant_type"})


async def test_a_new_token_leaves_the_old_one_alive(tenant: Tenant) -> None:
    first, second = await tenant.bearer(), await tenant.bearer()
    assert first != second
    for headers in (first, second):
        assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 200


async def test_a_token_dies_when_its_time_is_over(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    tenant = opened(clock=clock)
    headers = await tenant.bearer()
    clock.advance(86398)
    assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 200
    clock.advance(1)
    answer = await tenant.client.get("/api/roles", headers=headers)
    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


async def test_a_token_can_need_time_before_it_works(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    tenant = opened(clock=clock, token_ready_delay=5)
    headers = await tenant.bearer()
    assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 401
    clock.advance(5)
    assert (await tenant.client.get("/api/roles", headers=headers)).status_code == 200


async def test_a_call_without_the_scope_is_forbidden(tenant: Tenant) -> None:
    headers = await tenant.bearer("few")
    for path, status in (
        ("suppliers", 200),
        ("departments", 200),
        ("invoices", 403),
        ("users", 403),
        ("accounts", 403),
    ):
        assert (await tenant.client.get(f"/api/{path}", headers=headers)).status_code == status, path
    refused = await tenant.client.put("/api/suppliers/1", headers=headers, json={"name": "x"})
    assert (refused.status_code, refused.json()) == (403, NO_SCOPE)


async def test_refuses_calls_without_a_valid_token(tenant: Tenant) -> None:
    good = (await tenant.bearer())["authorization"]
    for header in ({}, {"authorization": good[:-2] + "xx"}, {"authorization": "Bearer nonsense"}):
        answer = await tenant.client.get("/api/roles", headers={**JSON, **header})
        assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


async def test_the_api_key_counts_only_without_a_token(tenant: Tenant) -> None:
    key = tenant.credentials["api_key"]
    assert len(key) == 40
    for name in ("X-COUPA-API-KEY", "x-coupa-api-key", "X_COUPA_API_KEY"):
        assert (await tenant.client.get("/api/roles", headers={name: key, **JSON})).status_code == 200, name
    swapped = {"X-COUPA-API-KEY": key.swapcase(), **JSON}
    assert (await tenant.client.get("/api/roles", headers=swapped)).status_code == 401
    both = {"X-COUPA-API-KEY": key, "authorization": "Bearer nonsense", **JSON}
    assert (await tenant.client.get("/api/roles", headers=both)).status_code == 401


async def test_credentials_follow_from_the_seed() -> None:
    assert credentials(3) == credentials(3)
    assert credentials(3)["client_secret"] != credentials(4)["client_secret"]


async def test_the_token_switches_change_status_and_members(opened: Opened) -> None:
    tenant = opened(invalid_client_status=400, token_scope_member=False, scopeless_token="400", token_ttl=60)
    assert (await tenant.token(client_secret="wrong")).status_code == 400
    assert (await tenant.token()).json() == INVALID_SCOPE
    body = (await tenant.token(scope="core.common.read")).json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert body["expires_in"] == 60

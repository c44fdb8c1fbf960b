"""Account tokens: one account, a few routes, fifteen minutes, from the origins that the environment allows. C4, C11."""

import time
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from auth.account_tokens import make_account_token
from auth.database import Database
from auth.guesses import MOST_FAILURES
from gateway.app import ROUTES
from gateway.openapi_parts import HEADERS
from tests.house import House, client, link

pytestmark = pytest.mark.anyio
PAGE = "https://app.example.com"
REACHED = ("/integrated-account/me", "/unified/{model}/{resource}", "/proxy", "/custom")
PAGES = ("/connect-account", "/connect/", "/sdk/")  # for browsers with a link token, or none
PUBLIC = {"/ping", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}


async def token_of(house: House) -> str:
    answer = await house.client.post(
        "/integrated-account/token", json={"integrated_account_id": house.account}
    )
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["integrated_account_token"]
    return token


async def test_an_account_token_reads_its_account_without_naming_it(house: House) -> None:
    async with client(house.app, await token_of(house), house.coupa_credentials) as browser:
        answer = await browser.get("/unified/accounting/contacts?limit=1")
        assert (answer.status_code, answer.json()["result_count"]) == (200, 1)
        other = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
        foreign = await browser.get(f"/unified/accounting/contacts?integrated_account_id={other['id']}")
        assert (foreign.status_code, foreign.json()["details"]["reason"]) == (403, "token_not_allowed")


async def test_c4_an_account_token_reaches_no_admin_route(house: House) -> None:
    async with client(house.app, await token_of(house), house.coupa_credentials) as browser:
        for route in ROUTES:
            assert isinstance(route, Route)
            if route.path in PUBLIC or route.path.startswith((*REACHED, *PAGES)):
                continue
            path = route.path.replace("{id}", house.account).replace("{model}", "accounting")
            for verb in route.methods or ():
                answer = await browser.request(verb, path.replace("{integration}", "coupa"), json={})
                assert answer.status_code == 403, (verb, route.path, answer.text)
                if verb != "HEAD":
                    assert answer.json()["details"]["reason"] == "token_not_allowed"


async def test_an_account_token_dies_after_fifteen_minutes_and_can_not_be_made_up(house: House) -> None:
    key = house.state["token_hash_key"]
    old = make_account_token(key, house.environment, house.account, lambda: time.time() - 901)
    forged = make_account_token(bytes(32), house.environment, house.account)
    for token, reason in ((old, "expired_token"), (forged, "invalid_token"), (forged[:-8], "invalid_token")):
        async with client(house.app, token, house.coupa_credentials) as browser:
            answer = await browser.get("/unified/accounting/contacts")
            assert (answer.status_code, answer.json()["details"]["reason"]) == (401, reason)


async def test_no_account_token_for_an_account_of_another_environment(house: House) -> None:
    stranger, _ = await house.caller("stranger")
    async with stranger:
        answer = await stranger.post(
            "/integrated-account/token", json={"integrated_account_id": house.account}
        )
        assert (answer.status_code, answer.json()["details"]["reason"]) == (404, "unknown_account")


@pytest.mark.parametrize(
    "path", ["/unified/accounting/contacts?limit=1", "/proxy/suppliers?limit=1", "/custom/suppliers?limit=1"]
)
async def test_browsers_may_call_with_an_account_token_from_an_allowed_origin_alone(
    house: House, path: str
) -> None:
    changed = await house.client.patch(f"/environment/{house.environment}", json={"allowed_origins": [PAGE]})
    assert changed.status_code == 200
    async with client(house.app, await token_of(house), house.coupa_credentials) as browser:
        asked = {
            "origin": PAGE,
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization",
        }
        preflight = await browser.options(path, headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == PAGE
        assert preflight.headers["access-control-allow-headers"] == "authorization"
        allowed = await browser.get(path, headers={"origin": PAGE})
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
        for origin in ("https://evil.example", "null", PAGE + ".evil.example", PAGE.upper()):
            refused = await browser.get(path, headers={"origin": origin})
            assert "access-control-allow-origin" not in refused.headers
            before = await browser.options(path, headers={**asked, "origin": origin})
            assert "access-control-allow-origin" not in before.headers
    with_api_token = await house.get("accounting/contacts", headers={"origin": PAGE})
    assert "access-control-allow-origin" not in with_api_token.headers
    admin = await house.client.get("/integrated-account", headers={"origin": PAGE})
    assert "access-control-allow-origin" not in admin.headers


async def test_browsers_may_read_what_the_gateway_says_in_headers(house: House) -> None:
    await house.client.patch(f"/environment/{house.environment}", json={"allowed_origins": [PAGE]})
    async with client(house.app, await token_of(house), house.coupa_credentials) as browser:
        headers = {"origin": PAGE, "idempotency-key": "once"}
        for replayed in (None, "true"):
            answer = await browser.post(
                "/unified/accounting/contacts", json={"name": "Kiln"}, headers=headers
            )
            assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, replayed)
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    ours = ("idempotency-replayed", "idempotency-recovered", "koine-ignored", "koine-override-faults")
    assert {*HEADERS, *ours, "truto-is-remote-error"} - exposed == set()


async def test_browsers_read_why_their_token_is_refused(house: House) -> None:
    await house.client.patch(f"/environment/{house.environment}", json={"allowed_origins": [PAGE]})
    old = make_account_token(
        house.state["token_hash_key"], house.environment, house.account, lambda: time.time() - 901
    )
    async with client(house.app, old, house.coupa_credentials) as browser:
        for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None)):
            answer = await browser.get("/unified/accounting/contacts", headers={"origin": origin})
            assert (answer.status_code, answer.json()["details"]["reason"]) == (401, "expired_token")
            assert answer.headers.get("access-control-allow-origin") == allowed


async def test_origins_that_can_not_be_read_are_not_allowed(house: House, tmp_path: Path) -> None:
    token, away = await token_of(house), Database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/koine.db")
    house.state["origins"]._database = away
    async with client(house.app, token, house.coupa_credentials) as browser:
        for method, more in (("GET", {}), ("OPTIONS", {"access-control-request-method": "GET"})):
            answer = await browser.request(
                method, "/unified/accounting/contacts?limit=1", headers={"origin": PAGE, **more}
            )
            assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (200, False)
    await away.close()


async def test_c11_who_guesses_tokens_is_slowed_down_and_learns_nothing(house: House) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app), base_url="http://koine.test"
    ) as guesser:
        bodies = set()
        for number in range(MOST_FAILURES):
            known = (
                house.token.rsplit("_", 1)[0] if number % 2 else "koine_00000000-0000-4000-8000-000000000000"
            )
            answer = await guesser.get(
                "/environment", headers={"authorization": f"Bearer {known}_{'x' * 43}"}
            )
            assert answer.status_code == 401
            bodies.add((answer.json()["message"], answer.json()["details"]["reason"]))
        assert len(bodies) == 1
        slowed = await guesser.get("/environment", headers={"authorization": "Bearer koine_x"})
        assert (slowed.status_code, slowed.json()["details"]["reason"]) == (429, "token_rate")
        assert 1 <= int(slowed.headers["retry-after"]) <= 60
    assert (await house.client.get("/environment")).status_code == 200

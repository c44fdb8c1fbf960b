"""The pages of the authorization code flow and the code's exchange."""

import re
from typing import Any

import pytest

from sandbox.clock import Clock
from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.consenting import CALLBACK, PATH, SCOPE, Visitor, returned

pytestmark = pytest.mark.anyio

POLICY = re.compile(
    r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)


async def test_a_person_signs_in_and_consents(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    login = await visitor.see()
    assert (login.status_code, login.text.count("<button")) == (200, 3)
    signed_in = await visitor.send({"user": "2"})
    assert (signed_in.status_code, signed_in.headers["location"].partition("?")[0]) == (303, PATH)
    consent = await tenant.client.get(signed_in.headers["location"])
    assert consent.status_code == 200
    assert re.findall(r'name="scope" value="([^"]+)" checked', consent.text) == SCOPE.split()
    answer = returned(await visitor.send({"answer": "allow", "scope": SCOPE.split()}))
    assert set(answer) == {"code", "state"}
    assert answer["state"] == "s & t"
    body = (await visitor.exchange(answer["code"])).json()
    assert {**body, "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 86399,
        "scope": SCOPE,
        "refresh_token": "",
    }
    assert await visitor.works(body["access_token"])


async def test_the_call_acts_as_the_person_who_consented(tenant: Tenant) -> None:
    body = await Visitor(tenant).granted(
        user=17, scope="core.common.read core.supplier.read core.supplier.write"
    )
    headers = {"authorization": f"Bearer {body['access_token']}", "accept": "application/json"}
    made = await tenant.client.put("/api/suppliers/1", headers=headers, json={"website": "https://x.example"})
    assert (made.status_code, made.json()["updated-by"]["id"]) == (200, 17)


async def test_pages_run_no_script_and_cannot_be_framed(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    for answer in (await visitor.see(), await visitor.see(client_id="nobody")):
        assert POLICY.fullmatch(answer.headers["content-security-policy"])
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text


async def test_a_refusal_and_a_choice_of_nothing_lead_back_as_access_denied(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    await visitor.send({"user": "2"})
    for form in ({"answer": "deny"}, {"answer": "allow"}, {"answer": "allow", "scope": "core.user.read"}):
        assert returned(await visitor.send(form)) == {
            "error": "access_denied",
            "error_description": "The user refused the access.",
            "state": "s & t",
        }


async def test_b20_fewer_scopes_than_asked_for_are_granted(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    await visitor.send({"user": "2"})
    code = returned(await visitor.send({"answer": "allow", "scope": ["core.supplier.read"]}))["code"]
    body = (await visitor.exchange(code)).json()
    assert body["scope"] == "core.supplier.read"
    assert "refresh_token" not in body


async def test_b20_a_person_with_fewer_rights_cannot_pass_on_more(tenant: Tenant) -> None:
    body = await Visitor(tenant).granted(
        user=3, scope="core.supplier.read core.supplier.write core.invoice.read"
    )
    assert body["scope"] == "core.supplier.read"


async def test_somebody_who_may_not_manage_users_ends_on_a_page_that_is_not_there(tenant: Tenant) -> None:
    visitor, scope = Visitor(tenant), "core.user.read core.user.write"
    assert await visitor.allow(user=2, scope=scope)
    await visitor.send({"user": "17"}, scope=scope)
    answer = await visitor.send({"answer": "allow", "scope": scope.split()}, scope=scope)
    assert (answer.status_code, "location" in answer.headers) == (404, False)


async def test_an_id_token_names_the_person_where_openid_was_asked_for(tenant: Tenant) -> None:
    body = await Visitor(tenant).granted(scope="openid core.common.read", nonce="n1")
    claims = tenant.app.state.tenant.tokens._claims(body["id_token"])
    user = await tenant.one("users/2")
    assert (claims["sub"], claims["email"], claims["nonce"]) == ("2", user["email"], "n1")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "core.nothing.read"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_to_the_client(
    tenant: Tenant, changed: dict[str, str | None], error: str
) -> None:
    answer = returned(await Visitor(tenant).see(**changed))
    assert (answer["error"], answer["state"]) == (error, "s & t")


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/connect/coupa/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1@evil.example/callback",
        "http://evil.example@127.0.0.1/callback",
        "http://127.0.0.1:8000/elsewhere",
        "http://127.0.0.1:8000/callback#part",
        "http://[::1/callback",
        "javascript://127.0.0.1/callback",
        "",
    ],
)
async def test_b7_a_redirect_uri_that_is_not_registered_gets_a_page(tenant: Tenant, address: str) -> None:
    answer = await Visitor(tenant).see(redirect_uri=address)
    assert answer.status_code == 400
    assert "The redirect URI is not one of those registered for this client." in answer.text


async def test_b7_registered_addresses_are_compared_exactly(opened: Opened) -> None:
    visitor = Visitor(opened(redirect_uris=f"https://app.example/back,{CALLBACK}"))
    assert (await visitor.see()).status_code == 200
    assert (await visitor.see(redirect_uri="https://app.example/back")).status_code == 200
    for address in (
        "https://app.example/back/",
        "https://app.example/Back",
        "http://localhost:8000/callback",
    ):
        assert (await visitor.see(redirect_uri=address)).status_code == 400, address


async def test_a_client_of_another_grant_type_is_turned_away(tenant: Tenant) -> None:
    visitor, main = Visitor(tenant), tenant.credentials["client_id"]
    assert returned(await visitor.see(client_id=main))["error"] == "unauthorized_client"
    answer = await tenant.token("web")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "unauthorized_client",
            "error_description": "The client is registered for the grant type authorization_code alone.",
        },
    )


async def test_a_code_is_good_once_and_its_second_use_takes_everything_back(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    code = await visitor.allow()
    first = (await visitor.exchange(code)).json()
    assert await visitor.works(first["access_token"])
    again = await visitor.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not await visitor.works(first["access_token"])
    assert (await visitor.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_code_lives_for_a_minute(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    visitor = Visitor(opened(clock=clock))
    for seconds, status in ((59, 200), (60, 400)):
        code = await visitor.allow()
        clock.advance(seconds)
        assert (await visitor.exchange(code)).status_code == status


async def test_b5_a_code_needs_its_own_verifier_redirect_uri_and_client(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    other = tenant.credentials["clients"]["web_two"]
    for given in (
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:8000/other/callback"},
        {"client_id": other["client_id"], "client_secret": other["client_secret"]},
    ):
        answer = await visitor.exchange(await visitor.allow(), **given)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_verifier_without_a_challenge_proves_nothing(opened: Opened) -> None:
    visitor = Visitor(opened())
    plain: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    assert (await visitor.exchange(await visitor.allow(**plain))).status_code == 400
    assert (await visitor.exchange(await visitor.allow(**plain), code_verifier="")).status_code == 200
    strict = Visitor(opened(pkce="required"))
    assert returned(await strict.see(**plain))["error"] == "invalid_request"


async def test_consent_can_be_switched_to_an_answer_of_its_own(opened: Opened) -> None:
    for word, scope in (("allow", SCOPE), ("some", "core.common.read offline_access")):
        visitor = Visitor(opened(consent=word))
        code = returned(await visitor.see())["code"]
        assert (await visitor.exchange(code)).json()["scope"] == scope
    assert returned(await Visitor(opened(consent="deny")).see())["error"] == "access_denied"
    tenant = opened(consent="allow")
    hint = (await tenant.one("users/3"))["email"]
    code = returned(await Visitor(tenant).see(login_hint=hint))["code"]
    await Visitor(tenant).exchange(code)
    assert (await tenant.client.get("/_sandbox/grants")).json()["grants"][0]["user"] == 3


async def test_b4_the_issuer_goes_back_where_switched_on(opened: Opened) -> None:
    address = "https://demo.coupahost.test"
    right = Visitor(opened(consent="allow", iss="on", public_url=address))
    assert returned(await right.see())["iss"] == address
    assert (
        returned(await Visitor(opened(consent="deny", iss="wrong")).see())["iss"]
        == "https://somebody-else.example"
    )


async def test_the_session_can_be_left_and_cannot_be_made_up(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    await visitor.send({"user": "2"})
    assert "Allow access?" in (await visitor.see()).text
    await visitor.send({"answer": "switch"})
    assert "Sign in" in (await visitor.see()).text
    tenant.client.cookies.set("stand_in_session", "2." + "0" * 64)
    assert "Sign in" in (await visitor.see()).text
    for user in ("1", "x", ""):
        await visitor.send({"user": user})
        assert "Sign in" in (await visitor.see()).text


async def test_forms_of_other_sites_are_refused(tenant: Tenant) -> None:
    query = Visitor(tenant).query()
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = await tenant.client.post(PATH, params=query, data={"user": "2"}, headers=headers)
        assert answer.status_code == 403
    same = await tenant.client.post(
        PATH, params=query, data={"user": "2"}, headers={"origin": "http://stand-in"}
    )
    assert same.status_code == 303

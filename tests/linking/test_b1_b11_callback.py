"""B1-B6, B9-B11, B17: the vendor's answer is taken once, from the browser and for the integration that left."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.linking.pkce import challenge, new_verifier
from tests.house import SANDBOX, House
from tests.linking.browsing import (
    CALLBACK,
    KEY,
    OAUTH,
    Browser,
    Page,
    age_attempts,
    expire_tokens,
    link_token,
    linking_house,
    new_accounts,
    query_of,
    typed_key,
)

pytestmark = pytest.mark.anyio


def is_plain(page: Page, status: int) -> bool:
    """A page that tells nobody anything, is framed by nobody and leads nowhere."""
    policy = page.response.headers["content-security-policy"]
    return (page.status, page.state, page.message, page.reader.refresh) == (status, None, None, "") and (
        "frame-ancestors 'none'" in policy
    )


async def test_b1_an_unknown_state_gets_a_plain_page_and_nothing_is_stored(house: House) -> None:
    for query in ({}, {"state": "x"}, {"state": "x", "code": "y"}, {"code": "y"}, {"error": "access_denied"}):
        page = await Browser(house).open(f"{CALLBACK}?{urlencode(query)}")
        assert is_plain(page, 400)
    assert await new_accounts(house) == []


async def test_b1_a_state_that_is_too_old_is_refused(house: House) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house))
    await age_attempts(house)
    assert is_plain(await browser.open(back), 400)
    assert (await house.stats())["token_requests_by_grant"].get("authorization_code", 0) == 0


async def test_b1_a_state_that_was_used_is_refused_with_another_code(house: House) -> None:
    browser, token = Browser(house), await link_token(house)
    back = await browser.at_the_vendor(token)
    await browser.end(await browser.open(back))
    state = query_of(back)["state"]
    for query in ({"state": state, "code": "other"}, {"state": state}, {"state": state, "error": "x"}):
        assert is_plain(await browser.open(f"{CALLBACK}?{urlencode(query)}"), 400)
    assert len(await new_accounts(house)) == 1


async def test_b1_parameters_that_come_twice_are_refused(house: House) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house))
    for name in ("state", "code"):
        assert is_plain(await browser.open(f"{back}&{name}=other"), 400)


async def test_b2_a_login_that_began_in_another_browser_is_refused(house: House) -> None:
    victim = Browser(house)
    back = await Browser(house).at_the_vendor(await link_token(house))
    assert is_plain(await victim.open(back), 400)
    await victim.connect(await link_token(house))  # it has a cookie of its own now
    assert is_plain(await victim.open(back), 400)
    assert await new_accounts(house) == []


async def test_b2_a_code_that_came_back_is_spent_by_its_own_browser_alone(house: House) -> None:
    browser = Browser(house)
    testing = await browser.open(await browser.at_the_vendor(await link_token(house)))
    assert testing.state == "testing"
    assert is_plain(await Browser(house).open(testing.reader.refresh), 400)
    assert await new_accounts(house) == []
    assert (await browser.end(testing)).state == "done"


async def test_b2_the_cookie_is_the_hosts_alone(house: House) -> None:
    page = await Browser(house).connect(await link_token(house))
    assert re.fullmatch(
        r"__Host-koine-link=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure",
        page.response.headers["set-cookie"],
    )


async def test_b2_a_form_that_another_site_sends_is_refused(house: House) -> None:
    browser = Browser(house)
    page = await browser.connect(await link_token(house), integration="coupa", auth_format=OAUTH)
    for site in ("cross-site", "same-site"):
        answer = await browser.client.post(
            "/connect-account", data=page.fields, headers={"sec-fetch-site": site}
        )
        assert answer.status_code == 403


async def test_b3_a_code_for_one_integration_is_not_taken_for_another(house: House) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house))
    other = back.replace("/connect/coupa/", "/connect/other/")
    assert is_plain(await browser.open(other), 400)
    assert (await browser.end(await browser.open(back))).state == "done"


async def test_b4_an_answer_of_another_issuer_is_refused(house: House) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house))
    for issuer in ("https://somebody-else.example", f"{SANDBOX}/", SANDBOX.upper(), ""):
        assert is_plain(await browser.open(f"{back}&{urlencode({'iss': issuer})}"), 400)
    assert (await house.stats())["token_requests_by_grant"].get("authorization_code", 0) == 0
    done = await browser.end(await browser.open(f"{back}&{urlencode({'iss': SANDBOX})}"))
    assert done.state == "done"


async def test_b5_a_code_of_another_login_does_not_fit_the_verifier(house: House) -> None:
    """The attacker's code in the victim's callback: the vendor sees that it belongs to another challenge."""
    attacker, victim = Browser(house), Browser(house)
    stolen = query_of(await attacker.at_the_vendor(await link_token(house)))["code"]
    own = await victim.at_the_vendor(await link_token(house))
    injected = f"{CALLBACK}?{urlencode({'state': query_of(own)['state'], 'code': stolen})}"
    failed = await victim.end(await victim.open(injected))
    assert (failed.state, failed.message["error_type"]) == ("failed", "connection_error")
    assert "integrated_account_id" not in failed.message
    assert await new_accounts(house) == []


@given(st.builds(new_verifier))
def test_b6_a_verifier_is_long_random_and_only_challenged_by_s256(verifier: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
    assert verifier != new_verifier()
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert challenge(verifier) == {"code_challenge": digest, "code_challenge_method": "S256"}


async def test_b6_the_vendor_is_asked_with_a_challenge_and_the_verifier_stays_here(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(await link_token(house), integration="coupa", auth_format=OAUTH)
    leaving = await browser.send(shown)
    response = await browser.get(leaving.reader.refresh)
    asked = query_of(response.headers["location"])
    assert response.status_code == 303
    assert sorted(asked) == [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ]
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (CALLBACK, "S256")
    assert asked["scope"].split()[-1] == "offline_access"


async def test_b9_a_spent_link_token_tells_its_origins_and_an_unknown_one_nobody(house: House) -> None:
    token = await link_token(house, allowed_origins=["https://app.example.com"])
    browser = Browser(house)
    await browser.walk(token, KEY, typed_key(house))
    spent = await browser.connect(token)
    assert (spent.status, spent.state) == (410, "failed")
    assert (spent.message["result"], spent.message["error_type"]) == ("error", "invalid_token")
    assert spent.reader.main["data-origins"] == '["https://app.example.com"]'
    assert "frame-ancestors https://app.example.com" in spent.response.headers["content-security-policy"]
    last = "a" if token[-1] != "a" else "b"
    for unknown in ("", "x", token[:-1] + last, token + "a", token.upper()):
        assert is_plain(await browser.connect(unknown), 401)


async def test_b9_an_expired_link_token_is_of_no_use(house: House) -> None:
    token, browser = await link_token(house), Browser(house)
    shown = await browser.connect(token, integration="coupa", auth_format=KEY)
    await expire_tokens(house)
    for page in (await browser.connect(token), await browser.send(shown, **typed_key(house))):
        assert (page.status, page.message["error_type"]) == (410, "invalid_token")
    assert await new_accounts(house) == []


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_b10_of_fifty_tabs_that_finish_at_once_one_succeeds(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = {"database_url": request.getfixturevalue("postgres").fresh()} if database == "postgres" else {}
    async with linking_house(tmp_path, **url) as house:
        token = await link_token(house)
        shown = await Browser(house).connect(token, integration="coupa", auth_format=KEY)
        tabs = [Browser(house) for _ in range(50)]
        ready = [
            await tab.send(shown, csrf=f"{number:08d}-0000-4000-8000-000000000000", **typed_key(house))
            for number, tab in enumerate(tabs)
        ]
        assert {page.state for page in ready} == {"testing"}
        ended = await asyncio.gather(*(tab.end(page) for tab, page in zip(tabs, ready, strict=True)))
        assert sorted(str(page.state) for page in ended) == ["done"] + ["failed"] * 49
        assert {page.message["error_type"] for page in ended if page.state == "failed"} == {"invalid_token"}
        (account,) = await new_accounts(house)
        assert account["status"] == "active"


async def test_b11_a_refused_consent_has_a_way_on_and_its_words_are_escaped(house: House) -> None:
    browser, token = Browser(house), await link_token(house)
    state = query_of(await browser.at_the_vendor(token))["state"]
    evil = "<img src=x onerror=alert(1)>\"'"
    query = urlencode({"state": state, "error": "access_denied", "error_description": evil})
    failed = await browser.open(f"{CALLBACK}?{query}")
    assert (failed.state, failed.message["error"], failed.message["error_type"]) == (
        "failed",
        evil,
        "connection_error",
    )
    assert "<img" not in failed.response.text
    assert await new_accounts(house) == []
    ways = [link for link in failed.reader.links if "integration=coupa" in link]
    again = await browser.open(ways[0])
    assert again.state == "form"
    assert (await browser.end(await browser.send(again))).state == "done"


async def test_b11_a_client_secret_that_the_vendor_quotes_is_hidden(house: House) -> None:
    browser = Browser(house)
    token = await link_token(house, is_sandbox=False)
    shown = await browser.connect(token, integration="coupa", auth_format=OAUTH)
    leaving = await browser.send(
        shown, instance="acme.coupahost.com", client_id="me", client_secret="hush-hush-secret"
    )
    away = await browser.get(leaving.reader.refresh)
    state = query_of(away.headers["location"])["state"]
    query = urlencode({"state": state, "error": "x", "error_description": "bad hush-hush-secret"})
    assert (await browser.open(f"{CALLBACK}?{query}")).message["error"] == "bad ***"


async def test_b17_no_page_tells_its_address_or_is_kept(house: House) -> None:
    browser, token = Browser(house), await link_token(house)
    shown = await browser.connect(token, integration="coupa", auth_format=OAUTH)
    leaving = await browser.send(shown)
    away = await browser.get(leaving.reader.refresh)
    vendor = await browser.get(away.headers["location"])
    back = await browser.get(vendor.headers["location"])
    end = await browser.end(await browser.go(back))
    for response in (shown.response, leaving.response, away, back, end.response):
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
        assert "cross-origin-opener-policy" not in response.headers
    assert back.status_code == 303
    assert "code" not in back.headers["location"]
    for line in house.lines():
        assert query_of(vendor.headers["location"])["code"] not in str(line)
        assert token not in str(line)

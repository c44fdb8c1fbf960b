"""The authorization code flow: pages, the redirect, codes, refresh tokens of both kinds, and the end of a grant."""

from pathlib import Path

import httpx
import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.consenting import CALLBACK, PATH, REVOKE, STATE, TOKEN, Visitor, returned

pytestmark = pytest.mark.anyio

DAY = 86_400


async def later(account: Account, seconds: int) -> None:
    await account.client.post("/_sandbox/clock", json={"advance_seconds": seconds})


def refusal(answer: httpx.Response) -> tuple[int, object]:
    return answer.status_code, answer.json()


async def test_a_person_signs_in_sees_what_is_asked_and_allows_it(account: Account) -> None:
    visitor = Visitor(account)
    assert "Ada Lindqvist" in (await visitor.see()).text
    assert (await visitor.send({"user": "11:3"})).status_code == 303
    page = (await visitor.see()).text
    assert "Use the REST web services" in page
    assert "(Administrator), in account <strong>1234567</strong>" in page
    found = returned(await visitor.send({"answer": "allow"}))
    code = found.pop("code")
    assert found == {"state": STATE, "role": "3", "entity": "11", "company": "1234567"}
    answer = await visitor.exchange(code)
    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in told if name[-6:] != "_token"} == {
        "expires_in": 3600,
        "token_type": "bearer",
    }
    assert await visitor.works(told["access_token"])


async def test_the_token_acts_in_the_role_that_was_chosen(account: Account) -> None:
    token = (await Visitor(account).granted(user="13:1002"))["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    answer = await account.client.get("/services/rest/system/v1/governanceLimits", headers=headers)
    assert answer.status_code == 403


async def test_refusing_leads_back_without_a_code(account: Account) -> None:
    visitor = Visitor(account)
    await visitor.send({"user": "11:3"})
    assert returned(await visitor.send({"answer": "deny"})) == {"error": "access_denied", "state": STATE}


@pytest.mark.parametrize(
    "given", [{"client_id": "other"}, {"redirect_uri": "https://elsewhere.example/callback"}]
)
async def test_an_unknown_client_or_redirect_uri_ends_on_a_page(
    account: Account, given: dict[str, str]
) -> None:
    answer = await Visitor(account).see(**given)
    assert answer.status_code == 400
    assert "That did not work" in answer.text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"state": "short"}, "invalid_request"),
        ({"state": "x" * 1025}, "invalid_request"),
        ({"prompt": "always"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_what_is_wrong_otherwise_leads_back_with_an_error(
    account: Account, given: dict[str, str | None], error: str
) -> None:
    assert returned(await Visitor(account).see(**given))["error"] == error


async def test_a_public_client_must_bring_a_challenge_and_a_confidential_one_may(account: Account) -> None:
    bare = {"code_challenge": None, "code_challenge_method": None}
    assert returned(await Visitor(account, "public").see(**bare))["error"] == "invalid_request"
    visitor = Visitor(account)
    await visitor.send({"user": "11:3"}, **bare)
    code = returned(await visitor.send({"answer": "allow"}, **bare))["code"]
    assert (await visitor.exchange(code, code_verifier="")).status_code == 200


async def test_no_prompt_needs_an_earlier_consent_and_login_asks_who_it_is(account: Account) -> None:
    visitor = Visitor(account)
    assert returned(await visitor.see(prompt="none"))["error"] == "access_denied"
    await visitor.granted()
    assert returned(await visitor.see(prompt="none"))["entity"] == "11"
    assert "Whom do you want to be?" in (await visitor.see(prompt="login")).text
    assert "Allow access?" in (await visitor.see(prompt="consent")).text


async def test_forms_of_other_sites_and_cookies_of_others_count_for_nothing(account: Account) -> None:
    visitor = Visitor(account)
    answer = await account.client.post(
        PATH, params=visitor.query(), data={"user": "11:3"}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    account.client.cookies.set("stand_in_session", "11:3.forged")
    assert "Whom do you want to be?" in (await visitor.see()).text
    await visitor.send({"user": "13:3"})
    assert "Whom do you want to be?" in (await visitor.see()).text


async def test_a_code_works_once_for_ten_minutes_for_its_client_and_redirect_uri(account: Account) -> None:
    visitor = Visitor(account)
    code = (await visitor.allow())["code"]
    assert refusal(await Visitor(account, "web_two").exchange(code)) == (400, {"error": "invalid_grant"})
    assert (await visitor.exchange(code)).status_code == 200
    assert refusal(await visitor.exchange(code)) == (400, {"error": "invalid_grant"})
    assert (await account.stats())["codes_reused"] == 1
    elsewhere = await visitor.exchange((await visitor.allow())["code"], redirect_uri=CALLBACK + "2")
    assert refusal(elsewhere) == (400, {"error": "invalid_grant"})
    unproven = await visitor.exchange((await visitor.allow())["code"], code_verifier="w" * 43)
    assert refusal(unproven) == (400, {"error": "invalid_request"})
    code = (await visitor.allow())["code"]
    await later(account, 601)
    assert refusal(await visitor.exchange(code)) == (400, {"error": "invalid_grant"})


async def test_a_confidential_client_keeps_its_refresh_token_until_a_week_after_the_consent(
    account: Account,
) -> None:
    visitor = Visitor(account)
    token = (await visitor.granted())["refresh_token"]
    await later(account, 6 * DAY)
    renewed = (await visitor.refresh(token)).json()
    assert set(renewed) == {"access_token", "expires_in", "token_type"}
    assert await visitor.works(renewed["access_token"])
    await later(account, DAY)
    assert refusal(await visitor.refresh(token)) == (400, {"error": "invalid_grant"})
    assert (await account.stats())["refreshed"] == 1


async def test_a_public_client_gets_the_next_refresh_token_with_each_use(account: Account) -> None:
    visitor = Visitor(account, "public")
    first = (await visitor.granted())["refresh_token"]
    await later(account, DAY)
    second = (await visitor.refresh(first)).json()["refresh_token"]
    assert refusal(await visitor.refresh(first)) == (400, {"error": "invalid_grant"})
    assert (await account.stats())["refresh_reused"] == 1
    await later(account, 2 * DAY - 10)
    third = (await visitor.refresh(second)).json()["refresh_token"]
    await later(account, 2 * DAY)
    assert refusal(await visitor.refresh(third)) == (400, {"error": "invalid_grant"})


async def test_revoking_ends_the_grant_with_all_its_tokens(account: Account) -> None:
    visitor = Visitor(account)
    told = await visitor.granted()
    assert (await visitor.ask(REVOKE, token=told["refresh_token"])).status_code == 200
    assert not await visitor.works(told["access_token"])
    assert refusal(await visitor.refresh(told["refresh_token"])) == (400, {"error": "invalid_grant"})
    assert refusal(await visitor.ask(REVOKE)) == (400, {"error": "invalid_request"})
    shown = (await account.client.get("/_sandbox/grants")).json()["grants"]
    assert [(one["user"], one["revoked"]) for one in shown] == [(11, True)]


async def test_the_control_api_ends_grants_too(account: Account) -> None:
    visitor = Visitor(account)
    told = await visitor.granted()
    assert (await account.client.delete("/_sandbox/grants")).json() == {"revoked": 1}
    assert not await visitor.works(told["access_token"])


async def test_clients_that_do_not_prove_who_they_are_get_nothing(account: Account) -> None:
    visitor = Visitor(account)
    token = (await visitor.granted())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    known = visitor.known
    id_, secret = known["client_id"], known["client_secret"]
    named = {"client_id": id_, "client_secret": secret}
    for more in ({"client_id": id_}, named):
        answer = await account.client.post(TOKEN, data={**form, **more})
        assert refusal(answer) == (401, {"error": "invalid_client"})
    answer = await account.client.post(TOKEN, data=form, auth=(id_, "other"))
    assert refusal(answer) == (401, {"error": "invalid_client"})
    answer = await account.client.post(TOKEN, data={**form, **named}, auth=(id_, secret))
    assert refusal(answer) == (400, {"error": "invalid_request"})
    awkward = Visitor(account, "awkward")
    assert (await awkward.exchange((await awkward.allow())["code"])).status_code == 200
    assert refusal(await awkward.refresh(token)) == (400, {"error": "invalid_grant"})
    assert refusal(await awkward.refresh("a.b.c")) == (400, {"error": "invalid_grant"})


async def test_consents_can_be_given_by_switch_and_name_another_company(opened: Opened) -> None:
    found = returned(await Visitor(opened(consent="allow", company="7654321")).see())
    assert (found["entity"], found["role"], found["company"]) == ("12", "1001", "7654321")
    assert returned(await Visitor(opened(consent="deny")).see())["error"] == "access_denied"


async def test_invalid_grant_is_a_fault_of_the_token_endpoint(account: Account) -> None:
    visitor = Visitor(account)
    token = (await visitor.granted())["refresh_token"]
    await account.fault(kind="invalid_grant", count=1)
    assert refusal(await visitor.refresh(token)) == (400, {"error": "invalid_grant"})
    assert (await visitor.refresh(token)).status_code == 200


async def test_consents_outlive_a_restart_in_their_file(opened: Opened, tmp_path: Path) -> None:
    token = (await Visitor(opened(data=tmp_path / "consents.json")).granted())["refresh_token"]
    assert (await Visitor(opened(data=tmp_path / "consents.json")).refresh(token)).status_code == 200


async def test_each_host_serves_its_part_of_the_flow(account: Account) -> None:
    query = Visitor(account).query()
    for host, status in (
        ("https://1234567.app.netsuite.com", 200),
        ("https://system.netsuite.com", 200),
        ("http://stand-in/1234567", 200),
        ("https://1234567.suitetalk.api.netsuite.com", 404),
        ("https://1234567-sb1.app.netsuite.com", 400),
    ):
        assert (await account.client.get(f"{host}{PATH}", params=query)).status_code == status

"""Hosts and accounts, paths and verbs, and what every error answer looks like."""

import httpx
import pytest

from tests.sandbox_netsuite.conftest import Account, Opened

pytestmark = pytest.mark.anyio

LIMITS = "/system/v1/governanceLimits"
W3 = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"


async def test_a_call_without_credentials_is_an_invalid_login(account: Account) -> None:
    answer = await account.client.get(f"/services/rest{LIMITS}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/vnd.oracle.resource+json; type=error"
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"


async def test_paths_and_verbs_that_are_not_there_are_refused_after_the_login(account: Account) -> None:
    assert (await account.client.get("/services/rest/nothing/v1")).status_code == 401
    for method, path, status, code in (
        ("GET", "/nothing/v1", 404, "NONEXISTENT_ID"),
        ("POST", LIMITS, 405, "INVALID_REQUEST"),
    ):
        answer = await account.call(method, path)
        assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (status, code)


async def test_options_of_all_tell_whether_credentials_hold(account: Account) -> None:
    assert (await account.call("OPTIONS", "/*")).status_code == 200
    assert (await account.client.options("/services/rest/*")).status_code == 401


async def test_the_stand_in_has_a_page_of_its_own(account: Account) -> None:
    await account.get(LIMITS, "admin")
    page = (await account.client.get("/_sandbox")).text
    assert "NetSuite <span>stand-in</span>" in page
    assert f"/services/rest{LIMITS}" in page


async def test_the_type_of_an_error_is_whatever_the_switch_says(opened: Opened) -> None:
    found = [
        (await opened(error_type=word).get("/nothing/v1")).json()["type"] for word in ("w3", "rfc", "object")
    ]
    assert found == [W3, "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5", {"uri": W3}]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://stand-in/services/rest", 200),
        ("http://stand-in/1234567/services/rest", 200),
        ("https://1234567.suitetalk.api.netsuite.com/services/rest", 200),
        ("http://stand-in/1234567-sb1/services/rest", 401),
        ("https://1234567-sb1.suitetalk.api.netsuite.com/services/rest", 401),
        ("https://7654321.suitetalk.api.netsuite.com/services/rest", 404),
        ("https://1234567.app.netsuite.com/services/rest", 404),
        ("https://system.netsuite.com/services/rest", 404),
    ],
)
async def test_host_or_prefix_name_the_account_and_its_tokens_hold_there_alone(
    account: Account, address: str, status: int
) -> None:
    answer = await account.client.get(f"{address}{LIMITS}", headers=account.tenant.bearer("admin"))
    assert answer.status_code == status


async def test_control_api_expires_tokens_and_records_what_came(account: Account) -> None:
    headers = account.tenant.bearer("admin")

    async def status() -> int:
        answer: httpx.Response = await account.client.get(f"/services/rest{LIMITS}", headers=headers)
        return answer.status_code

    assert await status() == 200
    await account.fault(kind="expire_tokens")
    assert [await status(), await status()] == [401, 401]
    assert (await account.get(LIMITS, "admin")).status_code == 200
    assert (await account.stats())["by_path"] == {f"/services/rest{LIMITS}": 4}


async def test_a_token_dies_when_its_hour_is_over(account: Account) -> None:
    headers = account.tenant.bearer("admin")
    await account.client.post("/_sandbox/clock", json={"advance_seconds": 3601})
    answer = await account.client.get(f"/services/rest{LIMITS}", headers=headers)
    assert answer.status_code == 401

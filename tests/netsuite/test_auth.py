"""The ways into NetSuite that need no person: keys of both kinds, tokens, and what an account id may look like."""

from typing import Any

import httpx
import pytest

from auth.connection import fill
from providers.registry import PROVIDERS
from tests.house import House, link

pytestmark = pytest.mark.anyio
CLIENT, TOKEN = "oauth2_client_credentials", "oauth"
NETSUITE = PROVIDERS["netsuite"]


def known(house: House, name: str, *fields: str) -> dict[str, str]:
    client = house.credentials["clients"][name]
    return {field: client[field] for field in ("account_id", *fields)}


def by_token(house: House, name: str = "main") -> dict[str, str]:
    return known(house, name, "consumer_key", "consumer_secret", "token_id", "token_secret")


def by_key(house: House, name: str = "main", kind: str = "") -> dict[str, str]:
    return {
        **known(house, name, "client_id"),
        "certificate_id": house.credentials["clients"][name][f"{kind}certificate_id"],
        "private_key": house.credentials["clients"][name][f"{kind}private_key"],
    }


async def ask(house: House, account: dict[str, Any], query: str = "limit=1") -> httpx.Response:
    path = f"/proxy/query/v1/suiteql?{query}&integrated_account_id={account['id']}"
    sent = {"q": "SELECT id FROM currency ORDER BY id"}
    return await house.client.post(path, json=sent, headers={"prefer": "transient"})


@pytest.mark.parametrize("kind", ["", "rsa_"])
async def test_a_key_of_either_kind_signs_in_and_its_token_is_renewed(house: House, kind: str) -> None:
    given = by_key(house, kind=kind)
    account = await link(house, given, CLIENT)
    assert (account["status"], account["last_error"]) == ("active", None)
    shown = {name: given[name] for name in ("account_id", "client_id", "certificate_id")}
    assert account["context"] == shown
    await house.fault(kind="expire_tokens")
    before = (await house.stats())["token_requests"]
    assert (await ask(house, account)).status_code == 200
    assert (await house.stats())["token_requests"] == before + 1


async def test_a_certificate_that_is_no_longer_known_asks_for_a_reconnect_and_says_why(house: House) -> None:
    account = await link(house, by_key(house), CLIENT)
    await house.fault(kind="revoke_client")
    await house.fault(kind="expire_tokens")
    said = (
        "The vendor refused the credentials: invalid_client (the certificate of its key may have expired or been "
        "withdrawn: reconnect the account with a new one)"
    )
    for _ in range(2):
        answer = await ask(house, account)
        assert (answer.status_code, answer.json()["message"]) == (401, said)
    found = (await house.client.get(f"/integrated-account/{account['id']}")).json()
    assert (found["status"], found["last_error"]) == ("needs_reauth", said)


@pytest.mark.parametrize("name", ["main", "awkward"])
async def test_a_token_signs_every_call(house: House, name: str) -> None:
    account = await link(house, by_token(house, name), TOKEN)
    assert (account["status"], account["last_error"]) == ("active", None)
    before = (await house.stats())["token_requests"]
    assert (await ask(house, account)).status_code == 200
    assert (await house.stats())["token_requests"] == before
    last = (await house.log())[-1]
    assert last["status"] == 200


@pytest.mark.parametrize(
    "query",
    [
        "q=companyName+START_WITH+%22A%26B%22&limit=1",
        "q=companyName%20START_WITH%20%22A%26B%22&limit=1",
        "limit=1&q=email%20IS%20a%2bb%40c.de",
        "limit=1&q=companyName%20IS%20%22%C3%A9%22",
        "limit=1&&x&y=&=z&a=%zz&b='()*!~-._",
    ],
)
async def test_whatever_a_caller_writes_into_a_query_is_signed_as_it_is_sent(
    house: House, query: str
) -> None:
    account = await link(house, by_token(house), TOKEN)
    await ask(house, account, query)
    assert (await house.log())[-1]["status"] != 401
    assert (await house.stand_in.get("/_sandbox/audit")).json() == {"failures": []}


async def test_a_token_turned_down_is_tried_once_more_signed_anew(house: House) -> None:
    account = await link(house, by_token(house), TOKEN)
    change = {"context": {"token_secret": "x" * 64}}
    refused = await house.client.patch(f"/integrated-account/{account['id']}/credentials", json=change)
    assert refused.status_code == 401
    tries = [one for one in await house.log() if one["status"] == 401]
    assert len(tries) == 2
    assert len({one["headers"]["authorization"] for one in tries}) == 2
    assert (await ask(house, account)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1234567", "1234567"),
        (" 1234567-sb1 ", "1234567_SB1"),
        ("1234567_sb1", "1234567_SB1"),
        ("https://1234567-sb1.app.netsuite.com/app/center/card.nl?sc=-29", "1234567_SB1"),
        ("tstdrv987654.suitetalk.api.netsuite.com", "TSTDRV987654"),
    ],
)
def test_an_account_id_is_read_however_it_is_pasted(typed: str, kept: str) -> None:
    assert NETSUITE.variables[0].read(typed) == kept
    slug = kept.lower().replace("_", "-")
    assert (
        fill(NETSUITE, NETSUITE.origin, {"account_id": kept}) == f"https://{slug}.suitetalk.api.netsuite.com"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "evil.com",
        "https://evil.com/.netsuite.com",
        "1234567.evil.com",
        "a/b",
        "1234567_SB1_X",
        "1" * 21,
        "é1",
        "1234567ſ",
        "1234567ß",
        "https://system.netsuite.com/app/center/card.nl?c=1234567",
        "1234567-",
        "1234567.app.netsuite.com.evil.com",
        "1234567.app.netsuite.com@evil.com",
    ],
)
def test_b18_what_is_no_account_id_never_becomes_a_host(typed: str) -> None:
    assert NETSUITE.variables[0].read(typed) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_id", "1234567.evil.com"),
        ("private_key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
    ],
)
async def test_what_does_not_fit_is_named_before_anything_is_sent(
    house: House, field: str, value: str
) -> None:
    before = (await house.stats())["requests"]
    body = {
        "tenant_id": "acme",
        "environment_integration_id": house.integration,
        "authentication_method": CLIENT,
        "context": {**by_key(house), field: value},
        "is_sandbox": True,
    }
    answer = await house.client.post("/integrated-account", json=body)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["details"]["failures"]] == [f"context.{field}"]
    assert (await house.stats())["requests"] == before

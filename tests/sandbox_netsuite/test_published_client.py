"""A published client drives the stand-in's process: with signatures, and with a consent in a browser's place."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from requests_oauthlib import OAuth1Session, OAuth2Session

ROOT = Path(__file__).parents[2]
CALLBACK = "http://127.0.0.1:8000/connect/netsuite/callback"
LINES = "SELECT transaction, id, quantity FROM transactionline ORDER BY transaction, id"


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Any]]:
    """What the process says once it answers."""
    command = [sys.executable, "-m", "sandbox", "netsuite", "--json", "--switch", "work_seconds=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        yield orjson.loads(process.stdout.readline())
        process.terminate()


def signing(credentials: dict[str, Any], **more: Any) -> OAuth1Session:
    return OAuth1Session(
        credentials["consumer_key"],
        client_secret=credentials["consumer_secret"],
        resource_owner_key=credentials["token_id"],
        resource_owner_secret=credentials["token_secret"],
        realm=credentials["account_id"],
        signature_method="HMAC-SHA256",
        **more,
    )


@pytest.mark.parametrize("more", [{}, {"force_include_body": True}])
def test_signed_queries_follow_the_next_links_through_thousands_of_rows(
    told: dict[str, Any], more: dict[str, Any]
) -> None:
    found, link = [], f"{told['url']}/services/rest/query/v1/suiteql?limit=500&offset=0"
    with signing(told["credentials"], **more) as session:
        while link:
            answer = session.post(link, json={"q": LINES}, headers={"Prefer": "transient"})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += [(int(row["transaction"]), int(row["id"])) for row in page["items"]]
            link = next((one["href"] for one in page["links"] if one["rel"] == "next"), "")
    assert len(found) == page["totalResults"] > 2500
    assert found == sorted(set(found))


def test_a_signature_by_another_secret_is_turned_away(told: dict[str, Any]) -> None:
    with signing({**told["credentials"], "token_secret": "other"}) as session:
        answer = session.get(f"{told['url']}/services/rest/system/v1/governanceLimits")
    assert answer.status_code == 401
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"


def test_a_consent_becomes_a_session_that_renews_itself(
    told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    url, known = told["url"], told["credentials"]["clients"]["web"]
    login, token_url = f"{url}/app/login/oauth2/authorize.nl", f"{url}/services/rest/auth/oauth2/v1/token"
    client, secret = known["client_id"], known["client_secret"]
    with OAuth2Session(client, redirect_uri=CALLBACK, scope="rest_webservices", pkce="S256") as session:
        address, _ = session.authorization_url(login)
        back = consent(address)
        assert "entity=11" in back
        assert "company=1234567" in back
        answer = session.fetch_token(token_url, authorization_response=back, auth=(client, secret))
        limits = f"{url}/services/rest/system/v1/governanceLimits"
        assert session.get(limits).json()["accountConcurrencyLimit"] == 5
        requests.post(f"{url}/_sandbox/clock", json={"advance_seconds": 3600}, timeout=5)
        assert session.get(limits).status_code == 401
        renewed = session.refresh_token(token_url, auth=(client, secret))
        assert renewed["refresh_token"] == answer["refresh_token"]
        assert session.get(limits).status_code == 200


def consent(address: str) -> str:
    """Walks the pages as an administrator who allows; the address that the browser is sent to in the end."""
    with requests.Session() as browser:
        assert "Sign in" in browser.get(address, timeout=5).text
        assert "Allow access?" in browser.post(address, data={"user": "11:3"}, timeout=5).text
        answer = browser.post(address, data={"answer": "allow"}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302
        return answer.headers["location"]

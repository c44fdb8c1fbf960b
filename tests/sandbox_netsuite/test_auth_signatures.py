"""Token-based authentication: the signatures of published clients open the account, and nothing else does."""

import time
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client

from sandbox.netsuite.oauth1 import base_string, read_header, signature
from tests.sandbox_netsuite.conftest import Account, Opened

pytestmark = pytest.mark.anyio

HOST = "https://1234567-sb1.suitetalk.api.netsuite.com"
LIMITS = "http://stand-in/services/rest/system/v1/governanceLimits"
TERMS = {
    "oauth_consumer_key": "ck-0001",
    "oauth_token": "tk-0001",
    "oauth_nonce": "n0nce-abcdef",
    "oauth_timestamp": "1700000000",
    "oauth_signature_method": "HMAC-SHA256",
    "oauth_version": "1.0",
}
VECTORS = [
    (
        *("POST", "/services/rest/query/v1/suiteql", {"limit": "50", "offset": "0"}, {}),
        "tjuFgDQ9dIF/d52n4L1vUtBIjXlPi/Pph3K27q7npeM=",
    ),
    (
        *("POST", "/services/rest/query/v1/suiteql", {"limit": "50", "offset": "0"}),
        {"oauth_body_hash": "TkE0KQImURkwXKv/yndfP86Pu9A="},
        "qqeQ7sReQwY+053IoxaPMxXuf4VK8XFKycKSTuGrnAg=",
    ),
    (
        *("GET", "/services/rest/record/v1/vendor"),
        {"q": 'companyName START_WITH "A&B" AND isInactive IS false', "limit": "2"},
        {},
        "b3nGfe2h3382DPja+k55AGWJTdMnUktJDRIitYeL8sI=",
    ),
]


@pytest.mark.parametrize(("method", "path", "query", "further", "expected"), VECTORS)
async def test_the_known_requests_have_the_known_signatures(
    method: str, path: str, query: dict[str, str], further: dict[str, str], expected: str
) -> None:
    base = base_string(method, HOST + path, [*query.items(), *TERMS.items(), *further.items()])
    assert signature(base, "cs-secret/+", "ts secret") == expected


def signed(account: Account, url: str = LIMITS, client: str = "admin", **given: Any) -> dict[str, str]:
    """The headers that oauthlib makes; `given` are words for its client."""
    known = account.credentials["clients"][client]
    signer = Client(
        known["consumer_key"],
        **{
            "client_secret": known["consumer_secret"],
            "resource_owner_key": known["token_id"],
            "resource_owner_secret": known["token_secret"],
            "realm": known["account_id"],
            "signature_method": SIGNATURE_HMAC_SHA256,
            **given,
        },
    )
    _, headers, _ = signer.sign(url, http_method="GET")
    return {"authorization": headers["Authorization"]}


async def status(account: Account, headers: dict[str, str], url: str = LIMITS) -> int:
    answer = await account.client.get(url, headers=headers)
    return answer.status_code


async def audit(account: Account) -> list[str]:
    found: list[str] = (await account.client.get("/_sandbox/audit")).json()["failures"]
    return found


@pytest.mark.parametrize(
    "url",
    [
        LIMITS,
        f"{LIMITS}?q=a%20b+c&q=%26%3D&empty=&%C3%A9=~%7E",
        "http://stand-in/1234567/services/rest/system/v1/governanceLimits?limit=2",
        "https://1234567.suitetalk.api.netsuite.com/services/rest/system/v1/governanceLimits?b=2&a=1",
        "http://stand-in:80/services/rest/system/v1/governanceLimits",
    ],
)
async def test_a_published_signer_is_accepted_wherever_the_account_answers(
    account: Account, url: str
) -> None:
    assert await status(account, signed(account, url), url) == 200


async def test_secrets_with_odd_characters_sign_as_well(account: Account) -> None:
    answer = await account.client.get(LIMITS, headers=signed(account, client="awkward"))
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
        403,
        "INSUFFICIENT_PERMISSION",
    )


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"client_secret": "other"}, "the signature is wrong"),
    ({"resource_owner_secret": "other"}, "the signature is wrong"),
    ({"resource_owner_key": "other"}, "consumer key and token are not known together"),
    ({"realm": "1234567_SB1"}, "the realm is another account"),
    ({"realm": None}, "no realm"),
    ({"nonce": "short"}, "the nonce is too short"),
    ({"timestamp": "1700000000"}, "the timestamp is out of bounds"),
    ({"timestamp": "soon"}, "the timestamp is out of bounds"),
    ({"timestamp": str(int(time.time()) - 400)}, "the timestamp is out of bounds"),
    ({"signature_method": SIGNATURE_HMAC_SHA1}, "the signature method or version is not offered"),
]


@pytest.mark.parametrize(("given_", "reason"), WRONG)
async def test_whatever_is_wrong_gets_the_same_answer_and_a_line_in_the_audit_trail(
    account: Account, given_: dict[str, Any], reason: str
) -> None:
    answer = await account.client.get(LIMITS, headers=signed(account, **given_))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'OAuth realm="1234567", error="token_rejected", error_description="Invalid login attempt."'
    )
    assert answer.json() == {
        "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
        "title": "Unauthorized",
        "status": 401,
        "o:errorDetails": [
            {
                "detail": "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
                "Setup > Users/Roles > User Management > View Login Audit Trail.",
                "o:errorCode": "INVALID_LOGIN",
            }
        ],
    }
    assert await audit(account) == [reason]


async def test_a_token_of_another_consumer_does_not_sign(account: Account) -> None:
    other = account.credentials["clients"]["main"]
    headers = signed(account, resource_owner_key=other["token_id"])
    assert await status(account, headers) == 401


async def test_a_signature_holds_for_its_own_request_alone_and_once(account: Account) -> None:
    headers = signed(account)
    assert await status(account, headers, f"{LIMITS}?limit=1") == 401
    assert [await status(account, headers), await status(account, headers)] == [200, 401]
    assert (await audit(account))[-1] == "timestamp and nonce were used before"


@pytest.mark.parametrize(
    "text", ["OAuth", "OAuth nonsense", 'OAuth realm="1234567', "Basic YTpi", "Bearer x"]
)
async def test_headers_that_say_nothing_are_invalid_logins(account: Account, text: str) -> None:
    assert await status(account, {"authorization": text}) == 401


async def test_callers_need_not_know_how_far_the_stand_ins_clock_was_advanced(account: Account) -> None:
    await account.client.post("/_sandbox/clock", json={"advance_seconds": 86_400})
    assert await status(account, signed(account)) == 200


async def test_a_revoked_client_and_a_flapping_login_are_faults(opened: Opened) -> None:
    account = opened()
    await account.fault(kind="invalid_login", count=1)
    assert [await status(account, signed(account)) for _ in range(2)] == [401, 200]
    await account.fault(kind="revoke_client")
    assert await status(account, signed(account)) == 401


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=4),
    st.sampled_from([", ", ",", ",  "]),
)
@settings(max_examples=40, deadline=None)
def test_a_header_is_read_whatever_its_pairs_hold(pairs: dict[str, str], joint: str) -> None:
    named = {f"oauth_x{number}": value for number, value in enumerate(pairs.values())}
    text = joint.join(f'{name}="{httpx.QueryParams({"v": value})}"' for name, value in named.items())
    assert read_header(f"OAuth {text.replace('+', '%20')}") == {
        name: f"v={value}" for name, value in named.items()
    }

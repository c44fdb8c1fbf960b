"""OAuth 2.0 client credentials: signed assertions are held against the certificates of the account."""

import contextlib
import datetime
import time
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from sandbox.clock import Clock
from sandbox.netsuite import jws
from sandbox.netsuite.assertions import read_assertion
from sandbox.netsuite.registry import registry
from sandbox.netsuite.scopes import Refused
from tests.sandbox_netsuite.conftest import Account, Opened

pytestmark = pytest.mark.anyio

PATH = "/services/rest/auth/oauth2/v1/token"
URL = f"https://1234567.suitetalk.api.netsuite.com{PATH}"
LIMITS = "/services/rest/system/v1/governanceLimits"
FORM = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}
ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "RS256", "HS256"]


def assertion(
    account: Account,
    client: str = "admin",
    *,
    alg: str = "ES256",
    kid: str | None = None,
    key: str | None = None,
    **claims: Any,
) -> str:
    """As joserfc signs it; None leaves a claim out."""
    known, now = account.credentials["clients"][client], int(time.time())
    kind = "rsa_" if alg[:2] in ("PS", "RS") else ""
    usual = {
        "iss": known["client_id"],
        "scope": ["rest_webservices"],
        "aud": URL,
        "iat": now - 5,
        "exp": now + 300,
    }
    told = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    header = {"typ": "JWT", "alg": alg, "kid": kid or known[f"{kind}certificate_id"]}
    pem = key or known[f"{kind}private_key"]
    private = RSAKey.import_key(pem) if kind else ECKey.import_key(pem)
    return jwt.encode(header, told, private, algorithms=ALGORITHMS)


async def ask(account: Account, text: str, **form: str) -> httpx.Response:
    return await account.client.post(PATH, data={**FORM, "client_assertion": text, **form})


async def audit(account: Account) -> list[str]:
    found: list[str] = (await account.client.get("/_sandbox/audit")).json()["failures"]
    return found


@pytest.mark.parametrize("alg", ["PS256", "PS384", "PS512", "ES256"])
async def test_an_assertion_is_exchanged_for_a_token_that_works(account: Account, alg: str) -> None:
    answer = await ask(account, assertion(account, alg=alg))
    assert answer.status_code == 200
    token = answer.json().pop("access_token")
    assert answer.json() == {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
    headers = {"authorization": f"Bearer {token}"}
    assert (await account.client.get(LIMITS, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "scope",
    ["rest_webservices", "restlets,rest_webservices", "restlets, rest_webservices", ["rest_webservices"]],
)
async def test_scopes_come_as_a_list_or_as_text(account: Account, scope: Any) -> None:
    assert (await ask(account, assertion(account, scope=scope))).status_code == 200


@pytest.mark.parametrize(
    "aud",
    [
        URL.replace("suitetalk", "restlets"),
        f"http://stand-in{PATH}",
        f"http://127.0.0.1:0{PATH}",
        f"http://127.0.0.1:0/1234567{PATH}",
        [URL],
    ],
)
async def test_the_audience_is_any_address_of_the_accounts_token_endpoint(account: Account, aud: Any) -> None:
    assert (await ask(account, assertion(account, aud=aud))).status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "other"}, "kid and iss are not known together"),
        ({"kid": "other"}, "kid and iss are not known together"),
        ({"aud": URL.replace("1234567", "7654321")}, "aud is not the token endpoint"),
        ({"aud": None}, "aud is not the token endpoint"),
        ({"exp": None}, "iat and exp are not both there"),
        (
            {"iat": time.time() - 90_000, "exp": time.time() - 86_400},
            "iat and exp do not span the present, or too much",
        ),
        ({"iat": time.time() + 86_400}, "iat and exp do not span the present, or too much"),
        ({"exp": time.time() + 86_400}, "iat and exp do not span the present, or too much"),
    ],
)
async def test_claims_that_do_not_hold_are_an_invalid_client(
    account: Account, claims: dict[str, Any], reason: str
) -> None:
    answer = await ask(account, assertion(account, **claims))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert answer.headers["www-authenticate"] == 'Basic realm="1234567"'
    assert await audit(account) == [f"invalid_client: {reason}"]


async def test_other_algorithms_keys_and_signatures_are_an_invalid_client(account: Account) -> None:
    stranger = new_key(ec.generate_private_key(ec.SECP256R1()))
    swapped = account.credentials["clients"]["main"]["private_key"]
    texts = [
        assertion(account, alg="RS256"),
        assertion(account, key=stranger),
        assertion(account, key=swapped),
        assertion(account, kid=account.credentials["clients"]["admin"]["rsa_certificate_id"]),
        assertion(account)[:-4] + "AAAA",
    ]
    for text in texts:
        answer = await ask(account, text)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert [line.partition(": ")[2] for line in await audit(account)] == [
        "unknown algorithm",
        "wrong signature",
        "wrong signature",
        "the key is for another algorithm",
        "wrong signature",
    ]


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password"},
        {"grant_type": ""},
        {"client_assertion_type": "jwt"},
        {"client_assertion": ""},
        {"client_assertion": "a.b.c"},
        {"client_assertion": "a.b"},
    ],
)
async def test_missing_and_malformed_parameters_are_an_invalid_request(
    account: Account, form: dict[str, str]
) -> None:
    answer = await ask(account, assertion(account), **form)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


async def test_a_body_of_another_type_and_a_second_identity_are_an_invalid_request(account: Account) -> None:
    text = assertion(account)
    as_json = await account.client.post(PATH, json={**FORM, "client_assertion": text})
    headers = {"authorization": "Basic YTpi"}
    twice = await account.client.post(PATH, data={**FORM, "client_assertion": text}, headers=headers)
    for answer in (as_json, twice):
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


@pytest.mark.parametrize("scope", [None, "", "everything", "mcp,rest_webservices"])
async def test_scopes_that_are_not_there_are_an_invalid_scope(account: Account, scope: str | None) -> None:
    answer = await ask(account, assertion(account, scope=scope))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


async def test_a_token_for_restlets_alone_opens_no_records(account: Account) -> None:
    token = (await ask(account, assertion(account, scope="restlets"))).json()["access_token"]
    answer = await account.client.get(LIMITS, headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
        403,
        "INSUFFICIENT_PERMISSION",
    )


async def test_a_certificate_runs_out_after_two_years(account: Account) -> None:
    await account.client.post("/_sandbox/clock", json={"advance_seconds": 731 * 86_400})
    answer = await ask(account, assertion(account))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert await audit(account) == ["invalid_client: the certificate is out of date"]


async def test_an_uploaded_certificate_counts_until_it_is_revoked(account: Account) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    body = {"client": "admin", "certificate": certificate(key)}
    id_ = (await account.client.post("/_sandbox/certificates", json=body)).json()["certificate_id"]

    async def found() -> int:
        answer = await ask(account, assertion(account, alg="ES384", kid=id_, key=new_key(key)))
        return answer.status_code

    assert await found() == 200
    assert (await account.client.delete(f"/_sandbox/certificates/{id_}")).status_code == 200
    assert await found() == 401
    assert (await account.client.delete(f"/_sandbox/certificates/{id_}")).status_code == 404
    assert (await account.client.post("/_sandbox/certificates", json={"certificate": "x"})).status_code == 400


async def test_a_short_rsa_key_is_not_taken(account: Account) -> None:
    key = rsa.generate_private_key(65537, 2048)
    body = {"client": "admin", "certificate": certificate(key)}
    id_ = (await account.client.post("/_sandbox/certificates", json=body)).json()["certificate_id"]
    answer = await ask(account, assertion(account, alg="PS256", kid=id_, key=new_key(key)))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_nothing_is_shared_between_production_and_its_sandbox(account: Account) -> None:
    url = URL.replace("1234567", "1234567-sb1")
    answer = await account.client.post(url, data={**FORM, "client_assertion": assertion(account, aud=url)})
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_switches_and_faults_of_the_token_endpoint(opened: Opened) -> None:
    account = opened(expires_in="string", token_ttl=60)
    assert (await ask(account, assertion(account))).json()["expires_in"] == "60"
    await account.fault(kind="token_500", count=1)
    assert (await ask(account, assertion(account))).status_code == 500
    await account.fault(kind="token_not_ready", delay=5)
    token = (await ask(account, assertion(account))).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert (await account.client.get(LIMITS, headers=headers)).status_code == 401
    await account.client.post("/_sandbox/clock", json={"advance_seconds": 6})
    assert (await account.client.get(LIMITS, headers=headers)).status_code == 200
    await account.fault(kind="revoke_client")
    assert (await ask(account, assertion(account))).json() == {"error": "invalid_client"}


async def test_the_seed_alone_decides_ids_and_keys(opened: Opened) -> None:
    first, again, other = opened(seed=1).credentials, opened(seed=1).credentials, opened(seed=2).credentials
    assert first == again
    names = ("client_id", "client_secret", "token_id", "token_secret", "certificate_id", "private_key")
    assert [name for name in names if first[name] == other[name]] == []
    assert isinstance(load_pem_private_key(first["rsa_private_key"].encode(), None), rsa.RSAPrivateKey)


def new_key(key: Any) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def certificate(key: Any) -> str:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    span = draft.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    return span.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "iat", "exp", "scope", "jti"]),
        st.none()
        | st.booleans()
        | st.integers(-(10**12), 10**12)
        | st.text(max_size=9)
        | st.lists(st.text(max_size=5) | st.dictionaries(st.text(max_size=2), st.none()), max_size=3),
        max_size=3,
    )
)
@settings(max_examples=40, deadline=None)
def test_claims_of_any_shape_are_refused_in_words(claims: dict[str, Any]) -> None:
    registry_ = registry(1, "1234567", time.time())
    machine, now = registry_.machines["admin"], int(time.time())
    id_, key = next(iter(machine.keys.items()))
    usual = {"iss": machine.token.actor.integration.client_id, "aud": URL, "iat": now, "exp": now + 60}
    text = jws.sign(key, "ES256", {"kid": id_}, {**usual, **claims})
    with contextlib.suppress(Refused):
        read_assertion(text, registry_, Clock(), (URL,))

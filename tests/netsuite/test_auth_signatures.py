"""OAuth 1.0a: signatures are those of the reference's vectors, and of a verifier that reads the bytes on the wire."""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, unquote_to_bytes

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auth.oauth1 import signature
from proxy.addresses import exact_url

SECRETS = ("cs-secret/+", "ts secret")
PROTOCOL = [
    ("oauth_consumer_key", "ck-0001"),
    ("oauth_token", "tk-0001"),
    ("oauth_signature_method", "HMAC-SHA256"),
    ("oauth_timestamp", "1700000000"),
    ("oauth_nonce", "n0nce-abcdef"),
    ("oauth_version", "1.0"),
]
ORIGIN = "https://1234567-sb1.suitetalk.api.netsuite.com"
QUERIES = f"{ORIGIN}/services/rest/query/v1/suiteql?limit=50&offset=0"
SEARCH = 'companyName START_WITH "A&B" AND isInactive IS false'
VENDORS = f"{ORIGIN}/services/rest/record/v1/vendor?q={quote(SEARCH)}&limit=2"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("request_", "more", "expected"),
    [
        (httpx.Request("POST", QUERIES), [], "tjuFgDQ9dIF/d52n4L1vUtBIjXlPi/Pph3K27q7npeM="),
        (
            httpx.Request("POST", QUERIES, content=b'{"q":"x"}', headers=JSON),
            [("oauth_body_hash", "TkE0KQImURkwXKv/yndfP86Pu9A=")],
            "qqeQ7sReQwY+053IoxaPMxXuf4VK8XFKycKSTuGrnAg=",
        ),
        (
            httpx.Request("POST", QUERIES, content=b'{"q":"x"}', headers=JSON),
            [],
            "tjuFgDQ9dIF/d52n4L1vUtBIjXlPi/Pph3K27q7npeM=",
        ),
        (httpx.Request("GET", VENDORS), [], "b3nGfe2h3382DPja+k55AGWJTdMnUktJDRIitYeL8sI="),
        (
            httpx.Request("GET", VENDORS.replace("%20", "+")),
            [],
            "b3nGfe2h3382DPja+k55AGWJTdMnUktJDRIitYeL8sI=",
        ),
    ],
)
def test_the_references_vectors(request_: httpx.Request, more: list[tuple[str, str]], expected: str) -> None:
    assert signature(request_, [*PROTOCOL, *more], *SECRETS) == expected


def test_a_forms_members_are_signed_and_a_json_body_is_not() -> None:
    plain = signature(httpx.Request("POST", QUERIES), PROTOCOL, *SECRETS)
    form = httpx.Request("POST", QUERIES, data={"a": "b c"})
    asked = httpx.Request("POST", f"{QUERIES}&a=b%20c")
    assert signature(form, PROTOCOL, *SECRETS) == signature(asked, PROTOCOL, *SECRETS) != plain


def verified(method: str, target: bytes) -> str:
    """RFC 5849 §3.4 as a vendor reads it, from the bytes of the request line."""
    path, _, query = target.partition(b"?")

    def encoded(text: bytes) -> bytes:
        return re.sub(rb"[^A-Za-z0-9._~-]", lambda one: b"%%%02X" % one[0][0], text)

    pairs = [(name.encode(), value.encode()) for name, value in PROTOCOL]
    for part in filter(None, query.split(b"&")):
        name, _, value = part.replace(b"+", b" ").partition(b"=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    sorted_pairs = sorted((encoded(name), encoded(value)) for name, value in pairs)
    normal = b"&".join(name + b"=" + value for name, value in sorted_pairs)
    base = b"&".join(map(encoded, (method.encode(), ORIGIN.encode() + path, normal)))
    key = b"&".join(encoded(secret.encode()) for secret in SECRETS)
    return base64.b64encode(hmac.new(key, base, hashlib.sha256).digest()).decode()


# Bytes that a caller may put into a query: encoded in all manners, not encoded at all, or half.
PIECES = st.sampled_from(
    [
        *"abz019=&+%;:/?@!$'()*,~._-[]{}|^`\"<> ",
        "%41",
        "%7e",
        "%7E",
        "%2b",
        "%20",
        "%C3%A9",
        "%ff",
        "%zz",
        "&&",
    ]
)
QUERY = st.lists(PIECES, max_size=20).map("".join).filter(lambda text: " " not in text)


@given(QUERY, QUERY, st.sampled_from(["GET", "POST", "PATCH", "DELETE"]))
@example("", "eid:A;", "GET")
def test_any_path_and_query_are_signed_as_they_are_sent(query: str, name: str, method: str) -> None:
    path = f"record/v1/vendor/eid%3AA%2Fb{name.replace('?', '')}"
    url = exact_url(f"{ORIGIN}/services/rest", path.encode(), query.encode())
    request = httpx.Request(method, url)
    assert signature(request, PROTOCOL, *SECRETS) == verified(method, request.url.raw_path)

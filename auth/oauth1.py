"""OAuth 1.0a on the wire (RFC 5849): what of a request is signed, and the header that says so."""

import base64
import hashlib
import hmac
from urllib.parse import unquote_to_bytes

import httpx
from authlib.oauth1.rfc5849.client_auth import generate_nonce, generate_timestamp
from authlib.oauth1.rfc5849.parameters import prepare_headers
from authlib.oauth1.rfc5849.signature import normalize_parameters
from authlib.oauth1.rfc5849.util import escape

from auth.connection import Connection
from providers.schemes import OAuth1

METHOD = "HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"
Pairs = list[tuple[bytes, bytes]]


def authorization(connection: Connection, scheme: OAuth1, request: httpx.Request) -> str:
    """The header for this request as it stands; never the same twice."""
    protocol = [
        ("oauth_consumer_key", connection.value("consumer_key")),
        ("oauth_token", connection.value("token_id")),
        ("oauth_signature_method", METHOD),
        ("oauth_timestamp", generate_timestamp()),
        ("oauth_nonce", generate_nonce()),
        ("oauth_version", "1.0"),
    ]
    secrets = (connection.value("consumer_secret"), connection.value("token_secret"))
    signed = (*protocol, ("oauth_signature", signature(request, protocol, *secrets)))
    header: str = prepare_headers(signed, realm=connection.url(scheme.realm))["Authorization"]
    return header


def signature(
    request: httpx.Request, protocol: list[tuple[str, str]], consumer_secret: str, token_secret: str
) -> str:
    """§3.4.2 with SHA-256, over the base string of §3.4.1."""
    parameters = [*protocol, *_sent(request)]
    parts = (
        request.method.upper(),
        _base_uri(request.url),
        normalize_parameters(parameters),
    )
    key = f"{escape(consumer_secret)}&{escape(token_secret)}".encode()
    digest = hmac.digest(key, "&".join(map(escape, parts)).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _base_uri(url: httpx.URL) -> str:
    """§3.4.1.2: the path as it is sent; scheme, host and port are in their normal form in any `httpx.URL`."""
    path = url.raw_path.partition(b"?")[0]
    return f"{url.scheme}://{url.netloc.decode('ascii')}{path.decode('ascii')}"


def _sent(request: httpx.Request) -> Pairs:
    """The parameters that a request carries (§3.4.1.3.1): in its query, and in its body where that is a form.

    They are taken from the bytes that are sent, which are not always what a strict reader calls encoded.
    """
    pairs = _decoded(request.url.query)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() == FORM and isinstance(
        request.stream, httpx.ByteStream
    ):
        pairs += _decoded(request.content)
    return pairs


def _decoded(encoded: bytes) -> Pairs:
    parts = (part.partition(b"=") for part in encoded.replace(b"+", b" ").split(b"&") if part)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parts]

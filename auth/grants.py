"""The wire form of token requests and their answers (RFC 6749), without sending anything."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]

from auth.connections import Connection
from providers.provider import ClientCredentials

SHORTEST = 30.0
LONGEST = 30 * 86400.0
EARLIEST = 15 * 60.0  # seconds before expiry at which renewal begins, at most
EARLY_SHARE = 0.3  # and at most this part of the lifetime
REFUSED = {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}
JSON_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-type": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True)
class Token:
    """An access token; times are seconds of the clock that minted it. From `renew_at` on a new one is fetched."""

    value: str = field(repr=False)
    minted_at: float
    renew_at: float
    expires_at: float


@dataclass(frozen=True)
class Refusal:
    """A token endpoint's error (RFC 6749 §5.2): its code, "" where it named none, and the vendor's words."""

    status: int
    code: str
    message: str

    @property
    def is_final(self) -> bool:
        """The credentials are at fault. RFC 6749 §5.2 keeps 401 for them, even where no code is given."""
        return self.code in REFUSED or (self.status == 401 and self.code != "invalid_scope")


@dataclass(frozen=True)
class Unusable:
    """An answer that is neither a token nor an OAuth error: a login page, a proxy's error, half a body."""

    status: int


def token_request(
    connection: Connection, scheme: ClientCredentials, scopes: tuple[str, ...]
) -> httpx.Request:
    """The client credentials request, id and secret in the form body."""
    body = prepare_token_request(
        "client_credentials",
        scope=list(scopes),
        client_id=connection.value("client_id"),
        client_secret=connection.value("client_secret"),
    )
    url = connection.url(scheme.token_url)
    return httpx.Request("POST", url, headers=JSON_HEADERS, content=body.encode())


def read_answer(
    status: int, body: bytes, *, now: float, assumed: float, jitter: float
) -> Token | Refusal | Unusable:
    """What a token endpoint said. `assumed`: lifetime where the answer names none; `jitter`: 0 to 1."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        return Refusal(status, "", "") if status == 401 else Unusable(status)
    if "error" in answer or status == 401:
        return Refusal(status, _text(answer.get("error")), _words(answer))
    value = answer.get("access_token")
    if status >= 300 or not isinstance(value, str) or not _is_sendable(value) or not _is_bearer(answer):
        return Unusable(status)
    lifetime = read_lifetime(answer.get("expires_in"), assumed)
    early = min(EARLIEST, EARLY_SHARE * lifetime) * (1 - 0.2 * jitter)
    return Token(value, minted_at=now, renew_at=now + lifetime - early, expires_at=now + lifetime)


def read_lifetime(expires_in: Any, assumed: float) -> float:
    """Seconds a token lives. What is missing or makes no sense becomes `assumed`, extremes are brought into bounds."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return assumed
    try:
        seconds = float(expires_in)
    except (ValueError, OverflowError):
        return assumed
    if math.isnan(seconds) or seconds <= 0:
        return assumed
    return min(max(seconds, SHORTEST), LONGEST)


def _is_bearer(answer: Mapping[str, Any]) -> bool:
    return _text(answer.get("token_type", "bearer")).lower() == "bearer"


def _is_sendable(value: str) -> bool:
    """Visible ASCII (RFC 6750 is narrower still): nothing that could break out of a header."""
    return bool(value) and all("!" <= letter <= "~" for letter in value)


def _words(answer: Mapping[str, Any]) -> str:
    return _text(answer.get("error_description")) or _text(answer.get("error"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

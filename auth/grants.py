"""The wire form of token requests and their answers (RFC 6749), without sending anything."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import orjson
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from auth.connection import Connection
from auth.context_rules import scopes_in
from auth.moments import read_moment
from auth.proofs import proof_of
from providers.schemes import AuthorizationCode, ClientCredentials, SignedJwt, TokenScheme

SHORTEST = 30.0
LONGEST = 30 * 86400.0
EARLIEST = 15 * 60.0  # seconds before expiry at which renewal begins, at most
EARLY_SHARE = 0.3  # and at most this part of the lifetime
REFUSED = {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}
GIVEN = "oauth/token"  # where a token that a caller hands over lies among an account's secrets
JSON_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-type": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True)
class Token:
    """An access token, and the refresh token that came with it.

    Times are seconds of the clock that the reader of its answer had. From `renew_at` on a new one is fetched. `scopes`
    are those granted, where the vendor named them.
    """

    value: str = field(repr=False)
    minted_at: float
    renew_at: float
    expires_at: float
    refresh_token: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()

    def shifted(self, seconds: float) -> "Token":
        """The same token on a clock that is so many seconds ahead."""
        return replace(
            self,
            minted_at=self.minted_at + seconds,
            renew_at=self.renew_at + seconds,
            expires_at=self.expires_at + seconds,
        )


@dataclass(frozen=True)
class Refusal:
    """A token endpoint's error (RFC 6749 §5.2): its code, "" where it named none, and the vendor's words."""

    status: int
    code: str
    message: str

    def is_final(self, scheme: TokenScheme) -> bool:
        """The account's credentials are at fault. RFC 6749 §5.2 keeps 401 for them, even where no code is given.

        Of a refresh token only `invalid_grant` says so: the rest speaks of the OAuth client, and a customer who signs
        in anew does not mend that.
        """
        if isinstance(scheme, AuthorizationCode):
            return self.code == "invalid_grant"
        return self.code in REFUSED or (self.status == 401 and self.code != "invalid_scope")


@dataclass(frozen=True)
class Unusable:
    """An answer that is neither a token nor an OAuth error: a login page, a proxy's error, half a body."""

    status: int


def client_request(
    connection: Connection, scheme: ClientCredentials, scopes: tuple[str, ...]
) -> httpx.Request:
    """The client credentials request (§4.4.2)."""
    return _request(connection, scheme, "client_credentials", scopes)


def code_request(
    connection: Connection, scheme: AuthorizationCode, *, code: str, redirect_uri: str, verifier: str
) -> httpx.Request:
    """The request that exchanges an authorization code (§4.1.3; `verifier`: RFC 7636 §4.5)."""
    form = {"code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return _request(connection, scheme, "authorization_code", **form)


def refresh_request(connection: Connection, scheme: AuthorizationCode, refresh_token: str) -> httpx.Request:
    """The request for the next token (§6); no scope is named: those granted stay."""
    return _request(connection, scheme, "refresh_token", refresh_token=refresh_token)


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
    if status >= 300 or not _is_sendable(value) or not _is_bearer(answer):
        return Unusable(status)
    lifetime = read_lifetime(answer.get("expires_in"), assumed)
    return _token(answer, minted_at=now, expires_at=now + lifetime, jitter=jitter)


def read_given(given: Mapping[str, Any], *, wall: float) -> Token:
    """A token as a caller hands it over: a token endpoint's answer, perhaps with `expires_at` (Unix time or ISO 8601).

    `wall`: the present moment in Unix time. The token's times count from it. One whose end is not told is used until
    it is turned down; without an access token it has ended.
    """
    moment = _moment(given.get("expires_at"))
    left = read_lifetime(given.get("expires_in"), LONGEST) if moment is None else min(moment - wall, LONGEST)
    is_usable = _is_sendable(given.get("access_token")) and left > 0
    return _token(given, minted_at=0.0, expires_at=left if is_usable else 0.0, jitter=0.0)


def read_lifetime(expires_in: Any, assumed: float) -> float:
    """Seconds a token lives. What is missing or makes no sense becomes `assumed`, extremes are brought into bounds."""
    seconds = _number(expires_in)
    if seconds is None or seconds <= 0:
        return assumed
    return min(max(seconds, SHORTEST), LONGEST)


def _request(
    connection: Connection,
    scheme: TokenScheme,
    grant_type: str,
    scopes: tuple[str, ...] = (),
    /,
    **form: str | None,
) -> httpx.Request:
    """With the client's proof; `scopes` go into the form, but for those that the proof itself names."""
    url = connection.url(scheme.token_url)
    proof, headers = proof_of(connection, scheme.proof, url, scopes)
    asked = () if isinstance(scheme.proof, SignedJwt) and scheme.proof.has_scopes else scopes
    body = prepare_token_request(grant_type, **form, scope=list(asked), **proof)
    return httpx.Request("POST", url, headers={**JSON_HEADERS, **headers}, content=body.encode())


def _token(answer: Mapping[str, Any], *, minted_at: float, expires_at: float, jitter: float) -> Token:
    refresh_token = answer.get("refresh_token")
    early = min(EARLIEST, EARLY_SHARE * (expires_at - minted_at)) * (1 - 0.2 * jitter)
    return Token(
        _text(answer.get("access_token")),
        minted_at=minted_at,
        renew_at=expires_at - early,
        expires_at=expires_at,
        refresh_token=refresh_token if isinstance(refresh_token, str) and refresh_token else None,
        scopes=scopes_in(answer),
    )


def _moment(value: Any) -> float | None:
    """Unix time in seconds; None where it is none."""
    if isinstance(value, str) and not value.strip().isdecimal():
        try:
            moment: datetime = read_moment(value)
        except ValueError:
            return None
        return moment.timestamp()
    return _number(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _is_bearer(answer: Mapping[str, Any]) -> bool:
    return _text(answer.get("token_type", "bearer")).lower() == "bearer"


def _is_sendable(value: Any) -> bool:
    """Visible ASCII (RFC 6750 is narrower still): nothing that could break out of a header."""
    return isinstance(value, str) and bool(value) and all("!" <= letter <= "~" for letter in value)


def _words(answer: Mapping[str, Any]) -> str:
    return _text(answer.get("error_description")) or _text(answer.get("error"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

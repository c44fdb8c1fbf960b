"""The signed JWT by which a machine identifies itself (RFC 7523), checked against the certificates of the account."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.clock import Clock
from sandbox.netsuite import jws
from sandbox.netsuite.registry import Actor, Registry, Trusted
from sandbox.netsuite.scopes import Refused, read_scopes

LONGEST = 3600  # seconds; the claims must span less
SKEW = 5  # seconds that a caller's clock may be ahead
SMALLEST_RSA = 3072


def read_assertion(
    text: str, registry: Registry, clock: Clock, audiences: tuple[str, ...]
) -> tuple[Actor, tuple[str, ...]]:
    """Who signed it, and the scopes that it asks for. Raises Refused."""
    try:
        token = jws.read(text)
    except jws.BadToken as error:
        raise Refused("invalid_request", str(error)) from error
    trusted = _trusted(token, registry, clock)
    try:
        jws.verify(token, _key(trusted))
    except jws.BadToken as error:
        raise _unknown(str(error)) from error
    _check_claims(token.claims, clock.outside(), audiences)
    return trusted.actor, read_scopes(_words(token.claims.get("scope")))


def _trusted(token: jws.Token, registry: Registry, clock: Clock) -> Trusted:
    """Raises Refused where certificate and integration are not known together, or the certificate has run out."""
    found = registry.certificates.get(str(token.header.get("kid")))
    if found is None or found.actor.integration.client_id != token.claims.get("iss"):
        raise _unknown("kid and iss are not known together")
    now = datetime.fromtimestamp(clock.now(), UTC)
    if not found.certificate.not_valid_before_utc <= now <= found.certificate.not_valid_after_utc:
        raise _unknown("the certificate is out of date")
    return found


def _key(trusted: Trusted) -> jws.PublicKey:
    key = trusted.certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA:
        return key
    raise _unknown("the certificate's key is of another sort")


def _check_claims(claims: Mapping[str, Any], now: float, audiences: tuple[str, ...]) -> None:
    aud = claims.get("aud")
    if not any(one in audiences for one in (aud if isinstance(aud, list) else [aud])):
        raise _unknown("aud is not the token endpoint")
    iat, exp = claims.get("iat"), claims.get("exp")
    if not isinstance(iat, int | float) or not isinstance(exp, int | float):
        raise _unknown("iat and exp are not both there")
    if iat > now + SKEW or exp <= now or exp - iat >= LONGEST:
        raise _unknown("iat and exp do not span the present, or too much")


def _words(scope: Any) -> list[str]:
    """A list, or a string with commas or blanks."""
    if isinstance(scope, list):
        return [str(one) for one in scope]
    return str(scope or "").replace(",", " ").split()


def _unknown(reason: str) -> Refused:
    return Refused("invalid_client", reason)

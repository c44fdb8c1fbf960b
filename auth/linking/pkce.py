"""Proof Key for Code Exchange (RFC 7636): S256 alone."""

import secrets

from authlib.oauth2.rfc7636 import create_s256_code_challenge


def new_verifier() -> str:
    """64 characters of the unreserved ones, from 48 random bytes."""
    return secrets.token_urlsafe(48)


def challenge(verifier: str) -> dict[str, str]:
    """The parameters of the authorization request."""
    return {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}

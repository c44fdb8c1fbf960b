"""What clients of every stand-in's authorization code flow send, and where they are sent back to."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def asked(usual: dict[str, str], given: dict[str, str | None]) -> dict[str, str]:
    """The authorization request, with a challenge; None leaves a parameter out."""
    together = {"response_type": "code", **usual, **PKCE, **given}
    return {name: value for name, value in together.items() if value is not None}


def landed(answer: httpx.Response, callback: str, status: int) -> dict[str, str]:
    """What an answer that leads back to the client says there."""
    assert answer.status_code == status, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == callback
    return {name: values[0] for name, values in parse_qs(address.query).items()}

"""Account tokens: short-lived keys to one account, carried by browsers; they are signed, not stored."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable

import orjson

from auth.caller import Caller
from schemas.errors import NotAuthorized

PREFIX = "koine_account_"
SECONDS = 15 * 60
CHALLENGE = {"www-authenticate": "Bearer"}


def make_account_token(
    key: bytes, environment_id: str, account_id: str, clock: Callable[[], float] = time.time
) -> str:
    """A token that opens this account for 15 minutes."""
    payload = orjson.dumps([environment_id, account_id, int(clock()) + SECONDS])
    return PREFIX + base64.urlsafe_b64encode(payload + _seal(key, payload)).decode()


def read_account_token(key: bytes, token: str) -> Caller:
    """Whom the token speaks for. Raises NotAuthorized (`invalid_token`, `expired_token`)."""
    try:
        sealed = base64.b64decode(token.removeprefix(PREFIX), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _unknown() from None
    payload, seal = sealed[:-32], sealed[-32:]
    if not hmac.compare_digest(_seal(key, payload), seal):
        raise _unknown()
    environment_id, account_id, expires_at = orjson.loads(payload)
    if expires_at <= time.time():
        raise NotAuthorized("This account token has expired.", reason="expired_token", headers=CHALLENGE)
    return Caller(environment_id, token_id="", kind="account", account_id=account_id)


def _seal(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"account token\0" + payload, "sha256")


def _unknown() -> NotAuthorized:
    return NotAuthorized("This account token is not known.", headers=CHALLENGE)

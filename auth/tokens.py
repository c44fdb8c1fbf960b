"""API tokens: `koine_<id>_<secret>`, of which a keyed hash is stored."""

import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from starlette.requests import Request

from auth.account_tokens import PREFIX, read_account_token
from auth.caller import Caller
from auth.database import Database
from auth.guesses import Guesses
from schemas.errors import NotAuthorized
from schemas.tables import ApiToken, now

__all__ = ["Caller", "authenticate", "create_token", "token_hash"]

FORM = re.compile(r"koine_([0-9a-f-]{36})_([A-Za-z0-9_-]{20,200})")
CHALLENGE = {"www-authenticate": "Bearer"}


class Allowance(Protocol):
    """How often each token may call."""

    async def spend(self, token_id: str) -> None:
        """One request. Raises Throttled where there is none left."""


async def create_token(
    database: Database,
    pepper: bytes,
    environment_id: str,
    name: str,
    expires_at: datetime | None = None,
    created_by: str | None = None,
) -> tuple[ApiToken, str]:
    """The stored row and the token itself, which can't be had again."""
    row = ApiToken(
        environment_id=environment_id,
        name=name,
        secret_hash=b"",
        created_by=created_by,
        expires_at=expires_at,
    )
    token = f"koine_{row.id}_{secrets.token_urlsafe(32)}"
    row.secret_hash = token_hash(pepper, token)
    async with database.write() as session:
        session.add(row)
    return row, token


async def authenticate(request: Request) -> Caller:
    """Who calls, by the `Authorization` header; kept as `request.state.caller`.

    Raises NotAuthorized (`invalid_token`, `expired_token`), for a guesser TooManyGuesses, and Throttled (`token_rate`).
    """
    state = request.scope["state"]
    try:
        caller = await _caller(_authorization(request.scope["headers"]), state)
    except NotAuthorized:
        guesses: Guesses = state["guesses"]
        guesses.failed(request.client.host if request.client else "")
        raise
    is_first = "caller" not in state  # the calls of a batch are part of one request
    state["caller"] = caller
    allowance: Allowance | None = state["token_rate"]
    if allowance is not None and is_first:
        await allowance.spend(caller.spender)
    return caller


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Read as it lies: Starlette's own reading of headers costs more than all that follows."""
    given = [value for name, value in headers if name == b"authorization"]
    return given[0].decode("latin-1") if given else ""


async def _caller(authorization: str, state: Mapping[str, Any]) -> Caller:
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() == "bearer" and token.startswith(PREFIX):
        return read_account_token(state["token_hash_key"], token)
    if scheme.lower() != "bearer":
        raise _unknown()
    load = partial(_load, state["database"], state["token_hash_key"], token)
    row: ApiToken = await state["connections"].callers.get(token, load)
    if row.expires_at is not None and row.expires_at <= now():
        raise NotAuthorized("This API token has expired.", reason="expired_token", headers=CHALLENGE)
    return Caller(row.environment_id, row.id)


def token_hash(pepper: bytes, token: str) -> bytes:
    return hmac.digest(pepper, token.encode(), "sha256")


async def _load(database: Database, pepper: bytes, token: str) -> ApiToken:
    """A wrong secret and an unknown id cost the same: only what fits is remembered, and both are compared."""
    form = FORM.fullmatch(token)
    if form is None:
        raise _unknown()
    token_id, presented = form[1], token_hash(pepper, token)
    async with database.read() as session:
        row = await session.get(ApiToken, token_id)
    stored = row.secret_hash if row else bytes(len(presented))
    if not hmac.compare_digest(stored, presented) or row is None:
        raise _unknown()
    return row


def _unknown() -> NotAuthorized:
    return NotAuthorized("This API token is not known.", headers=CHALLENGE)

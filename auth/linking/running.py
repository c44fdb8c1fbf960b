"""Runs an attempt: the code is exchanged, the credentials are tried by one real call, the outcome is kept."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from starlette.datastructures import State

from auth.connections import printable
from auth.grants import Token
from auth.linking.attempts import RUNNING, Attempt, end
from auth.linking.drafts import Draft, draft
from auth.linking.keeping import keep_failure, keep_success
from auth.linking.tokens import Link
from providers.schemes import AuthorizationCode
from schemas.errors import AccountProblem, RemoteProblem, VendorTrouble

TROUBLE = (RemoteProblem, VendorTrouble, AccountProblem)
SPENT = "This link has been used, or is too old."
Outcome = Mapping[str, Any]


async def run(state: State, link: Link, attempt: Attempt, redirect_uri: str) -> None:
    """To be called by whoever has started the attempt."""
    outcome = await _outcome(state, link, attempt, redirect_uri)
    state.connections.forget(link.row.environment_id, link.row.account_id)
    await end(state.database, state.vault, attempt, RUNNING, outcome)


def failed(error: str, error_type: str, account_id: str | None = None) -> dict[str, Any]:
    return {"error": printable(error), "error_type": error_type, "account_id": account_id}


async def _outcome(state: State, link: Link, attempt: Attempt, redirect_uri: str) -> Outcome:
    if not link.is_usable:
        return failed(SPENT, "invalid_token")
    try:
        async with state.database.read() as session:
            made = await draft(session, state.connections, link, attempt)
        token = await _token(state, made, attempt, redirect_uri)
    except TROUBLE as problem:
        return failed(problem.message, "connection_error")
    try:
        await _try(state, made, token)
    except TROUBLE as problem:
        error = printable(made.connection.secrets.hide_in(problem.message))
        return await _keep_failure(state, made, token, error)
    return await _keep_success(state, made, token)


async def _token(state: State, made: Draft, attempt: Attempt, redirect_uri: str) -> Token | None:
    if not isinstance(made.scheme, AuthorizationCode):
        return None
    entrusted = attempt.entrusted
    token: Token = await state.renewals.redeem(
        made.connection,
        code=entrusted["code"],
        redirect_uri=redirect_uri,
        verifier=entrusted["verifier"],
    )
    return token


async def _try(state: State, made: Draft, token: Token | None) -> None:
    """One real call. A vendor that turns down tokens too young to be known everywhere is asked once more."""
    if token is None or not isinstance(made.scheme, AuthorizationCode):
        await state.verify(made.connection)
        return
    connection = made.signed_with(token.value)
    try:
        await state.verify(connection)
    except RemoteProblem as problem:
        if problem.status != 401 or not made.scheme.ready_after:
            raise
        await state.renewals.sleep(made.scheme.ready_after)
        await state.verify(connection)


async def _keep_success(state: State, made: Draft, token: Token | None) -> Outcome:
    try:
        async with state.database.write() as session:
            is_kept = await keep_success(session, state.vault, made, token)
    except IntegrityError:
        is_kept = False
    return {} if is_kept else failed(SPENT, "invalid_token")


async def _keep_failure(state: State, made: Draft, token: Token | None, error: str) -> Outcome:
    """Of two first attempts that fail at once, one leaves the account behind."""
    try:
        async with state.database.write() as session:
            account_id = await keep_failure(session, state.vault, made, token, error)
    except IntegrityError:
        account_id = made.account.id
    return failed(error, "validation_error", account_id)

"""Integrated accounts in the database: found within their environment, made, changed and erased with their secrets."""

import time
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.connections import unknown_account
from auth.credentials import SECRET_NAMES, join, split
from auth.events import AccountEvent, emit_all, listeners
from auth.grants import GIVEN, read_given
from auth.renewal import keep_grant
from auth.vault import Binding, Vault
from providers.provider import Provider
from providers.schemes import AuthorizationCode
from schemas.errors import NotFound
from schemas.tables import EnvironmentIntegration, IntegratedAccount, SealedRecord, WriteRecord, new_id

Found = tuple[IntegratedAccount, EnvironmentIntegration]


async def find_account(
    session: AsyncSession, environment_id: str, account_id: str, *, lock: bool = False
) -> Found:
    """An account of the environment; `lock` holds off other changes to it. Raises NotFound."""
    query = (
        select(IntegratedAccount, EnvironmentIntegration)
        .join(EnvironmentIntegration)
        .where(IntegratedAccount.id == account_id, IntegratedAccount.environment_id == environment_id)
    )
    if lock:
        query = query.with_for_update(of=IntegratedAccount)
    found = (await session.exec(query)).first()
    if found is None:
        raise unknown_account()
    return found


async def find_integration(
    session: AsyncSession, environment_id: str, row_id: str, *, lock: bool = False
) -> EnvironmentIntegration:
    """An environment-integration of the environment. Raises NotFound."""
    query = select(EnvironmentIntegration).where(
        EnvironmentIntegration.id == row_id, EnvironmentIntegration.environment_id == environment_id
    )
    if lock:
        query = query.with_for_update()
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("There is no such environment-integration.")
    return row


def take_context(
    account: IntegratedAccount, provider: Provider, context: Mapping[str, Any]
) -> dict[str, Any]:
    """Gives the account a context under a new version; answers the secrets, which are to be sealed beside it."""
    account.context, secrets = split(context, SECRET_NAMES | provider.secret_names)
    account.credential_version = new_id()
    return secrets


async def seal_secrets(
    session: AsyncSession, vault: Vault, account: IntegratedAccount, secrets: Mapping[str, Any]
) -> None:
    """A token among them becomes the account's grant, which is renewed from then on; without one the grant stays."""
    rest, given = dict(secrets), secrets.get(GIVEN)
    if account.authentication_method == AuthorizationCode.method and isinstance(given, dict):
        del rest[GIVEN]
        await keep_grant(session, vault, account, read_given(given, wall=time.time()))
    await sealed.put(session, vault, binding(account), rest)


async def whole_context(session: AsyncSession, vault: Vault, account: IntegratedAccount) -> dict[str, Any]:
    """The context, secrets included. Raises CannotOpen."""
    return join(account.context, await sealed.take(session, vault, binding(account)) or {})


async def erase_accounts(session: AsyncSession, environment_id: str, *conditions: Any) -> list[str]:
    """Removes the environment's accounts that meet the conditions, with all that is kept for them; their ids."""
    query = (
        select(IntegratedAccount.id)
        .where(IntegratedAccount.environment_id == environment_id, *conditions)
        .order_by(IntegratedAccount.id)
        .with_for_update()
    )
    ids = list((await session.exec(query)).all())
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        await _tell_end(session, environment_id, some)
        for kept in (SealedRecord, WriteRecord):
            await session.exec(
                delete(kept).where(col(kept.environment_id) == environment_id, col(kept.account_id).in_(some))
            )
        await session.exec(delete(IntegratedAccount).where(col(IntegratedAccount.id).in_(some)))
    return ids


async def _tell_end(session: AsyncSession, environment_id: str, ids: list[str]) -> None:
    query = (
        select(IntegratedAccount, EnvironmentIntegration)
        .join(EnvironmentIntegration)
        .where(col(IntegratedAccount.id).in_(ids))
    )
    event: AccountEvent = "integrated_account:deleted"
    if await listeners(session, environment_id, event):
        await emit_all(session, event, environment_id, (await session.exec(query)).all())


def binding(account: IntegratedAccount) -> Binding:
    return Binding(account.environment_id, account.id, sealed.CREDENTIALS)

"""Makes an attempt's outcome last: link token spent, account stored and product told in one transaction, or none."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.accounts import seal_secrets
from auth.connections import ACTIVE, NEEDS_REAUTH
from auth.events import AccountEvent, emit, emit_status
from auth.grants import Token
from auth.linking.drafts import CONNECTING, Draft
from auth.linking.tokens import spend
from auth.renewal import drop_grant, keep_grant
from auth.vault import Vault
from schemas.tables import IntegratedAccount

VALIDATION_ERROR = "validation_error"
TAKEN_OVER = (
    "environment_integration_id",
    "authentication_method",
    "context",
    "credential_version",
    "is_sandbox",
)


async def keep_success(session: AsyncSession, vault: Vault, draft: Draft, token: Token | None) -> bool:
    """Account active, link token spent; False where another attempt has spent it, or the account is gone."""
    if not await spend(session, draft.link.row):
        return False
    present = await _present(session, draft)
    if present is None and draft.link.row.is_reconnect:
        await session.rollback()
        return False
    granted = token.scopes if token else ()
    lacking = [scope for scope in draft.connection.scopes if granted and scope not in granted]
    forbidden = {"message": "Fewer scopes were granted than asked for.", "missing_scopes": lacking}
    await _store(
        session,
        vault,
        draft,
        present,
        token,
        status=ACTIVE,
        last_error=None,
        last_forbidden_error=forbidden if lacking else None,
    )
    return True


async def keep_failure(
    session: AsyncSession, vault: Vault, draft: Draft, token: Token | None, error: str
) -> str | None:
    """The id of the account that is left for the next try to repair.

    One that has worked keeps what it has; its id is that of a reconnect.
    """
    present = await _present(session, draft)
    if present is not None and present.status in (ACTIVE, NEEDS_REAUTH):
        return present.id
    if present is None and draft.link.row.is_reconnect:
        return None
    await _store(session, vault, draft, present, token, status=VALIDATION_ERROR, last_error=error)
    return draft.account.id


async def _present(session: AsyncSession, draft: Draft) -> IntegratedAccount | None:
    """The account that the link token is bound to, held against other changes."""
    query = select(IntegratedAccount).where(IntegratedAccount.id == draft.account.id).with_for_update()
    return (await session.exec(query)).first()


async def _store(
    session: AsyncSession,
    vault: Vault,
    draft: Draft,
    present: IntegratedAccount | None,
    token: Token | None,
    **state: Any,
) -> None:
    account = present or draft.account
    before = present.status if present else CONNECTING
    names: Sequence[str] = TAKEN_OVER if present else ()
    for name in names:
        setattr(account, name, getattr(draft.account, name))
    for name, value in state.items():
        setattr(account, name, value)
    session.add(account)
    await session.flush()
    await seal_secrets(session, vault, account, draft.secrets)
    if token:
        await keep_grant(session, vault, account, token)
    else:
        await drop_grant(session, account)
    event: AccountEvent = "integrated_account:updated" if present else "integrated_account:created"
    await emit(session, event, account, draft.choice.integration)
    await emit_status(session, before, account, draft.choice.integration)

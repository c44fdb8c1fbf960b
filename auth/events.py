"""Tells the product what happens to its accounts: an event is kept or lost with the transaction that it tells of."""

from collections.abc import Sequence
from typing import Literal

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.database import NEWS
from auth.presenting import integrated_account
from schemas.tables import (
    EnvironmentIntegration,
    IntegratedAccount,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
    now,
)

AccountEvent = Literal[
    "integrated_account:created",
    "integrated_account:updated",
    "integrated_account:active",
    "integrated_account:authentication_error",
    "integrated_account:reactivated",
    "integrated_account:validation_error",
    "integrated_account:post_install_error",
    "integrated_account:deleted",
]
TEST = "test"
PENDING = "pending"

# What an account's new status is called; one that works again after a refusal is `reactivated`.
OF_STATUS: dict[str, AccountEvent] = {
    "active": "integrated_account:active",
    "needs_reauth": "integrated_account:authentication_error",
    "validation_error": "integrated_account:validation_error",
    "post_install_error": "integrated_account:post_install_error",
}


async def emit(
    session: AsyncSession,
    event: AccountEvent,
    account: IntegratedAccount,
    integration: EnvironmentIntegration,
) -> None:
    """Records an event of the account as it stands, within the caller's transaction, for whoever listens by now."""
    await emit_all(session, event, account.environment_id, [(account, integration)])


async def emit_status(
    session: AsyncSession, before: str, account: IntegratedAccount, integration: EnvironmentIntegration
) -> None:
    """Records the event of a status that is another than `before`, if it is."""
    if account.status == before or account.status not in OF_STATUS:
        return
    event = OF_STATUS[account.status]
    if (before, account.status) == ("needs_reauth", "active"):
        event = "integrated_account:reactivated"
    await emit(session, event, account, integration)


async def emit_all(
    session: AsyncSession,
    event: AccountEvent,
    environment_id: str,
    found: Sequence[tuple[IntegratedAccount, EnvironmentIntegration]],
) -> None:
    """`emit` for many accounts of one environment."""
    webhooks = await listeners(session, environment_id, event)
    if not webhooks:
        return
    await session.flush()
    for account, integration in found:
        payload = integrated_account(account, integration, {})
        sequence = await _next_sequence(session, account.id)
        row = WebhookEvent(environment_id=environment_id, event=event, sequence=sequence)
        row.payload = {**payload, "sequence": sequence}
        await post(session, row, webhooks)


async def listeners(session: AsyncSession, environment_id: str, event: str) -> list[str]:
    """The ids of the webhooks that are to hear of an event."""
    query = select(Webhook.id, Webhook.event_types).where(
        Webhook.environment_id == environment_id, col(Webhook.is_active)
    )
    return [row_id for row_id, types in (await session.exec(query)).all() if not types or event in types]


async def post(session: AsyncSession, event: WebhookEvent, webhooks: Sequence[str]) -> None:
    """Lays an event into the outbox, due at once for each webhook."""
    session.add(event)
    await session.flush()
    for webhook_id in webhooks:
        session.add(
            WebhookDelivery(
                environment_id=event.environment_id,
                webhook_id=webhook_id,
                event_id=event.id,
                event=event.event,
                status=PENDING,
                next_attempt_at=now(),
            )
        )
    session.info[NEWS] = True


async def _next_sequence(session: AsyncSession, account_id: str) -> int:
    """Holds the account until the end of the transaction: its events are numbered in the order of their commits."""
    change = (
        update(IntegratedAccount)
        .where(col(IntegratedAccount.id) == account_id)
        .values(
            event_sequence=col(IntegratedAccount.event_sequence) + 1,
            updated_at=col(IntegratedAccount.updated_at),
        )
        .returning(col(IntegratedAccount.event_sequence))
        .execution_options(synchronize_session=False)
    )
    return int((await session.exec(change)).scalar_one())

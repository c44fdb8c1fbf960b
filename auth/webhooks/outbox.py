"""The outbox: what is due is taken by one process at a time, under a lease, and put back or closed with its result."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, delete, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.database import Database
from auth.events import PENDING
from auth.moments import show_moment
from auth.vault import CannotOpen, Vault
from auth.webhooks.schedule import ATTEMPTS, Result, is_hopeless, next_attempt
from auth.webhooks.secrets import Secrets, unseal
from schemas.tables import Webhook, WebhookDelivery, WebhookEvent, new_id

LEASE = timedelta(seconds=60)  # well above the time of one attempt: a slower process has died, or will
DELIVERED, DEAD = "delivered", "dead"
MOST_LOOKED_AT = 50  # due deliveries at once
MOST_ATTEMPTS = 50  # kept with a delivery: replays add to them
UNKNOWN = "The process that sent it ended before the answer was known."
MOST_REMOVED = 500  # rows at once: nobody else waits long for the database

Outcome = Literal["delivered", "failed", "dead", "lost"]


@dataclass(frozen=True)
class Parcel:
    """A delivery in hand, with all that sending it needs. `secrets` is None where they can't be opened."""

    delivery_id: str
    lease: str
    tries: int
    webhook_id: str
    target_url: str = field(repr=False)
    event: WebhookEvent = field(repr=False)
    secrets: Secrets | None = field(repr=False)


@dataclass(frozen=True)
class Settled:
    """`lost`: the delivery is in other hands, or gone, and its result was dropped."""

    outcome: Outcome
    is_switched_off: bool = False


class Outbox:
    """`clock` is that of every process of this database. `chance` gives numbers between 0 and 1."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._chance = chance

    async def oldest(self) -> datetime | None:
        """When the oldest event was made that an active webhook has not got yet."""
        query = (
            select(func.min(WebhookDelivery.created_at))
            .join(Webhook, col(Webhook.id) == WebhookDelivery.webhook_id)
            .where(WebhookDelivery.status == PENDING, col(Webhook.is_active))
        )
        async with self._database.read() as session:
            return (await session.exec(query)).one()

    async def take(self, most: int) -> list[Parcel]:
        """What is due, at most one delivery for each webhook that has none under way, in the order of events."""
        now = self._clock()
        query = _due(now)
        async with self._database.read() as session:
            if (await session.exec(query.limit(1))).first() is None:
                return []

        async def work(session: AsyncSession) -> list[Parcel]:
            locked = query.with_for_update(of=[WebhookDelivery, Webhook], skip_locked=True)
            rows = (await session.exec(locked.limit(MOST_LOOKED_AT))).all()
            first: dict[str, tuple[WebhookDelivery, Webhook]] = {}
            served = set((await session.exec(_served({webhook.id for _, webhook in rows}, now))).all())
            for delivery, webhook in rows:
                if webhook.id not in served and not _is_poison(delivery):
                    first.setdefault(webhook.id, (delivery, webhook))
            return [await self._lease(session, *found) for found in list(first.values())[:most]]

        return await self._database.transact(work)

    async def settle(self, parcel: Parcel, result: Result) -> Settled:
        """Writes down how an attempt went, and what is to follow."""

        async def work(session: AsyncSession) -> Settled:
            webhook = await session.get(Webhook, parcel.webhook_id, with_for_update=True)
            row = await _held(session, parcel)
            if webhook is None or row is None:
                return Settled("lost")
            _record(row, result)
            if result.error is None:
                row.status = DELIVERED
                _forgive(webhook)
                return Settled("delivered")
            row.next_attempt_at = next_attempt(result, parcel.tries, self._chance())
            row.status = PENDING if row.next_attempt_at else DEAD
            outcome: Outcome = "failed" if row.next_attempt_at else "dead"
            return Settled(outcome, is_switched_off=_blame(webhook, result))

        return await self._database.transact(work)

    async def give_back(self, parcel: Parcel) -> None:
        """An attempt that was broken off counts as none, and may be made at once by another process."""

        async def work(session: AsyncSession) -> None:
            row = await _held(session, parcel)
            if row is not None:
                row.tries, row.lease, row.next_attempt_at = row.tries - 1, None, self._clock()

        await self._database.transact(work)

    async def prune(self, days: int) -> None:
        """Removes what is older, delivered or not, some at a time."""
        before = self._clock() - timedelta(days=days)
        old_deliveries = select(WebhookDelivery.id).where(col(WebhookDelivery.created_at) < before)
        used = select(WebhookDelivery.event_id).where(WebhookDelivery.event_id == WebhookEvent.id)
        old_events = select(WebhookEvent.id).where(
            col(WebhookEvent.created_at) < before, ~used.correlate(WebhookEvent).exists()
        )
        await self._remove(WebhookDelivery, old_deliveries)
        await self._remove(WebhookEvent, old_events)

    async def _lease(self, session: AsyncSession, delivery: WebhookDelivery, webhook: Webhook) -> Parcel:
        """The attempt counts from here on: one that kills its process must not be made for ever."""
        event = await session.get_one(WebhookEvent, delivery.event_id)
        if delivery.lease is not None and delivery.next_attempt_at is not None:
            _record(delivery, Result(delivery.next_attempt_at - LEASE, 0.0, error=UNKNOWN))
        delivery.lease, delivery.tries = new_id(), delivery.tries + 1
        delivery.next_attempt_at = self._clock() + LEASE
        return Parcel(
            delivery_id=delivery.id,
            lease=delivery.lease,
            tries=delivery.tries,
            webhook_id=webhook.id,
            target_url=webhook.target_url,
            event=event,
            secrets=await self._secrets(session, webhook),
        )

    async def _secrets(self, session: AsyncSession, webhook: Webhook) -> Secrets | None:
        try:
            return await unseal(session, self._vault, webhook)
        except CannotOpen:
            return None

    async def _remove(self, table: Any, old: Any) -> None:
        gone = MOST_REMOVED
        while gone == MOST_REMOVED:
            async with self._database.write() as session:
                some = delete(table).where(col(table.id).in_(old.limit(MOST_REMOVED)))
                gone = (await session.exec(some)).rowcount


def _due(moment: datetime) -> Any:
    """Deliveries that are due, with their webhooks, but for webhooks that are off, held, or being served."""
    under_way = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.webhook_id == Webhook.id, *_under_way(moment))
        .correlate(Webhook)
        .exists()
    )
    return (
        select(WebhookDelivery, Webhook)
        .join(Webhook, col(Webhook.id) == WebhookDelivery.webhook_id)
        .join(WebhookEvent, col(WebhookEvent.id) == WebhookDelivery.event_id)
        .where(
            WebhookDelivery.status == PENDING,
            col(WebhookDelivery.next_attempt_at) <= moment,
            col(Webhook.is_active),
            or_(col(Webhook.held_until).is_(None), col(Webhook.held_until) <= moment),
            ~under_way,
        )
        .order_by(col(WebhookDelivery.next_attempt_at), col(WebhookEvent.sequence))
    )


def _served(webhook_ids: set[str], moment: datetime) -> Any:
    """Those with a delivery under way, asked once they are locked: `_due` may have looked just before another taker
    wrote his down.
    """
    of_these = col(WebhookDelivery.webhook_id).in_(webhook_ids)
    return select(WebhookDelivery.webhook_id).where(of_these, *_under_way(moment))


def _under_way(moment: datetime) -> Any:
    return (
        WebhookDelivery.status == PENDING,
        col(WebhookDelivery.lease).is_not(None),
        col(WebhookDelivery.next_attempt_at) > moment,
    )


async def _held(session: AsyncSession, parcel: Parcel) -> WebhookDelivery | None:
    """The delivery, if it is still in this parcel's hands."""
    row = await session.get(WebhookDelivery, parcel.delivery_id, with_for_update=True)
    return row if row is not None and row.lease == parcel.lease else None


def _is_poison(row: WebhookDelivery) -> bool:
    """Whether every attempt was begun and the last one never ended; then this delivery is closed."""
    if row.tries < ATTEMPTS or row.next_attempt_at is None:
        return False
    _record(row, Result(row.next_attempt_at - LEASE, 0.0, error=UNKNOWN))
    row.status = DEAD
    return True


def _record(row: WebhookDelivery, result: Result) -> None:
    attempt = {
        "at": show_moment(result.at),
        "status_code": result.status_code,
        "error": result.error,
        "duration_ms": round(result.seconds * 1000, 2),
    }
    row.attempts = [*row.attempts, attempt][-MOST_ATTEMPTS:]
    row.lease = row.next_attempt_at = None


def _forgive(webhook: Webhook) -> None:
    if webhook.failing_since or webhook.held_until:
        webhook.failing_since = webhook.held_until = None
        flag_modified(webhook, "updated_at")  # it stays: nobody has changed the webhook


def _blame(webhook: Webhook, result: Result) -> bool:
    """Notes a failure with the webhook. True where that switches it off."""
    webhook.failing_since = webhook.failing_since or result.at
    webhook.held_until = result.hold or webhook.held_until
    if is_hopeless(result, webhook.failing_since):
        webhook.is_active = False
        return True
    flag_modified(webhook, "updated_at")
    return False

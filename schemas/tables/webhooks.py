"""Webhooks, the events that they are told of (the outbox), and how each delivery went."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from schemas.tables.base import Row, UtcDateTime, new_id


def new_event_id() -> str:
    return f"evt_{new_id()}"


class Webhook(Row, table=True):
    """Where an environment's product hears of its accounts; its secrets are sealed apart. No `event_types`: all.

    `failing_since`: the first failure since the last success. Nothing is sent to it before `held_until`.
    """

    __tablename__ = "webhook"

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str = Field(foreign_key="environment.id", index=True)
    target_url: str
    is_active: bool = True
    event_types: list[str] = Field(default_factory=list, sa_type=JSON)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookEvent(Row, table=True):
    """What happened, as it was then; `payload` holds nothing secret. `sequence` rises with the account's events."""

    __tablename__ = "webhook_event"
    __table_args__ = (Index(None, "created_at"),)

    id: str = Field(default_factory=new_event_id, primary_key=True)
    environment_id: str
    event: str
    sequence: int = 0
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class WebhookDelivery(Row, table=True):
    """One event on its way to one webhook: `pending` until it is `delivered` or `dead`.

    While a process has it in hand, it holds the `lease`; `next_attempt_at` is then when others may take it over.
    `tries` counts the attempts begun in the present run through the schedule, `attempts` are the last of all.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "status", "next_attempt_at"),
        Index(None, "environment_id", "created_at"),
        Index(None, "webhook_id", "status"),
        Index(None, "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str
    webhook_id: str
    event_id: str = Field(foreign_key="webhook_event.id", index=True)
    event: str
    status: str
    tries: int = 0
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease: str | None = None

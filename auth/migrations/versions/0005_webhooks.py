"""Webhooks, the outbox of events and their deliveries; accounts count their events."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)


def _times() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("created_at", TIME, nullable=False), sa.Column("updated_at", TIME, nullable=False)


def upgrade() -> None:
    op.add_column(
        "integrated_account", sa.Column("event_sequence", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "webhook",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("target_url", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("held_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name="fk_webhook_environment_id"),
    )
    op.create_index("ix_webhook_environment_id", "webhook", ["environment_id"])
    op.create_table(
        "webhook_event",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_event"),
    )
    op.create_index("ix_webhook_event_created_at", "webhook_event", ["created_at"])
    op.create_table(
        "webhook_delivery",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        sa.ForeignKeyConstraint(["event_id"], ["webhook_event.id"], name="fk_webhook_delivery_event_id"),
    )
    for columns in (
        ("status", "next_attempt_at"),
        ("environment_id", "created_at"),
        ("webhook_id", "status"),
        ("created_at",),
        ("event_id",),
    ):
        op.create_index(f"ix_webhook_delivery_{'_'.join(columns)}", "webhook_delivery", list(columns))

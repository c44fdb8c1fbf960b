"""Webhooks, the outbox of events and their deliveries."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""

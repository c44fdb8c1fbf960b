"""Credentials that are renewed: lease, intent and version in one row."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""

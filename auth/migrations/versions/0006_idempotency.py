"""Writes by idempotency key, with their stored answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)
INDEXES = (("environment_id", "account_id"), ("expires_at",))


def upgrade() -> None:
    op.create_table(
        "idempotency_record",
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("busy_until", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_record"),
    )
    for columns in INDEXES:
        op.create_index(f"ix_idempotency_record_{'_'.join(columns)}", "idempotency_record", list(columns))

"""The request log: what was called, for whom, and how it went."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)
INDEXES = (
    ("environment_id", "created_at"),
    ("environment_id", "integrated_account_id", "created_at"),
    ("environment_id", "request_id"),
    ("created_at",),
)


def upgrade() -> None:
    op.create_table(
        "request_log",
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("integrated_account_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("request_type", sa.String(), nullable=False),
        sa.Column("http_method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("is_remote_error", sa.Boolean(), nullable=False),
        sa.Column("duration", sa.Float(), nullable=False),
        sa.Column("fetch_duration", sa.Float(), nullable=False),
        sa.Column("vendor_call_count", sa.Integer(), nullable=False),
        sa.Column("vendor_calls", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request_log"),
    )
    for columns in INDEXES:
        op.create_index(f"ix_request_log_{'_'.join(columns)}", "request_log", list(columns))

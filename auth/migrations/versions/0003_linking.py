"""Link tokens and the attempts of the connect page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)


def _times() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("created_at", TIME, nullable=False), sa.Column("updated_at", TIME, nullable=False)


def upgrade() -> None:
    op.create_table(
        "link_token",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("is_reconnect", sa.Boolean(), nullable=False),
        sa.Column("unified_models", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("persist_previous_context", sa.Boolean(), nullable=False),
        sa.Column("is_sandbox", sa.Boolean(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=True),
        sa.Column("allowed_origins", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("spent_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_link_token"),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name="fk_link_token_environment_id"),
    )
    op.create_index("ix_link_token_environment_id", "link_token", ["environment_id"])
    op.create_index("ix_link_token_expires_at", "link_token", ["expires_at"])
    op.create_table(
        "link_attempt",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_token_id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_attempt"),
        sa.ForeignKeyConstraint(["link_token_id"], ["link_token.id"], name="fk_link_attempt_link_token_id"),
    )
    op.create_index("ix_link_attempt_link_token_id", "link_attempt", ["link_token_id"])
    op.create_index("ix_link_attempt_state_hash", "link_attempt", ["state_hash"], unique=True)
    op.create_index("ix_link_attempt_expires_at", "link_attempt", ["expires_at"])

"""Credentials that are renewed: lease, intent and version in one row; and work that one process at a time does."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)


def _times() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("created_at", TIME, nullable=False), sa.Column("updated_at", TIME, nullable=False)


def upgrade() -> None:
    op.create_table(
        "access_grant",
        *_times(),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("credential_version", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("attempt", sa.String(), nullable=True),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("minted_at", sa.Float(), nullable=True),
        sa.Column("renew_at", sa.Float(), nullable=True),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("is_renewable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_access_grant"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["integrated_account.id"],
            name="fk_access_grant_account_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_access_grant_minted_at", "access_grant", ["minted_at"])
    op.create_table(
        "shift",
        *_times(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_shift"),
    )

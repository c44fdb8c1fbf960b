"""Versions of overrides: who changed them, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TIME = sa.DateTime(timezone=True)
OWNERS = ("integrated_account", "environment_integration")


def upgrade() -> None:
    op.create_table(
        "override_version",
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(f"{owner}_id", sa.String(), nullable=True) for owner in OWNERS),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("override", sa.JSON(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("token_name", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_override_version"),
        *(_owned(owner) for owner in OWNERS),
        *(
            sa.UniqueConstraint(f"{owner}_id", "version", name=f"uq_override_version_{owner}_id_version")
            for owner in OWNERS
        ),
    )


def _owned(owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}.id"], name=f"fk_override_version_{owner}_id", ondelete="CASCADE"
    )

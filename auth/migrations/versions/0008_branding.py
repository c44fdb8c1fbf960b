"""How an environment's connect page looks."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("environment", sa.Column("branding", sa.JSON(), nullable=False, server_default="{}"))

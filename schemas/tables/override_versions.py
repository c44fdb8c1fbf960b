"""What overrides were, and who made them so."""

from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from schemas.tables.base import Row, new_id


class OverrideVersion(Row, table=True):
    """An override as it was saved, of an account or of an environment's integration: one of the two ids is there.

    `restored` is the version that a rollback brought back. The token's name is kept, as the token may be deleted.
    """

    __tablename__ = "override_version"
    __table_args__ = (
        UniqueConstraint("integrated_account_id", "version"),
        UniqueConstraint("environment_integration_id", "version"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    integrated_account_id: str | None = Field(
        default=None, foreign_key="integrated_account.id", ondelete="CASCADE"
    )
    environment_integration_id: str | None = Field(
        default=None, foreign_key="environment_integration.id", ondelete="CASCADE"
    )
    version: int
    override: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    restored: int | None = None
    token_id: str
    token_name: str | None = None

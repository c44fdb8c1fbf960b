"""What an account's present token is, apart from the token itself, and who is renewing it."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from schemas.tables.base import Row, new_id


class Grant(Row, table=True):
    """One for each account whose scheme has tokens; the token is sealed beside it, with purpose `grant`.

    `version` is new with every token. `attempt` is the renewal under way; once `lease_until` has passed, one of which
    nobody knows the outcome. `doubt` is such an attempt after others have begun. `lease_until` with a `failure` is a
    pause. `failures` counts the attempts since the last token. `lease_until` is a moment of the database's steady
    clock, the others are of its wall clock, in seconds. `credential_version` is that of the account when the token was
    made; `is_renewable`: it came with a refresh token.
    """

    __tablename__ = "access_grant"

    account_id: str = Field(primary_key=True, foreign_key="integrated_account.id", ondelete="CASCADE")
    credential_version: str
    version: str = Field(default_factory=new_id)
    attempt: str | None = None
    doubt: str | None = None
    lease_until: float | None = None
    failures: int = 0
    failure: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    minted_at: float | None = Field(default=None, index=True)
    renew_at: float | None = None
    expires_at: float | None = None
    is_renewable: bool = False


class Shift(Row, table=True):
    """Work that one process at a time does, by name; `until` is a moment of the database's steady clock."""

    __tablename__ = "shift"

    name: str = Field(primary_key=True)
    until: float = 0.0

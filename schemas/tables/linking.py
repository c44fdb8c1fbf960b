"""Link tokens, and the attempts of the connect page that they stand behind."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field

from schemas.tables.base import Row, UtcDateTime, new_id, now


class LinkToken(Row, table=True):
    """The right to connect one account, once. Only a keyed hash of its secret is stored, its `context` is sealed apart.

    `account_id` is the account that it is bound to; but for a reconnect, it does not exist until an attempt leaves it
    behind. `allowed_origins`: None where the environment's count.
    """

    __tablename__ = "link_token"

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str = Field(foreign_key="environment.id", index=True)
    secret_hash: bytes = Field(default=b"", sa_type=LargeBinary)
    tenant_id: str
    account_id: str
    is_reconnect: bool = False
    unified_models: list[str] = Field(default_factory=list, sa_type=JSON)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    persist_previous_context: bool = False
    is_sandbox: bool = False
    redirect_uri: str | None = None
    allowed_origins: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    region: str | None = None
    expires_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    spent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinkAttempt(Row, table=True):
    """One form sent in the connect page, from there to its outcome. What was typed is sealed apart.

    `stage` goes from `away` (at the vendor's own login) or straight from `ready` over `running` to `over`. The hashes
    are of the OAuth `state`, of the code that it came back with, and of the cookie of the browser that it belongs to.
    `options` are the parameters of the page, `outcome` is what it came to.
    """

    __tablename__ = "link_attempt"

    id: str = Field(primary_key=True)
    link_token_id: str = Field(foreign_key="link_token.id", index=True)
    environment_id: str
    integration: str
    method: str
    options: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    stage: str
    state_hash: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True, index=True)
    code_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    browser_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    outcome: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    expires_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)

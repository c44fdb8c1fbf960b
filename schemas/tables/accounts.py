"""Environments, their tokens and integrations, the accounts linked in them and what is sealed for those."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from schemas.tables.base import Row, UtcDateTime, new_id


class Environment(Row, table=True):
    """The walled space that tokens, accounts and settings belong to. `branding`: its connect page's logo and accent."""

    __tablename__ = "environment"

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    allowed_origins: list[str] = Field(default_factory=list, sa_type=JSON)
    branding: dict[str, str | None] = Field(default_factory=dict, sa_type=JSON)


class ApiToken(Row, table=True):
    """A caller's key. Only a keyed hash of its secret is stored."""

    __tablename__ = "api_token"

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str = Field(foreign_key="environment.id", index=True)
    name: str
    secret_hash: bytes = Field(sa_type=LargeBinary)
    created_by: str | None = None
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EnvironmentIntegration(Row, table=True):
    """A provider switched on in an environment. Secrets of `override` are sealed apart."""

    __tablename__ = "environment_integration"
    __table_args__ = (UniqueConstraint("environment_id", "integration"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str = Field(foreign_key="environment.id")
    integration: str
    is_enabled: bool = True
    show_in_catalog: bool = True
    override: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class IntegratedAccount(Row, table=True):
    """One customer's connection to one vendor.

    `context` holds nothing secret. `credential_version` is new whenever context or credentials are written: what was
    derived from the former ones (a token, a verdict on them) must not be laid to the present ones. `event_sequence`
    is the number of the last event that was told of the account.
    """

    __tablename__ = "integrated_account"
    __table_args__ = (Index(None, "environment_id", "tenant_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str = Field(foreign_key="environment.id")
    environment_integration_id: str = Field(foreign_key="environment_integration.id", index=True)
    tenant_id: str
    status: str
    is_blocked: bool = False
    is_sandbox: bool = False
    authentication_method: str
    region: str | None = None
    credential_version: str = Field(default_factory=new_id)
    event_sequence: int = 0
    context: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    unified_model_override: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    last_error: str | None = None
    last_forbidden_error: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    last_action_run_result: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class SealedRecord(Row, table=True):
    """A secret in its envelope; the primary key is what the envelope is bound to (empty: the whole gateway's)."""

    __tablename__ = "sealed_record"

    environment_id: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    key_id: str = Field(index=True)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    nonce: bytes = Field(sa_type=LargeBinary)
    ciphertext: bytes = Field(sa_type=LargeBinary)

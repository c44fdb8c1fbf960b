"""The tables of the gateway: ids are UUIDs as text, times are UTC to the millisecond, on every database."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
    event,
)
from sqlmodel import Field, SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, cut to the millisecond that answers show: a time that was read finds its row."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone, Postgres answers in the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    return str(uuid4())


def now() -> datetime:
    """The present time as it is stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Row(SQLModel):
    """What every table has."""

    metadata: ClassVar[MetaData] = METADATA

    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, sa_column_kwargs={"onupdate": now})


@event.listens_for(Row, "before_insert", propagate=True)
def _not_changed_yet(_mapper: object, _connection: object, row: Row) -> None:
    row.updated_at = row.created_at


class Environment(Row, table=True):
    """The walled space that tokens, accounts and settings belong to."""

    __tablename__ = "environment"

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    allowed_origins: list[str] = Field(default_factory=list, sa_type=JSON)


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
    derived from the former ones (a token, a verdict on them) must not be laid to the present ones.
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


class RequestLogEntry(Row, table=True):
    """A data call to one account, without its body and query: `created_at` is when it came in.

    `vendor_calls` holds the first calls it led to, `vendor_call_count` says how many there were.
    """

    __tablename__ = "request_log"
    __table_args__ = (
        Index(None, "environment_id", "created_at"),
        Index(None, "environment_id", "integrated_account_id", "created_at"),
        Index(None, "environment_id", "request_id"),
        Index(None, "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    environment_id: str
    integrated_account_id: str
    tenant_id: str
    integration: str
    request_id: str
    request_type: str
    http_method: str
    path: str
    resource: str
    method: str
    status: int
    outcome: str
    reason: str | None = None
    is_remote_error: bool = False
    duration: float
    fetch_duration: float
    vendor_call_count: int
    vendor_calls: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)

"""Writes that are to happen once, with the answers that a repeat of them gets."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from schemas.tables.base import Row, UtcDateTime


class WriteRecord(Row, table=True):
    """A write by its idempotency key, or a recent one without a key whose outcome is not known.

    `id` is a keyed digest of environment, account, method, path and key, `digest` one of query and body. `state` is
    `running`, `done` or `doubt`. `attempt` names the one execution that may change the row. `busy_until`, by the
    database's clock: how long that one counts as alive; in doubt, when it ended. `handle` is what a vendor's record may
    be marked with. `answer` is sealed; a write that is done without one had an answer that could not be kept.
    """

    __tablename__ = "idempotency_record"
    __table_args__ = (Index(None, "environment_id", "account_id"), Index(None, "expires_at"))

    id: str = Field(primary_key=True)
    environment_id: str
    account_id: str
    digest: bytes = Field(sa_type=LargeBinary)
    state: str
    attempt: str
    handle: str
    busy_until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)

"""What was called on the accounts, kept for a while."""

from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from schemas.ids import timed_id
from schemas.tables.base import Row


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

    id: str = Field(default_factory=timed_id, primary_key=True)
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

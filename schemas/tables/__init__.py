"""The tables of the gateway; one import of this package makes `METADATA` whole."""

from schemas.tables.accounts import (
    ApiToken,
    Environment,
    EnvironmentIntegration,
    IntegratedAccount,
    SealedRecord,
)
from schemas.tables.base import METADATA, Row, UtcDateTime, new_id, now
from schemas.tables.changes import Change
from schemas.tables.grants import Grant, Shift
from schemas.tables.idempotency import WriteRecord
from schemas.tables.linking import LinkAttempt, LinkToken
from schemas.tables.override_versions import OverrideVersion
from schemas.tables.request_log import RequestLogEntry
from schemas.tables.webhooks import Webhook, WebhookDelivery, WebhookEvent

__all__ = [
    "METADATA",
    "ApiToken",
    "Change",
    "Environment",
    "EnvironmentIntegration",
    "Grant",
    "IntegratedAccount",
    "LinkAttempt",
    "LinkToken",
    "OverrideVersion",
    "RequestLogEntry",
    "Row",
    "SealedRecord",
    "Shift",
    "UtcDateTime",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "WriteRecord",
    "new_id",
    "now",
]

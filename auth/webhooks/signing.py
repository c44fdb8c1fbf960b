"""The body and the headers of a delivery: Standard Webhooks, and Truto's own signature beside it."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import orjson

from auth.moments import show_moment
from auth.webhooks.secrets import PREFIX
from schemas.tables import WebhookEvent

TrutoSignature = Literal["hex", "base64", "off"]


def body(event: WebhookEvent, webhook_id: str, labels: Mapping[str, str]) -> bytes:
    """The same bytes on every attempt. `labels`: what integrations are called, by name."""
    return orjson.dumps(
        {
            "id": event.id,
            "event": event.event,
            "payload": _labelled(event.payload, labels),
            "environment_id": event.environment_id,
            "created_at": show_moment(event.created_at),
            "webhook_id": webhook_id,
        }
    )


def headers(
    event_id: str, content: bytes, secrets: list[str], moment: datetime, truto: TrutoSignature
) -> dict[str, str]:
    """`secrets`, newest first: each signs; Truto's header has room for the newest alone."""
    timestamp = str(int(moment.timestamp()))
    signed = b".".join((event_id.encode(), timestamp.encode(), content))
    named = {
        "content-type": "application/json",
        "user-agent": "Koine",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signatures(signed, secrets)),
    }
    if truto == "off":
        return named
    digest = hmac.digest(secrets[0].encode(), content, "sha256")
    spelled = digest.hex() if truto == "hex" else base64.b64encode(digest).decode()
    return {**named, "X-Truto-Signature": f"format=sha256,v={spelled}"}


def _signatures(signed: bytes, secrets: Iterable[str]) -> Iterable[str]:
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        yield "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _labelled(payload: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """An account's payload as it is shown over HTTP; the outbox does not know what a provider is called."""
    integration = payload.get("integration")
    if integration is None:
        return payload
    name = integration["name"]
    return {**payload, "integration": {**integration, "config": {"label": labels.get(name, name)}}}

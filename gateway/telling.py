"""The courier of webhooks as this gateway runs it: through the one way out, watched by log and metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from auth.database import Database
from auth.vault import Vault
from auth.webhooks.courier import Courier, carrying
from auth.webhooks.outbox import Outbox
from auth.webhooks.sending import Sender
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.watch import Watch
from providers.registry import PROVIDERS
from proxy.figures import stated_wait
from schemas.tables import now


@asynccontextmanager
async def open_courier(
    settings: Settings,
    database: Database,
    vault: Vault,
    way_out: httpx.AsyncBaseTransport,
    watch: Watch,
    metrics: Metrics,
) -> AsyncIterator[Courier]:
    """Events are delivered within this context."""
    sender = Sender(
        way_out,
        labels={name: provider.label for name, provider in PROVIDERS.items()},
        read_wait=stated_wait,
        clock=now,
        https_only=not settings.allow_private_upstreams,
        truto_signature=settings.truto_signature,
    )
    courier = Courier(
        database,
        Outbox(database, vault, now),
        sender,
        days=settings.webhook_days,
        on_attempt=watch.attempted,
        on_fault=watch.broke,
    )
    metrics.watch(
        "koine_webhook_oldest_undelivered_seconds",
        "Age of the oldest event that a webhook has not got yet.",
        lambda: (now() - courier.oldest).total_seconds() if courier.oldest else 0.0,
    )
    async with carrying(courier):
        yield courier

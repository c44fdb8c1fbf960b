"""Couriers for tests: with a clock whose hours pass at once, and pauses that are exactly those of the schedule."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from auth.database import Database
from auth.vault import Keyring, Vault
from auth.webhooks.courier import Courier, OnAttempt, OnFault
from auth.webhooks.outbox import Outbox
from auth.webhooks.sending import Sender
from proxy.figures import stated_wait
from schemas.tables import now

KEY = bytes(range(1, 33))  # that of every world


@dataclass
class Time:
    """The present, and as much later as a test wants."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead

    def advance(self, **amount: float) -> None:
        self.ahead += timedelta(**amount)


def make_courier(
    database: Database,
    time: Time,
    transport: httpx.AsyncBaseTransport,
    *,
    on_attempt: OnAttempt = lambda attempt: None,
    on_fault: OnFault = lambda error: None,
    **sender: Any,
) -> tuple[Courier, Outbox]:
    """Half of all chance: no pause is longer or shorter than the schedule says."""
    outbox = Outbox(database, Vault(Keyring.of([KEY])), time, chance=lambda: 0.5)
    options = {"labels": {"acme": "Acme Works"}, "https_only": False, **sender}
    way = Sender(transport, read_wait=stated_wait, clock=time, **options)
    return Courier(database, outbox, way, days=30, on_attempt=on_attempt, on_fault=on_fault), outbox

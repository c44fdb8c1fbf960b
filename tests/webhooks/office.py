"""A courier that works when it is told to, on a world's database, with a clock whose hours pass at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlmodel import select

from auth.webhooks.courier import Attempt, Courier
from auth.webhooks.outbox import Outbox
from proxy.guard import Guard
from proxy.transport import Transport
from schemas.tables import Webhook, WebhookDelivery
from tests.auth.world import World
from tests.webhooks.couriers import Time, make_courier


@dataclass
class Office:
    world: World
    courier: Courier
    outbox: Outbox
    transport: httpx.AsyncBaseTransport
    time: Time
    attempts: list[Attempt] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)

    async def open(self, url: str, **body: Any) -> dict[str, Any]:
        """A webhook of the world's environment."""
        answer = await self.world.client.post("/webhook", json={"target_url": url, **body})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def test(self, webhook: dict[str, Any]) -> None:
        """Lays an event into the outbox."""
        answer = await self.world.client.post("/webhook/test", json={"id": webhook["id"]})
        assert answer.status_code == 200, answer.text

    async def work_off(self, **later: float) -> None:
        self.time.advance(**later)
        await self.courier.work_off()

    def forget_names(self) -> None:
        """The ten seconds, of a clock that is not ours, for which a resolved and checked address is used again."""
        assert isinstance(self.transport, Transport)
        self.transport._dialler._known.clear()

    async def deliveries(self) -> list[dict[str, Any]]:
        """Oldest first."""
        found: list[dict[str, Any]] = (await self.world.client.get("/webhook-delivery")).json()["result"]
        return found[::-1]

    async def webhook(self, webhook: dict[str, Any]) -> Webhook:
        async with self.world.database.read() as session:
            return await session.get_one(Webhook, webhook["id"])

    async def rows(self) -> list[WebhookDelivery]:
        async with self.world.database.read() as session:
            return list((await session.exec(select(WebhookDelivery))).all())


@asynccontextmanager
async def open_office(
    world: World, transport: httpx.AsyncBaseTransport | None = None, **sender: Any
) -> AsyncIterator[Office]:
    """`sender`: what the courier's sender is given in other form."""
    time, way_out = Time(), transport or Transport(Guard(allow_private=True))
    attempts: list[Attempt] = []
    faults: list[BaseException] = []
    courier, outbox = make_courier(
        world.database, time, way_out, on_attempt=attempts.append, on_fault=faults.append, **sender
    )
    yield Office(world, courier, outbox, way_out, time, attempts, faults)
    await courier.stop()
    await way_out.aclose()

"""Webhooks through the front door of a whole gateway: made, told at once, logged, counted, and nothing secret shown."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Verifier

from auth.webhooks import courier
from proxy.guard import Guard
from proxy.transport import Transport
from sandbox.coupa import create_app
from tests.gateway.test_metrics import figures
from tests.house import SANDBOX, House, coupa_context, link, open_house
from tests.webhooks.receiver import Receiver, status

pytestmark = pytest.mark.anyio


class Outside(httpx.AsyncBaseTransport):
    """The world around the gateway: the vendor's stand-in, and all else over the wire."""

    def __init__(self, coupa: httpx.AsyncBaseTransport) -> None:
        self._coupa = coupa
        self._wire = Transport(Guard(allow_private=True))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        inner = self._coupa if str(request.url).startswith(SANDBOX) else self._wire
        return await inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


async def at_once(_seconds: float) -> None:
    """No test waits until the stand-in would take a new token."""


@pytest.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house that looks for news on its own once in an hour: what comes sooner was woken by a commit."""
    monkeypatch.setattr(courier, "POLL_SECONDS", 3600.0)
    monkeypatch.setattr(courier, "FIGURE_SECONDS", 0.05)
    coupa = create_app(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
    outside = Outside(httpx.ASGITransport(coupa))
    async with open_house(tmp_path, transport=outside, stand_in=coupa, sleep=at_once) as house:
        yield house


async def open_webhook(house: House, receiver: Receiver, **body: Any) -> dict[str, Any]:
    url = f"{receiver.url}?key=hush-hush-query"
    answer = await house.client.post("/webhook", json={"target_url": url, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    house.client._transport.secrets.append(found["secret"])  # type: ignore[attr-defined]
    return found


async def delivered(house: House, count: int) -> list[dict[str, Any]]:
    for _ in range(200):
        answer = await house.client.get("/webhook-delivery", params={"status": "delivered"})
        found: list[dict[str, Any]] = answer.json()["result"]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.1)
    pytest.fail("not delivered within twenty seconds")


async def test_the_product_hears_of_an_account_at_once(told: House, receiver: Receiver) -> None:
    webhook = await open_webhook(told, receiver)
    account = await link(told, coupa_context(told.coupa_credentials))
    await receiver.wait_for(2)
    created, active = (Verifier(webhook["secret"]).verify(got.body, got.headers) for got in receiver.got)
    assert (created["event"], active["event"]) == ("integrated_account:created", "integrated_account:active")
    assert active["payload"] == {**account, "sequence": 2}
    deleted = await told.client.delete(f"/integrated-account/{account['id']}")
    assert deleted.status_code == 200
    await receiver.wait_for(3)
    assert receiver.got[2].json["event"] == "integrated_account:deleted"
    assert receiver.got[2].place == (account["id"], 3)


async def test_an_account_that_a_vendor_refuses_is_told_of_once(told: House, receiver: Receiver) -> None:
    await open_webhook(told, receiver, event_types=["integrated_account:authentication_error"])
    await told.fault(kind="revoke_client")
    await told.fault(kind="expire_tokens", path="/api/*", count=8)
    answers = await asyncio.gather(*(told.get("accounting/contacts?limit=1") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {401}
    await receiver.wait_for(1)
    await delivered(told, 1)
    [got] = receiver.got
    assert got.json["payload"]["status"] == "needs_reauth"


async def test_attempts_are_logged_and_counted_without_secret_query_or_body(
    told: House, receiver: Receiver
) -> None:
    receiver.answers = [status(410)]
    gone = await open_webhook(told, receiver)
    await told.client.post("/webhook/test", json={"id": gone["id"]})
    await receiver.wait_for(1)
    webhook = await open_webhook(told, receiver)
    await told.client.post("/webhook/test", json={"id": webhook["id"]})
    [row] = await delivered(told, 1)
    lines = [line for line in told.lines() if line.get("event", "").startswith("webhook_")]
    attempts = [line for line in lines if line["event"] == "webhook_attempt"]
    line = next(line for line in attempts if line["webhook_id"] == webhook["id"])
    assert line.pop("timestamp")
    assert line.pop("duration_ms") > 0
    assert line == {
        "level": "info",
        "event": "webhook_attempt",
        "environment_id": told.environment,
        "webhook_id": webhook["id"],
        "delivery_id": row["id"],
        "event_id": row["event_id"],
        "event_type": "test",
        "host": "127.0.0.1",
        "status": 200,
        "error": None,
        "outcome": "delivered",
        "tries": 1,
    }
    [switched] = [line for line in lines if line["event"] == "webhook_switched_off"]
    assert (switched["level"], switched["webhook_id"], switched["status"]) == ("warning", gone["id"], 410)
    written = told.written.getvalue().decode()
    for hidden in (webhook["secret"], gone["secret"], "hush-hush-query", "whsec_"):
        assert hidden not in written
    found = await figures(told)
    assert found['koine_webhook_attempts_total{outcome="delivered"}'] == 1
    assert found['koine_webhook_attempts_total{outcome="dead"}'] == 1
    assert found["koine_webhooks_switched_off_total"] == 1


async def until_age(house: House, *, is_zero: bool) -> None:
    for _ in range(200):
        age = (await figures(house))["koine_webhook_oldest_undelivered_seconds"]
        if (age == 0) is is_zero:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the figure has not changed within twenty seconds")


async def test_the_age_of_what_waits_is_a_figure(told: House, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    webhook = await open_webhook(told, receiver)
    await told.client.post("/webhook/test", json={"id": webhook["id"]})
    await receiver.wait_for(1)
    await until_age(told, is_zero=False)
    await told.client.delete(f"/webhook/{webhook['id']}")
    await until_age(told, is_zero=True)

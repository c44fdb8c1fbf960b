"""`/webhook` and `/webhook-delivery` at the front door: their bodies, filters, refusals, and secrets shown once."""

import base64
from typing import Any

import pytest
from sqlmodel import select

from auth import sealed
from auth.endpoints.webhooks import MOST
from auth.vault import Binding
from schemas.tables import SealedRecord, Webhook, WebhookDelivery
from tests.auth.world import World

pytestmark = pytest.mark.anyio

URL = "https://127.0.0.1/hooks?tenant=7"


async def make(world: World, **body: Any) -> dict[str, Any]:
    answer = await world.client.post("/webhook", json={"target_url": URL, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def deliveries(world: World, **query: str) -> list[dict[str, Any]]:
    answer = await world.client.get("/webhook-delivery", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def test_a_webhook_is_made_with_a_secret_that_is_shown_once(either: World) -> None:
    made = await make(either)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert made == {
        "id": made["id"],
        "target_url": URL,
        "is_active": True,
        "event_types": [],
        "environment_id": either.id,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert (await either.client.get(f"/webhook/{made['id']}")).json() == made
    listed = await either.client.get("/webhook")
    assert listed.json() == {"result": [made], "next_cursor": None, "limit": 5000}
    async with either.database.read() as session:
        stored = str([row.model_dump() for row in (await session.exec(select(Webhook))).all()])
    assert secret not in stored


async def test_webhooks_are_found_by_what_they_hold(world: World) -> None:
    first, second = await make(world), await make(world, is_active=False)

    async def ids(**query: str) -> list[str]:
        return [row["id"] for row in (await world.client.get("/webhook", params=query)).json()["result"]]

    assert await ids(is_active="false") == [second["id"]]
    assert await ids(target_url=URL) == [first["id"], second["id"]]
    assert await ids(**{"created_at[lt]": first["created_at"]}) == []
    assert (await world.client.get("/webhook", params={"secret": "x"})).status_code == 400


async def test_a_webhook_is_changed_and_keeps_its_secret(world: World) -> None:
    made = await make(world)
    change = {
        "target_url": "https://127.0.0.1/other",
        "is_active": False,
        "event_types": ["integrated_account:active", "integrated_account:active"],
    }
    answer = await world.client.patch(f"/webhook/{made['id']}", json=change)
    assert answer.status_code == 200
    changed = answer.json()
    assert changed.pop("updated_at") >= made["updated_at"]
    assert changed == {
        **{name: made[name] for name in ("id", "environment_id", "created_at")},
        **change,
        "event_types": ["integrated_account:active"],
    }


async def secrets_of(world: World, webhook: dict[str, Any]) -> dict[str, Any]:
    async with world.database.read() as session:
        bound = Binding(world.id, "", f"webhook/{webhook['id']}")
        found = await sealed.take(session, world.vault, bound)
    assert isinstance(found, dict)
    return found


async def test_f8_rotating_makes_a_new_secret_and_keeps_the_old_one_for_a_day(either: World) -> None:
    made = await make(either)
    answer = await either.client.post(f"/webhook/{made['id']}/rotate-secret")
    assert answer.status_code == 200
    assert set(answer.json()) == set(made)
    assert answer.json()["secret"] != made["secret"]
    kept = await secrets_of(either, made)
    assert kept["newest"] == answer.json()["secret"]
    assert [secret for secret, _ in kept["older"]] == [made["secret"]]


async def test_a_deleted_webhook_leaves_neither_secret_nor_what_waits_for_it(either: World) -> None:
    made, other = await make(either), await make(either)
    for webhook in (made, other):
        await either.client.post("/webhook/test", json={"id": webhook["id"]})
    answer = await either.client.delete(f"/webhook/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"id": made["id"]})
    assert (await either.client.get(f"/webhook/{made['id']}")).status_code == 404
    assert [row["webhook_id"] for row in await deliveries(either)] == [other["id"]]
    async with either.database.read() as session:
        purposes = (await session.exec(select(SealedRecord.purpose))).all()
    assert f"webhook/{other['id']}" in purposes
    assert f"webhook/{made['id']}" not in purposes


async def test_a_test_is_laid_into_the_outbox_for_one_webhook_whatever_its_types(world: World) -> None:
    made = await make(world, event_types=["integrated_account:active"])
    await make(world)
    answer = await world.client.post("/webhook/test", json={"id": made["id"]})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [row] = await deliveries(world)
    assert row == {
        "id": row["id"],
        "event_id": row["event_id"],
        "webhook_id": made["id"],
        "event": "test",
        "status": "pending",
        "attempts": [],
        "next_attempt_at": row["next_attempt_at"],
        "created_at": row["created_at"],
    }


async def test_c1_a_foreign_webhook_can_not_be_tested(world: World) -> None:
    made = await make(world)
    answer = await world.foreign.post("/webhook/test", json={"id": made["id"]})
    unknown = await world.foreign.post("/webhook/test", json={"id": "x"})
    assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert await deliveries(world) == []


async def test_what_is_switched_off_is_neither_tested_nor_replayed(world: World) -> None:
    made = await make(world)
    await world.client.post("/webhook/test", json={"id": made["id"]})
    [row] = await deliveries(world)
    await world.client.patch(f"/webhook/{made['id']}", json={"is_active": False})
    for path, body in (
        ("/webhook/test", {"id": made["id"]}),
        (f"/webhook-delivery/{row['id']}/replay", None),
    ):
        answer = await world.client.post(path, json=body)
        assert (answer.status_code, answer.json()["details"]) == (409, {"reason": "webhook_inactive"})


async def settle(world: World, **values: Any) -> str:
    async with world.database.write() as session:
        row = (await session.exec(select(WebhookDelivery))).one()
        for name, value in values.items():
            setattr(row, name, value)
    return row.id


async def test_a_finished_delivery_is_replayed_from_the_start_with_the_same_event(either: World) -> None:
    made = await make(either)
    await either.client.post("/webhook/test", json={"id": made["id"]})
    attempt = {"at": "2026-02-01T08:00:00.000Z", "status_code": 500, "error": "no", "duration_ms": 1.0}
    row_id = await settle(either, status="dead", tries=10, next_attempt_at=None, attempts=[attempt])
    [before] = await deliveries(either, status="dead")
    answer = await either.client.post(f"/webhook-delivery/{row_id}/replay")
    assert answer.status_code == 200
    assert answer.json() == {
        **before,
        "status": "pending",
        "next_attempt_at": answer.json()["next_attempt_at"],
    }
    assert answer.json()["next_attempt_at"] is not None
    assert await deliveries(either) == [answer.json()]


async def test_what_is_being_sent_is_not_replayed_beside_itself(world: World) -> None:
    made = await make(world)
    await world.client.post("/webhook/test", json={"id": made["id"]})
    row_id = await settle(world, lease="somebody", tries=3)
    [before] = await deliveries(world)
    answer = await world.client.post(f"/webhook-delivery/{row_id}/replay")
    assert (answer.status_code, answer.json()) == (200, before)


async def test_deliveries_are_found_by_what_they_hold_newest_first(world: World) -> None:
    first, second = await make(world), await make(world, event_types=["test"])
    for webhook in (first, second):
        await world.client.post("/webhook/test", json={"id": webhook["id"]})
    await world.link()
    everything = await deliveries(world)
    assert [row["event"].rpartition(":")[2] for row in everything] == ["active", "created", "test", "test"]
    assert await deliveries(world, webhook_id=second["id"]) == everything[2:3]
    assert await deliveries(world, event="integrated_account:active") == everything[:1]
    assert await deliveries(world, status="dead") == []
    assert await deliveries(world, **{"created_at[lt]": everything[-1]["created_at"]}) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "target_url"),
        ({"target_url": "ftp://127.0.0.1/"}, "target_url"),
        ({"target_url": "/hook"}, "target_url"),
        ({"target_url": "https://"}, "target_url"),
        ({"target_url": "https://me:secret@127.0.0.1/"}, "target_url"),
        ({"target_url": "https://127.0.0.1/#x"}, "target_url"),
        ({"target_url": "https://127.0.0.1:99999/"}, "target_url"),
        ({"target_url": "https://127.0.0.1/a b"}, "target_url"),
        ({"target_url": "https://127.0.0.1/" + "x" * 2048}, "target_url"),
        ({"target_url": URL, "event_types": ["invoice:created"]}, "event_types.0"),
        ({"target_url": URL, "secret": "mine"}, "secret"),
        ({"target_url": URL, "is_active": "yes"}, "is_active"),
    ],
)
async def test_a_body_at_fault_is_refused_by_its_field(world: World, body: Any, field: str) -> None:
    answer = await world.client.post("/webhook", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"][0]["field"].startswith(field)
    assert (await world.client.get("/webhook")).json()["result"] == []


async def test_an_environment_has_so_many_webhooks_and_no_more(world: World) -> None:
    async with world.database.write() as session:
        session.add_all(Webhook(environment_id=world.id, target_url=URL) for _ in range(MOST))
    answer = await world.client.post("/webhook", json={"target_url": URL})
    assert (answer.status_code, answer.json()["details"]) == (409, {"reason": "too_many"})

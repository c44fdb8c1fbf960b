"""What happens to an account is in the outbox, numbered, with the transaction it tells of, for those who listened."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from auth.accounts import find_account
from auth.events import emit
from schemas.tables import IntegratedAccount, Webhook, WebhookDelivery, WebhookEvent
from tests.auth.vendor import call
from tests.auth.world import SECRET, World

pytestmark = pytest.mark.anyio


async def listen(world: World, *types: str, environment: str = "", is_active: bool = True) -> str:
    row = Webhook(
        environment_id=environment or world.id,
        target_url="https://product.example",
        event_types=list(types),
        is_active=is_active,
    )
    async with world.database.write() as session:
        session.add(row)
    return row.id


async def outbox(world: World) -> list[WebhookEvent]:
    async with world.database.read() as session:
        rows = (await session.exec(select(WebhookEvent))).all()
    return sorted(rows, key=lambda row: int(row.payload["sequence"]))


async def names(world: World) -> list[str]:
    return [row.event.removeprefix("integrated_account:") for row in await outbox(world)]


async def test_an_import_that_works_is_created_and_active(either: World) -> None:
    webhook = await listen(either)
    account = await either.link()
    created, active = await outbox(either)
    assert (created.event, created.payload["status"]) == ("integrated_account:created", "connecting")
    shown = {**account, "integration": {**account["integration"], "config": {"label": "acme"}}}
    assert (active.event, active.payload) == ("integrated_account:active", {**shown, "sequence": 2})
    async with either.database.read() as session:
        deliveries = (await session.exec(select(WebhookDelivery))).all()
    assert {(row.webhook_id, row.event_id, row.status) for row in deliveries} == {
        (webhook, created.id, "pending"),
        (webhook, active.id, "pending"),
    }
    assert created.id.startswith("evt_")


async def test_an_import_that_fails_is_a_validation_error(world: World) -> None:
    await listen(world)
    context = {"host": "blue.acme.example", "client_id": "me", "client_secret": "hush-hush-wrong"}
    account = await world.link(context=context)
    assert account["status"] == "validation_error"
    assert await names(world) == ["created", "validation_error"]
    assert "hush-hush" not in str((await outbox(world))[1].payload)


async def test_unchecked_and_sandbox_accounts_are_active_at_once(sandboxed: World) -> None:
    await listen(sandboxed)
    await sandboxed.link(validate=False)
    await sandboxed.client.post("/sandbox-integrated-account", json={"integration": "acme"})
    assert sorted(await names(sandboxed)) == ["active", "active", "created", "created"]


async def change(world: World, account: dict[str, Any], path: str = "", **body: Any) -> None:
    answer = await world.client.patch(f"/integrated-account/{account['id']}{path}", json=body)
    assert answer.status_code == 200, answer.text


async def test_changes_are_told_with_what_they_make_of_the_status(world: World) -> None:
    account = await world.link()
    await listen(world)
    await change(world, account)
    await change(world, account, tenant_id="t2")
    await change(world, account, status="needs_reauth")
    await change(world, account, "/credentials", context={"client_secret": SECRET})
    await change(world, account, status="needs_reauth", is_blocked=True)
    await change(world, account, status="active")
    assert await names(world) == [
        *["updated"],
        *["updated", "authentication_error"],
        *["updated", "reactivated"],
        *["updated", "authentication_error"],
        *["updated", "reactivated"],
    ]
    assert (await outbox(world))[0].payload["tenant_id"] == "t2"


async def test_credentials_that_mend_a_first_failure_make_the_account_active(world: World) -> None:
    context = {"host": "blue.acme.example", "client_id": "me", "client_secret": "hush-hush-wrong"}
    account = await world.link(context=context)
    await listen(world)
    await change(world, account, "/credentials", context={"client_secret": SECRET})
    assert await names(world) == ["updated", "active"]


async def test_a11_a_refusal_is_told_once_whoever_meets_it(either: World) -> None:
    account = await either.link()
    await listen(either)
    connection = await either.open(account)
    either.vendor.clients.clear()
    either.vendor.revoke_tokens()
    calls = (call(either.vendor, connection, either.renewals) for _ in range(5))
    await asyncio.gather(*calls, return_exceptions=True)
    await either.connections.note_refused(connection, "again")
    [event] = await outbox(either)
    assert event.event == "integrated_account:authentication_error"
    assert event.payload["status"] == "needs_reauth"
    assert event.payload["last_error"]


async def test_a_lacking_right_is_no_event(world: World) -> None:
    account = await world.link()
    await listen(world)
    await world.connections.note_forbidden(await world.open(account), "no", ["read"])
    assert await names(world) == []


async def test_deleted_accounts_are_told_of_as_they_were(either: World) -> None:
    accounts = [await either.link(tenant_id=tenant) for tenant in ("t1", "t2", "t2", "t3")]
    await listen(either)
    await either.client.delete(f"/integrated-account/{accounts[0]['id']}")
    await either.client.post("/integrated-account/bulk-delete", json={"tenant_id": "t2"})
    integration = accounts[0]["environment_integration_id"]
    answer = await either.client.delete(f"/environment-integration/{integration}?force=true")
    assert answer.status_code == 200
    found = await outbox(either)
    assert {row.payload["id"] for row in found} == {account["id"] for account in accounts}
    assert {row.event for row in found} == {"integrated_account:deleted"}


async def test_only_active_webhooks_of_the_environment_and_the_type_are_told(world: World) -> None:
    wanted = await listen(world, "integrated_account:created")
    await listen(world, "integrated_account:deleted")
    await listen(world, is_active=False)
    await listen(world, environment=world.foreign_caller.environment_id)
    await world.link()
    async with world.database.read() as session:
        deliveries = (await session.exec(select(WebhookDelivery))).all()
    assert [(row.webhook_id, row.event) for row in deliveries] == [(wanted, "integrated_account:created")]


async def test_nothing_is_kept_where_nobody_listens(world: World) -> None:
    await world.link()
    await listen(world)
    assert await outbox(world) == []


async def test_a_transaction_that_fails_tells_nothing(world: World) -> None:
    account = await world.link()
    await listen(world)

    async def change_my_mind() -> None:
        async with world.database.write() as session:
            row, integration = await find_account(session, world.id, account["id"])
            await emit(session, "integrated_account:updated", row, integration)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError):
        await change_my_mind()
    assert await outbox(world) == []


async def test_f7_events_of_one_account_are_numbered_without_gap_or_double(either: World) -> None:
    account = await either.link()
    await listen(either)
    await asyncio.gather(*(change(either, account, tenant_id=f"t{number}") for number in range(12)))
    found = await outbox(either)
    assert [row.payload["sequence"] for row in found] == list(range(1, 13))
    async with either.database.read() as session:
        row = await session.get(IntegratedAccount, account["id"])
    assert row is not None
    assert found[-1].payload["tenant_id"] == row.tenant_id
    shown = (await either.client.get(f"/integrated-account/{account['id']}")).json()
    assert found[-1].payload["updated_at"] == shown["updated_at"]

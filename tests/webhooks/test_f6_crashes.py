"""F6, F12, F13: processes that die, stop, are too slow or work side by side, on SQLite and on Postgres."""

import asyncio
import itertools
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, func, select, update

from auth.database import Database
from auth.webhooks import courier as courier_module
from auth.webhooks import outbox as outbox_module
from auth.webhooks.courier import carrying
from auth.webhooks.outbox import LEASE, UNKNOWN, Outbox, Settled
from auth.webhooks.schedule import ATTEMPTS, Result
from proxy.guard import Guard
from proxy.transport import Transport
from schemas.tables import WebhookDelivery, WebhookEvent, now
from tests.auth.world import open_world
from tests.webhooks import children
from tests.webhooks.couriers import Time, make_courier
from tests.webhooks.office import Office, open_office
from tests.webhooks.receiver import Receiver, receiving, status

pytestmark = pytest.mark.anyio

LOOK_SECONDS = 0.6


async def child(deed: str, office: Office) -> asyncio.subprocess.Process:
    url = office.world.database._url.render_as_string(hide_password=False)
    ahead = str(office.time.ahead.total_seconds())
    return await asyncio.create_subprocess_exec(sys.executable, "-m", children.__name__, deed, url, ahead)


async def test_f6_what_was_sent_by_a_process_that_died_before_marking_it_is_sent_again_with_the_same_id(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    await office.test(await office.open(receiver.url))
    dying = await child("die", office)
    assert await asyncio.wait_for(dying.wait(), 60) == -9
    assert len(receiver.got) == 1
    await office.work_off()
    assert len(receiver.got) == 1  # the lease stands
    await office.work_off(seconds=LEASE.total_seconds() + 1)
    first, second = receiver.got
    assert (second.id, second.body) == (first.id, first.body)
    [delivery] = await office.deliveries()
    assert delivery["status"] == "delivered"
    assert [each["error"] for each in delivery["attempts"]] == [UNKNOWN, None]


async def test_f6_nothing_is_lost_when_couriers_are_killed_at_random(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    receiver.delay = 0.02
    for _ in range(3):
        webhook = await office.open(receiver.url)
        for _ in range(10):
            await office.test(webhook)
    for rounds in (1, 2):
        running = await child("run", office)
        await receiver.wait_for(rounds * 4)
        running.kill()
        assert await running.wait() == -9
        office.time.advance(seconds=LEASE.total_seconds() + 1)
    await office.work_off()
    rows = await office.deliveries()
    assert {row["status"] for row in rows} == {"delivered"}
    assert {row["event_id"] for row in rows} == {got.id for got in receiver.got}
    repeated = sum(count - 1 for count in Counter(got.id for got in receiver.got).values())
    assert repeated <= 2 * 3  # one for each webhook and kill


async def test_f12_couriers_side_by_side_send_each_event_once_and_one_at_a_time_to_a_webhook(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    receiver.delay = 0.05
    webhook = await office.open(receiver.url)
    for _ in range(12):
        await office.test(webhook)
    transport = Transport(Guard(allow_private=True))
    databases = [Database(office.world.database._url.render_as_string(hide_password=False)) for _ in range(4)]
    couriers = [make_courier(database, Time(), transport)[0] for database in databases]
    for _ in range(12):
        await asyncio.gather(*(courier.work_off() for courier in couriers))
    assert {row["status"] for row in await office.deliveries()} == {"delivered"}
    assert set(Counter(got.id for got in receiver.got).values()) == {1}
    assert receiver.in_hand_max == 1
    await asyncio.gather(*(database.close() for database in databases))
    await transport.aclose()


async def test_f12_who_looked_before_another_took_and_locks_after_it_takes_nothing(
    postgres_url: str, receiver: Receiver
) -> None:
    async with open_world(postgres_url) as world, open_office(world) as office:
        webhook = await office.open(receiver.url)
        for _ in range(2):
            await office.test(webhook)
        late = Database(postgres_url)
        event.listen(late._engine.sync_engine, "before_cursor_execute", look_long, retval=True)
        looking = asyncio.create_task(Outbox(late, world.vault, office.time).take(1))
        await asyncio.sleep(LOOK_SECONDS / 2)
        assert len(await office.outbox.take(1)) == 1
        assert await looking == []
        await late.close()


def look_long(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
    """A statement that locks sees the database as it was some time before it locks."""
    if "FOR UPDATE OF" in statement:
        pause = f"AND (SELECT pg_sleep({LOOK_SECONDS})) IS NOT NULL ORDER BY"
        assert statement.count("ORDER BY") == 1
        statement = statement.replace("ORDER BY", pause)
    return statement, parameters


async def test_f12_a_courier_that_was_too_slow_writes_nothing_down(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    await office.test(await office.open(receiver.url))
    [slow] = await office.outbox.take(1)
    assert await office.outbox.take(1) == []
    office.time.advance(seconds=LEASE.total_seconds() + 1)
    [other] = await office.outbox.take(1)
    assert await office.outbox.settle(slow, Result(office.time(), 1.0, 500, "no")) == Settled("lost")
    await office.outbox.give_back(slow)
    assert await office.outbox.settle(other, Result(office.time(), 1.0, 200)) == Settled("delivered")
    assert await office.outbox.settle(other, Result(office.time(), 1.0, 500, "no")) == Settled("lost")
    [delivery] = await office.deliveries()
    assert [each["status_code"] for each in delivery["attempts"]] == [None, 200]


async def test_f13_an_attempt_that_never_ends_is_made_ten_times_at_most(office_of_either: Office) -> None:
    office = office_of_either
    await office.test(await office.open("http://127.0.0.1/hook"))
    for _ in range(ATTEMPTS):
        [parcel] = await office.outbox.take(1)
        office.time.advance(seconds=LEASE.total_seconds() + 1)
    assert parcel.tries == ATTEMPTS
    assert await office.outbox.take(1) == []
    [delivery] = await office.deliveries()
    assert (delivery["status"], delivery["next_attempt_at"]) == ("dead", None)
    assert [each["error"] for each in delivery["attempts"]] == [UNKNOWN] * ATTEMPTS


async def test_f12_a_replay_after_death_is_sent_anew_and_the_log_is_kept_short(
    office: Office, receiver: Receiver
) -> None:
    await office.test(await office.open(receiver.url))
    await office.work_off()
    [delivery] = await office.deliveries()
    for _ in range(outbox_module.MOST_ATTEMPTS):
        await office.world.client.post(f"/webhook-delivery/{delivery['id']}/replay")
        await office.work_off(seconds=1)
    assert {got.id for got in receiver.got} == {delivery["event_id"]}
    assert len(receiver.got) == outbox_module.MOST_ATTEMPTS + 1
    [delivery] = await office.deliveries()
    assert len(delivery["attempts"]) == outbox_module.MOST_ATTEMPTS


async def test_what_is_under_way_when_a_process_stops_is_finished_or_handed_back(
    office_of_either: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_of_either
    monkeypatch.setattr(courier_module, "LINGER_SECONDS", 0.5)
    async with receiving() as silent:
        receiver.delay = 0.2
        silent.answers = [None]
        transport = Transport(Guard(allow_private=True))
        patient, _ = make_courier(office.world.database, office.time, transport)
        for url in (receiver.url, silent.url):
            await office.test(await office.open(url))
        await patient.start_due()
        await silent.wait_for(1)
        await patient.stop()
        finished, handed_back = await office.deliveries()
        assert (finished["status"], handed_back["status"]) == ("delivered", "pending")
        assert handed_back["attempts"] == []
        await office.work_off()
        assert [got.id for got in silent.got] == [handed_back["event_id"]] * 2
    assert [row.tries for row in await office.rows()] == [1, 1]
    await transport.aclose()


async def test_what_another_process_commits_is_found_soon(
    office_of_either: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_of_either
    monkeypatch.setattr(courier_module, "POLL_SECONDS", 0.05)
    database = Database(office.world.database._url.render_as_string(hide_password=False))
    transport = Transport(Guard(allow_private=True))
    courier, _ = make_courier(database, Time(), transport)
    webhook = await office.open(receiver.url)
    async with carrying(courier):
        await asyncio.sleep(0.2)
        await office.test(webhook)
        assert not database.news.is_set()
        await receiver.wait_for(1)
    await database.close()
    await transport.aclose()


async def test_a_database_that_is_away_stops_a_courier_for_a_while_only(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "POLL_SECONDS", 0.05)
    await office.test(await office.open(receiver.url))
    url = office.world.database._url
    file = url.database
    assert file is not None
    away = Database(f"sqlite+aiosqlite:///{file}-away/koine.db")
    transport = Transport(Guard(allow_private=True))
    faults: list[BaseException] = []
    courier, outbox = make_courier(away, Time(), transport, on_fault=faults.append)
    async with carrying(courier):
        await asyncio.sleep(0.2)
        outbox._database = office.world.database
        await receiver.wait_for(1)
    assert faults == []
    await transport.aclose()
    await away.close()


async def test_a_fault_of_ours_is_reported_and_the_courier_goes_on(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "POLL_SECONDS", 0.05)
    await office.test(await office.open(receiver.url))
    take, turn = office.outbox.take, itertools.count()

    async def stumble(most: int) -> object:
        if next(turn) == 0:
            raise ZeroDivisionError
        return await take(most)

    monkeypatch.setattr(office.outbox, "take", stumble)
    async with carrying(office.courier):
        await receiver.wait_for(1)
    assert [type(error) for error in office.faults] == [ZeroDivisionError]


async def count(office: Office, table: type[WebhookDelivery | WebhookEvent]) -> int:
    async with office.world.database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_what_is_older_than_it_may_be_goes_delivered_or_not(
    office_of_either: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_of_either
    monkeypatch.setattr(outbox_module, "MOST_REMOVED", 2)
    webhook = await office.open(receiver.url)
    for _ in range(5):
        await office.test(webhook)
    await office.work_off()
    receiver.answers = [status(500)]
    await office.test(webhook)
    await office.work_off()
    async with office.world.database.write() as session:
        kept = (await session.exec(select(WebhookDelivery).limit(1))).one()
        for table, own in ((WebhookDelivery, kept.id), (WebhookEvent, kept.event_id)):
            old = update(table).values(created_at=now() - timedelta(days=31)).where(col(table.id) != own)
            await session.exec(old)
    await office.outbox.prune(30)
    assert [row.id for row in await office.rows()] == [kept.id]
    assert await count(office, WebhookEvent) == 1


async def test_what_waits_for_a_webhook_that_was_switched_off_is_sent_when_it_is_on_again(
    office: Office, receiver: Receiver
) -> None:
    webhook = await office.open(receiver.url)
    await office.test(webhook)
    path = f"/webhook/{webhook['id']}"
    await office.world.client.patch(path, json={"is_active": False})
    await office.work_off(days=1)
    assert receiver.got == []
    await office.world.client.patch(path, json={"is_active": True})
    assert office.world.database.news.is_set()
    await office.work_off()
    assert len(receiver.got) == 1


async def test_a_webhook_that_is_deleted_while_it_is_sent_to_ends_quietly(
    office: Office, receiver: Receiver
) -> None:
    receiver.delay = 0.2
    webhook = await office.open(receiver.url)
    await office.test(webhook)
    await office.courier.start_due()
    await receiver.wait_for(1)
    await office.world.client.delete(f"/webhook/{webhook['id']}")
    await office.work_off()
    assert [attempt.settled.outcome for attempt in office.attempts] == ["lost"]
    assert (office.faults, await office.deliveries()) == ([], [])

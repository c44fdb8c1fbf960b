"""F4: receivers that are down, gone, elsewhere, overloaded, slow or endless, over hours that pass at once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.moments import read_moment
from auth.webhooks import courier
from auth.webhooks.courier import carrying
from auth.webhooks.schedule import ATTEMPTS, PAUSES, Result, next_attempt
from auth.webhooks.sending import MOST_BYTES, Sender
from schemas.tables import now
from tests.auth.world import World
from tests.production import free_port
from tests.webhooks.office import Office, open_office
from tests.webhooks.receiver import Receiver, receiving, status

pytestmark = pytest.mark.anyio


async def test_f4_a_receiver_that_fails_is_tried_ten_times_by_the_schedule_then_it_is_dead(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    receiver.answers = [status(500)] * 20
    await office.test(await office.open(receiver.url))
    await office.work_off()
    for count, pause in enumerate(PAUSES, 1):
        await office.work_off(seconds=pause - 2)
        assert len(receiver.got) == count
        await office.work_off(seconds=4)
        assert len(receiver.got) == count + 1
    await office.work_off(days=30)
    assert len(receiver.got) == ATTEMPTS == 10
    assert len({got.id for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    [delivery] = await office.deliveries()
    assert (delivery["status"], delivery["next_attempt_at"]) == ("dead", None)
    assert [(each["status_code"], each["error"]) for each in delivery["attempts"]] == [
        (500, "The receiver answered 500.")
    ] * 10
    assert [attempt.settled.outcome for attempt in office.attempts] == ["failed"] * 9 + ["dead"]


async def test_f4_a_receiver_that_is_down_for_an_hour_hears_of_everything(office: Office) -> None:
    port = free_port()
    webhook = await office.open(f"http://127.0.0.1:{port}/hook")
    await office.test(webhook)
    await office.work_off()
    for minutes in (1, 6, 31):
        await office.work_off(minutes=minutes)
    [delivery] = await office.deliveries()
    assert {(each["status_code"], each["error"]) for each in delivery["attempts"]} == {
        (None, "Connection refused.")
    }
    assert (await office.webhook(webhook)).failing_since is not None
    async with receiving() as receiver:
        await office.world.client.patch(f"/webhook/{webhook['id']}", json={"target_url": receiver.url})
        await office.work_off(hours=3)
        assert [got.id for got in receiver.got] == [delivery["event_id"]]
    [delivery] = await office.deliveries()
    assert (delivery["status"], delivery["attempts"][-1]["error"]) == ("delivered", None)


@given(tries=st.integers(1, 9), chance=st.floats(0, 1), seconds=st.floats(0, 15))
def test_f4_a_pause_is_a_fifth_shorter_or_longer_than_the_schedule_at_most(
    tries: int, chance: float, seconds: float
) -> None:
    result = Result(now(), seconds, 500, "no")
    due = next_attempt(result, tries, chance)
    assert due is not None
    pause = (due - result.ended).total_seconds()
    assert 0.8 * PAUSES[tries - 1] - 1e-3 <= pause <= 1.2 * PAUSES[tries - 1] + 1e-3


async def test_f4_410_switches_the_webhook_off(office_of_either: Office, receiver: Receiver) -> None:
    office = office_of_either
    webhook = await office.open(receiver.url)
    receiver.answers = [status(410)]
    for _ in range(2):
        await office.test(webhook)
    await office.work_off()
    await office.work_off(days=1)
    shown = (await office.world.client.get(f"/webhook/{webhook['id']}")).json()
    assert shown["is_active"] is False
    assert [row["status"] for row in await office.deliveries()] == ["dead", "pending"]
    [attempt] = office.attempts
    assert (attempt.settled.outcome, attempt.settled.is_switched_off) == ("dead", True)
    await office.world.client.patch(f"/webhook/{webhook['id']}", json={"is_active": True})
    await office.work_off()
    assert [row["status"] for row in await office.deliveries()] == ["dead", "delivered"]


async def test_f4_what_waits_goes_at_once_to_a_webhook_that_is_switched_on_or_sent_elsewhere(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    webhook = await office.open(receiver.url)
    for change in ({"is_active": True}, {"target_url": receiver.url}):
        receiver.answers = [status(500), status(500)]
        await office.test(webhook)
        await office.work_off()
        await office.work_off(minutes=1)
        assert (await office.deliveries())[-1]["status"] == "pending"
        await office.world.client.patch(f"/webhook/{webhook['id']}", json=change)
        await office.work_off()
        assert (await office.deliveries())[-1]["status"] == "delivered"


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_f4_a_redirect_is_a_failure_and_is_not_followed(
    office: Office, receiver: Receiver, code: int
) -> None:
    async with receiving() as elsewhere:
        receiver.answers = [status(code, f"Location: {elsewhere.url}")]
        await office.test(await office.open(receiver.url))
        await office.work_off()
        assert elsewhere.got == []
    [delivery] = await office.deliveries()
    assert delivery["attempts"][0]["error"] == f"The receiver answered {code}: redirects are not followed."
    assert delivery["status"] == "pending"


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (status(429), 60),
        (status(502), 60),
        (status(504), 60),
        (status(429, "Retry-After: 1200"), 1200),
        (status(503, "Retry-After: 900"), 900),
        (status(400, "Retry-After: 120"), 120),
    ],
)
async def test_f4_an_overloaded_receiver_is_left_alone_for_its_time(
    office: Office, receiver: Receiver, answer: bytes, seconds: int
) -> None:
    receiver.answers = [answer]
    webhook = await office.open(receiver.url)
    for _ in range(3):
        await office.test(webhook)
    await office.work_off()
    refused = next(row for row in await office.deliveries() if row["attempts"])
    waits = read_moment(refused["next_attempt_at"]) - read_moment(refused["attempts"][0]["at"])
    assert waits >= timedelta(seconds=seconds)
    await office.work_off(seconds=seconds - 3)
    assert len(receiver.got) == 1
    await office.work_off(seconds=6)
    assert len(receiver.got) == 4
    assert {row["status"] for row in await office.deliveries()} == {"delivered"}
    assert (await office.webhook(webhook)).held_until is None


async def test_f4_a_plain_failure_holds_up_nothing_else(office: Office, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    webhook = await office.open(receiver.url)
    for _ in range(3):
        await office.test(webhook)
    await office.work_off()
    assert [row["status"] for row in await office.deliveries()].count("delivered") == 2


async def test_f4_a_silent_receiver_is_given_up_in_time(world: World, receiver: Receiver) -> None:
    receiver.answers = [None]
    async with open_office(world, seconds=0.3) as office:
        await office.test(await office.open(receiver.url))
        await office.work_off()
        [delivery] = await office.deliveries()
    [attempt] = delivery["attempts"]
    assert (attempt["status_code"], attempt["error"]) == (None, "No answer came within 0.3 seconds.")
    assert 300 <= attempt["duration_ms"] < 5000
    assert receiver.upstream is not None
    assert await receiver.upstream.closes()


async def test_f4_one_slow_receiver_holds_up_no_other(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LINGER_SECONDS", 0.5)
    async with receiving() as silent:
        silent.answers = [None] * 9
        for _ in range(2):
            await office.test(await office.open(silent.url))
        prompt = await office.open(receiver.url)
        for _ in range(3):
            await office.test(prompt)
        async with carrying(office.courier):
            await silent.wait_for(2)
            await receiver.wait_for(3)
        assert {attempt.parcel.webhook_id for attempt in office.attempts} == {prompt["id"]}


class Endless(httpx.AsyncByteStream):
    """A body without an end, as fast as it is read."""

    def __init__(self) -> None:
        self.sent = 0
        self.closed = False

    async def __aiter__(self) -> Any:
        while True:
            self.sent += 8192
            yield b"x" * 8192

    async def aclose(self) -> None:
        self.closed = True


class Answering(httpx.AsyncBaseTransport):
    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer


async def test_f4_of_an_endless_answer_at_most_64_kib_are_read(world: World) -> None:
    body = Endless()
    async with open_office(world, Answering(httpx.Response(200, stream=body))) as office:
        await office.test(await office.open("http://127.0.0.1/hook"))
        await office.work_off()
        assert MOST_BYTES <= body.sent <= MOST_BYTES + 8192
        assert body.closed
        assert [row["status"] for row in await office.deliveries()] == ["delivered"]


async def test_f4_an_endless_answer_on_the_wire_is_cut_off(office: Office, receiver: Receiver) -> None:
    assert receiver.upstream is not None
    await office.test(await office.open(f"{receiver.upstream.url}/endless"))
    await office.work_off()
    assert await receiver.upstream.closes()
    assert [row["status"] for row in await office.deliveries()] == ["delivered"]


async def test_f4_five_days_of_nothing_but_failure_switch_the_webhook_off(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    webhook = await office.open(receiver.url)
    receiver.answers = [status(500)] * 99
    await office.test(webhook)
    await office.work_off()
    await office.work_off(days=4, hours=23)
    await office.test(webhook)
    await office.work_off()
    assert (await office.webhook(webhook)).is_active
    await office.work_off(hours=2)
    assert not (await office.webhook(webhook)).is_active
    assert [attempt.settled.is_switched_off for attempt in office.attempts].count(True) == 1
    changed = await office.world.client.patch(f"/webhook/{webhook['id']}", json={"is_active": True})
    assert changed.json()["is_active"] is True
    await office.work_off(hours=3)
    assert (await office.webhook(webhook)).is_active  # the five days begin anew


async def test_f4_one_success_within_five_days_keeps_the_webhook_on(
    office: Office, receiver: Receiver
) -> None:
    webhook = await office.open(receiver.url)
    before = (await office.world.client.get(f"/webhook/{webhook['id']}")).json()
    for answer in (status(500), status(200), status(500)):
        receiver.answers = [answer]
        await office.test(webhook)
        await office.work_off(days=4)
    assert (await office.world.client.get(f"/webhook/{webhook['id']}")).json() == before


def test_f4_a_receiver_has_fifteen_seconds() -> None:
    assert Sender.seconds == 15.0

"""F7: whatever happens to accounts and whatever receivers answer, each event comes, and its numbers tell the order."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.auth.world import World
from tests.webhooks.office import Office
from tests.webhooks.receiver import Got, Receiver, receiving, status

pytestmark = pytest.mark.anyio

DEEDS = st.sampled_from(["import", "rename", "refuse", "mend", "delete", "work", "wait"])
ANSWERS = st.sampled_from([200, 200, 204, 302, 429, 500, 503])


class Story:
    """What was done to each account, in the order of its commits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._alive: list[str] = []
        self.done: dict[str, list[str]] = {}

    async def act(self, deed: str, pick: int) -> None:
        if deed == "import":
            account = (await self._world.link())["id"]
            self._alive.append(account)
            self.done[account] = ["created", "active"]
        elif self._alive and deed in ("rename", "refuse", "mend", "delete"):
            account = self._alive[pick % len(self._alive)]
            await self._change(deed, account, pick)

    async def _change(self, deed: str, account: str, pick: int) -> None:
        path, told = f"/integrated-account/{account}", self.done[account]
        if deed == "delete":
            await self._world.client.delete(path)
            self._alive.remove(account)
            told.append("deleted")
            return
        body: dict[str, Any] = {"tenant_id": f"t{pick}"}
        before = (await self._world.client.get(path)).json()["status"]
        if deed != "rename":
            body = {"status": "needs_reauth" if deed == "refuse" else "active"}
        await self._world.client.patch(path, json=body)
        told.append("updated")
        if body.get("status", before) != before:
            told.append("authentication_error" if deed == "refuse" else "reactivated")


def first_of_each(got: list[Got]) -> list[Got]:
    return list({each.id: each for each in reversed(got)}.values())[::-1]


@given(
    deeds=st.lists(st.tuples(DEEDS, st.integers(0, 9)), max_size=14),
    answers=st.lists(ANSWERS, max_size=8),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_f7_each_event_comes_at_least_once_and_its_number_rises_with_its_account(
    office: Office, deeds: list[tuple[str, int]], answers: list[int]
) -> None:
    async with receiving() as receiver:
        webhook = await office.open(receiver.url)
        story = Story(office.world)
        receiver.answers = [status(code) for code in answers]
        await story.act("import", 0)
        for deed, pick in deeds:
            if deed in ("work", "wait"):
                await office.work_off(seconds=600 if deed == "wait" else 0)
            else:
                await story.act(deed, pick)
        for _ in range(len(answers) + 2):
            await office.work_off(hours=30)
        await office.world.client.delete(f"/webhook/{webhook['id']}")
        told: dict[str, dict[int, str]] = {}
        for got in first_of_each(receiver.got):
            account, sequence = got.place
            told.setdefault(account, {})[sequence] = got.json["event"].removeprefix("integrated_account:")
        for account, events in story.done.items():
            assert [told[account][number] for number in sorted(told[account])] == events
            assert sorted(told[account]) == list(range(1, len(events) + 1))
        bodies: dict[str, set[bytes]] = {}
        for got in receiver.got:
            bodies.setdefault(got.id, set()).add(got.body)
        assert {len(found) for found in bodies.values()} == {1}
        assert len(receiver.got) <= len(bodies) + len(answers)


async def test_f7_a_receiver_that_takes_everything_hears_of_it_in_order(
    office_of_either: Office, receiver: Receiver
) -> None:
    office = office_of_either
    await office.open(receiver.url)
    receiver.delay = 0.01
    account = await office.world.link()
    path = f"/integrated-account/{account['id']}"
    for change in ("needs_reauth", "active") * 3:
        await office.world.client.patch(path, json={"status": change, "tenant_id": "t2"})
        await office.courier.start_due()
    await office.work_off()
    assert [got.place for got in receiver.got] == [(account["id"], number) for number in range(1, 15)]
    assert receiver.in_hand_max == 1

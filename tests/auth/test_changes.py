"""What one process changes, another that remembers it hears of: on both databases, whoever wrote, whatever order."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import httpx
import pytest
from sqlmodel import col, delete, update

from auth.changes import GOOD_FOR, Changes
from auth.connections import Connections
from auth.database import Database
from auth.recent import LONGEST, SECONDS, Recent
from schemas.errors import Problem
from schemas.tables import Change, Environment, EnvironmentIntegration, IntegratedAccount
from tests.auth.world import SECRET, Clock, Stated, World, asked

pytestmark = pytest.mark.anyio

STEPS = 12


class Other:
    """Another process on the world's database, with a clock that stands still: nothing ages, all must be told."""

    def __init__(self, world: World) -> None:
        self.changes = Changes(world.database, world.clock)
        self.connections = Connections(
            world.database,
            world.vault,
            world.connections.providers,
            {},
            changes=self.changes,
            clock=world.clock,
        )
        app = cast(Stated, world.app)
        state = app.state | {"connections": self.connections}
        self._app = Stated(app.app, state)
        self._caller = world.caller

    async def knows(self, token: str) -> int:
        async with asked(self._app, token) as client:
            return (await client.get("/environment")).status_code

    async def sees(self, account_id: str) -> Any:
        return await seen(self.connections, self._caller, account_id)


async def seen(connections: Connections, caller: Any, account_id: str) -> Any:
    """All of an account that calls depend on, or why there are none."""
    try:
        found = await connections.open(caller, account_id)
    except Problem as problem:
        return (problem.status, problem.reason, problem.message)
    return (
        dict(found.context),
        dict(found.secrets),
        dict(found.override),
        dict(found.environment_override),
        found.tenant_id,
        found.version,
    )


class Trial:
    """Random changes through the world's routes, or past them."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world, self._chance = world, chance
        self.accounts: list[str] = []
        self.tokens: list[str] = [world.token]
        self._ids: list[str] = []
        self._count = 0

    async def begin(self) -> None:
        account = await self._world.link()
        self._integration = account["environment_integration_id"]
        self.accounts = [account["id"], (await self._world.link())["id"]]
        await self._make_token()

    async def step(self) -> None:
        deeds: list[Callable[[], Awaitable[object]]] = [
            self._make_token,
            self._drop_token,
            partial(self._account, {"is_blocked": True}),
            partial(self._account, {"is_blocked": False}),
            self._rename,
            self._credentials,
            self._integrate,
            self._behind,
            self._delete,
        ]
        self._count += 1
        await self._chance.choice(deeds)()

    async def _make_token(self) -> None:
        answer = await self._world.client.post("/api-token", json={"name": "more"})
        assert answer.status_code == 201, answer.text
        self._ids.append(answer.json()["id"])
        self.tokens.append(answer.json()["token"])

    async def _drop_token(self) -> None:
        if self._ids:
            await self._ask("DELETE", f"/api-token/{self._ids.pop()}")

    async def _account(self, body: dict[str, Any]) -> None:
        await self._ask("PATCH", f"/integrated-account/{self._some()}", body)

    async def _rename(self) -> None:
        await self._account({"tenant_id": f"t{self._count}"})

    async def _credentials(self) -> None:
        secret = f"hush-hush-{self._count}"
        self._world.vendor.clients["me"] = secret
        body = {"context": {"client_secret": secret}}
        await self._ask("PATCH", f"/integrated-account/{self._some()}/credentials", body)
        self._world.vendor.clients["me"] = SECRET

    async def _integrate(self) -> None:
        body = {"is_enabled": self._chance.random() < 0.7, "override": {"limits": {"rate": self._count}}}
        await self._ask("PATCH", f"/environment-integration/{self._integration}", body)

    async def _behind(self) -> None:
        """As an operator's own statement would."""
        async with self._world.database.write() as session:
            change = update(IntegratedAccount).values(region="eu", context={"host": f"h{self._count}"})
            await session.exec(change.where(col(IntegratedAccount.id) == self._some()))

    async def _delete(self) -> None:
        if self._chance.random() < 0.3:
            await self._ask("DELETE", f"/integrated-account/{self._some()}")

    def _some(self) -> str:
        return self._chance.choice(self.accounts)

    async def _ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = await self._world.client.request(verb, path, json=body)
        assert answer.status_code in (200, 400, 404, 422), answer.text
        return answer


@pytest.mark.parametrize("seed", range(3))
async def test_after_a_look_a_process_answers_as_one_that_remembers_nothing(either: World, seed: int) -> None:
    other, sweeper, trial = Other(either), Other(either), Trial(either, random.Random(seed))
    await trial.begin()
    await other.changes.look()
    for _ in range(STEPS):
        for token in trial.tokens:
            await other.knows(token)
        for account in trial.accounts:
            await other.sees(account)
        await trial.step()
        await sweeper.changes.look()
        await sweeper.changes.sweep()
        await other.changes.look()
        fresh = Other(either)
        for token in trial.tokens:
            assert await other.knows(token) == await fresh.knows(token)
        for account in trial.accounts:
            assert await other.sees(account) == await fresh.sees(account)


async def test_what_is_committed_late_is_told_late(postgres_url: str) -> None:
    """Postgres numbers transactions as they begin; one that ends after a look is in the next."""
    database = Database(postgres_url)
    changes = Changes(database)
    told: list[str] = []
    changes.tell(lambda: None, environment=told.extend)
    async with database.write() as session:
        session.add_all([Environment(id="slow", name="slow"), Environment(id="quick", name="quick")])
    rename = update(Environment).values(allowed_origins=["https://a.example"])
    await changes.look()
    async with database.write() as slow:
        await slow.exec(rename.where(col(Environment.id) == "slow"))
        async with database.write() as quick:
            await quick.exec(rename.where(col(Environment.id) == "quick"))
        await changes.look()
        assert told == ["quick"]
        await changes.look()
        assert told == ["quick"]
    await changes.look()
    assert told == ["quick", "slow"]
    await changes.look()
    assert told == ["quick", "slow"]
    await database.close()


async def test_a_database_that_was_put_back_is_a_new_beginning(either: World) -> None:
    other, account = Other(either), await either.link()
    for limit in (1, 2):
        path = f"/environment-integration/{account['environment_integration_id']}"
        await either.client.patch(path, json={"override": {"limits": {"rate": limit}}})
    await other.changes.look()
    await other.sees(account["id"])
    async with either.database.write() as session:
        await session.exec(update(EnvironmentIntegration).values(is_enabled=False))
        await session.exec(delete(Change))
    other.changes._since = 10**15  # as after a longer history
    await other.changes.look()
    assert (await other.sees(account["id"]))[1] == "account_not_ready"


async def test_an_account_is_read_once_while_nothing_changes(either: World) -> None:
    other, account = Other(either), await either.link()
    await other.changes.look()
    first = await other.connections.open(either.caller, account["id"])
    for _ in range(100):
        either.clock.now += GOOD_FOR - 0.1
        assert await other.connections.open(either.caller, account["id"]) is first
        await other.changes.look()
    either.clock.now += LONGEST
    await other.changes.look()
    assert await other.connections.open(either.caller, account["id"]) is not first


async def test_what_nobody_tells_of_is_good_for_three_seconds() -> None:
    clock, told, reads = Clock(), 0.0, []

    async def load() -> int:
        reads.append(clock.now)
        return len(reads)

    recent: Recent[int] = Recent(clock, lambda: told)
    assert [await recent.get("a", load) for _ in range(3)] == [1, 1, 1]
    clock.now += SECONDS
    assert await recent.get("a", load) == 2
    told = clock.now + 60
    clock.now += 59.9
    assert await recent.get("a", load) == 2
    clock.now += 0.1  # the looks have failed since
    assert await recent.get("a", load) == 3


async def test_a_value_read_while_a_change_was_told_is_not_remembered(world: World) -> None:
    recent: Recent[str] = Recent(world.clock, lambda: world.clock.now + 60)
    reading, done = asyncio.Event(), asyncio.Event()

    async def slowly() -> str:
        reading.set()
        await done.wait()
        return "former"

    async def present() -> str:
        return "present"

    early = asyncio.create_task(recent.get("a", slowly))
    await reading.wait()
    recent.forget("a")
    done.set()
    assert (await early, await recent.get("a", present)) == ("former", "present")

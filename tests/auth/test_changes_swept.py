"""Notes of changes that every process has heard of are removed, and nobody misses one that it has not."""

import asyncio

import pytest
from sqlmodel import col, select, update

from auth.changes import SWEPT, Changes
from auth.database import Database
from schemas.tables import Change, Environment
from tests.auth.test_changes import Other
from tests.auth.world import World

pytestmark = pytest.mark.anyio


async def marks(database: Database) -> set[tuple[str, str]]:
    async with database.read() as session:
        return {(row.kind, row.subject) for row in await session.exec(select(Change))}


async def test_what_all_have_heard_of_is_swept_and_who_was_away_begins_anew(either: World) -> None:
    here, away, account = Other(either), Other(either), await either.link()
    await away.changes.look()
    assert (await away.sees(account["id"]))[0] != 404
    await here.changes.look()
    await here.changes.sweep()
    await either.client.delete(f"/integrated-account/{account['id']}")
    await here.changes.look()
    await here.changes.sweep()
    key = ("account", f"{either.id}/{account['id']}")
    assert key in await marks(either.database), "who looks now and then may not have heard of it yet"
    await here.changes.look()
    await here.changes.sweep()
    assert await marks(either.database) == {SWEPT}
    await away.changes.look()
    assert (await away.sees(account["id"]))[0] == 404


async def test_a_sweep_costs_nobody_who_looks_what_he_remembers(either: World) -> None:
    other, account = Other(either), await either.link()
    path = f"/environment-integration/{account['environment_integration_id']}"
    for limit in range(1, 4):
        await other.changes.look()
        await other.changes.sweep()
        first = await other.connections.open(either.caller, account["id"])
        await other.changes.look()
        await other.changes.sweep()
        await other.changes.look()
        assert await other.connections.open(either.caller, account["id"]) is first
        await either.client.patch(path, json={"override": {"limits": {"rate": limit}}})
        await other.changes.look()
        assert await other.connections.open(either.caller, account["id"]) is not first


async def test_what_was_swept_in_another_database_empties_no_memory_again_and_again(
    postgres_url: str,
) -> None:
    """A dump that is put into a new cluster has numbers that this will reach in years."""
    database = Database(postgres_url)
    changes, behind, anew = Changes(database), Changes(database), []
    async with database.write() as session:
        session.add_all(
            [Change(kind=SWEPT[0], subject=SWEPT[1], number=10**15), Environment(id="a", name="a")]
        )
    changes.tell(lambda: anew.append(1))
    behind.tell(lambda: anew.append(2))
    await behind.look()
    async with database.write() as session:
        await session.exec(update(Environment).values(allowed_origins=["https://a.example"]))
    for _ in range(3):
        await changes.look()
        await changes.sweep()
    assert anew == [2, 1]
    async with database.read() as session:
        assert (await session.get_one(Change, SWEPT)).number < 10**15
    await behind.look()
    assert anew == [2, 1, 2]
    await database.close()


async def test_a_sweep_passes_over_what_is_just_being_changed(postgres_url: str) -> None:
    database = Database(postgres_url)
    changes = Changes(database)
    async with database.write() as session:
        session.add_all([Environment(id=name, name=name) for name in ("slow", "quick")])
    rename = update(Environment).values(allowed_origins=["https://a.example"])
    async with database.write() as session:
        await session.exec(rename)
    for _ in range(2):
        await changes.look()
        await changes.sweep()
        await changes.look()
        async with database.write() as slow:
            await slow.exec(rename.where(col(Environment.id) == "slow"))
            async with asyncio.timeout(5):
                await changes.sweep()
    assert await marks(database) == {("environment", "slow"), SWEPT}
    await database.close()

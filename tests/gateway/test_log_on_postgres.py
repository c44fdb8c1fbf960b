"""The request log on Postgres: written, paged and pruned as on SQLite."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select, update
from starlette.applications import Starlette

from auth.caller import Caller
from auth.database import Database
from gateway.log import ROUTES
from gateway.request_log import MOST_AT_ONCE, RequestLog
from gateway.visit import Visit
from schemas.tables import Environment, EnvironmentIntegration, IntegratedAccount, RequestLogEntry, now
from tests.auth.world import asked, open_world
from tests.house import Mounted
from tests.postgres import Postgres
from tests.postgres import postgres as postgres

pytestmark = pytest.mark.anyio


async def account(database: Database, environment_id: str) -> IntegratedAccount:
    integration = EnvironmentIntegration(environment_id=environment_id, integration="acme")
    found = IntegratedAccount(
        environment_id=environment_id,
        environment_integration_id=integration.id,
        tenant_id="t1",
        status="active",
        authentication_method="api_key",
    )
    async with database.write() as session:
        session.add(integration)
        await session.flush()
        session.add(found)
    return found


async def count(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(RequestLogEntry))).one()


async def test_entries_are_written_paged_and_pruned(postgres: Postgres) -> None:
    url = postgres.fresh()
    database = Database(url)
    await database.migrate()
    async with open_world(url) as world:
        linked = await account(database, world.caller.environment_id)
        entries = RequestLog(database, 7, lambda: None)
        state = {"account_id": linked.id, "caller": Caller(world.caller.environment_id, "token")}
        foreign = {"account_id": linked.id, "caller": Caller(world.foreign_caller.environment_id, "token")}
        for number in range(MOST_AT_ONCE + 2):
            scope = {"method": "GET", "path": "/proxy/a\x00b", "state": state}
            entries.add(Visit(f"id-{number:05}", scope, at=1_790_000_000 + number / 10))
        entries.add(Visit("id-foreign", {"method": "GET", "path": "/proxy/x", "state": foreign}))
        await entries.flush()
        assert await count(database) == MOST_AT_ONCE + 2

        app = Mounted(Starlette(routes=ROUTES), world.app.state)  # type: ignore[attr-defined]
        async with asked(app, world.token) as client:
            first = (await client.get("/log?limit=2&status[lt]=500")).json()
            second = (
                await client.get("/log", params={"limit": 2, "next_cursor": first["next_cursor"]})
            ).json()
        shown = [entry["metadata"]["request_id"] for page in (first, second) for entry in page["result"]]
        assert shown == [f"id-{MOST_AT_ONCE + 1 - number:05}" for number in range(4)]
        assert first["result"][0]["metadata"]["path"] == "/proxy/a b"

        async with database.write() as session:
            late = col(RequestLogEntry.request_id) > "id-00001"
            await session.exec(
                update(RequestLogEntry).values(created_at=now() - timedelta(days=8)).where(late)
            )
            await session.exec(update(RequestLogEntry).values(created_at=now()).where(~late))
        await entries.prune()
        assert await count(database) == 2
        async with database.read() as session:
            assert len((await session.exec(select(Environment))).all()) == 2
    await database.close()

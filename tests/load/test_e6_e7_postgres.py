"""E6, E7: a Postgres that crashes or keeps silent is a 503 for as long as it lasts, and no longer."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from auth.connections import Connections
from auth.database import Database
from tests.house import House, open_house
from tests.postgres import Postgres, running

pytestmark = pytest.mark.anyio

CALLERS = 12
CURRENT = text("SELECT current_database()")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """One that may be stopped."""
    with running(durable=True) as found:
        yield found


@pytest.fixture
async def house(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("auth.database.POOL_SECONDS", 1)  # else the tests would take longer
    monkeypatch.setattr("auth.database.COMMAND_SECONDS", 1.5)
    async with open_house(tmp_path, database_url=postgres.fresh()) as found:
        yield found


@dataclass
class Asked:
    """What callers got, each with the moments of its beginning and end."""

    found: list[tuple[float, float, int, str]] = field(default_factory=list)

    def statuses(self) -> set[tuple[int, str]]:
        return {(status, reason) for _, _, status, reason in self.found}

    def longest(self) -> float:
        return max(ended - began for began, ended, _, _ in self.found)

    def fine_since(self) -> float:
        """When the last failure ended."""
        return max(ended for _, ended, status, _ in self.found if status != 200)


@asynccontextmanager
async def asking(house: House) -> AsyncIterator[Asked]:
    """Callers that ask for what lies in the database, and for a vendor's records, again and again."""
    asked, ended = Asked(), asyncio.Event()
    connections: Connections = house.state["connections"]

    async def ask(number: int) -> None:
        while not ended.is_set():
            began = time.monotonic()
            connections.forget_all()  # so that each call needs the database
            if number % 2:
                answer = await house.get("accounting/currencies?limit=1")
            else:
                answer = await house.client.get("/environment-integration")
            reason = "" if answer.status_code == 200 else answer.json()["details"]["reason"]
            asked.found.append((began, time.monotonic(), answer.status_code, reason))
            await asyncio.sleep(0.02)

    callers = [asyncio.create_task(ask(number)) for number in range(CALLERS)]
    await asyncio.sleep(0.2)
    yield asked
    ended.set()
    await asyncio.gather(*callers)


async def is_ready(house: House) -> tuple[int, str]:
    answer = await house.client.get("/readyz")
    return answer.status_code, answer.json()["checks"]["database"]


async def test_e6_only_503s_while_postgres_is_down_and_none_three_seconds_after(
    house: House, postgres: Postgres
) -> None:
    assert await is_ready(house) == (200, "ok")
    async with asking(house) as asked:
        postgres.crash()
        await asyncio.sleep(0.3)
        assert await is_ready(house) == (503, "unreachable")
        await asyncio.to_thread(postgres.come_back)
        back = time.monotonic()
        await asyncio.sleep(1.5)
    assert asked.statuses() == {(200, ""), (503, "database_unavailable")}
    assert asked.fine_since() < back + 1.4
    assert asked.longest() < 4
    assert await is_ready(house) == (200, "ok")


async def test_e7_a_postgres_that_keeps_silent_holds_nobody_long_and_is_used_again_at_once(
    house: House, postgres: Postgres
) -> None:
    async with asking(house) as asked:
        with postgres.paused():
            began = time.monotonic()
            assert await is_ready(house) == (503, "unreachable")
            assert time.monotonic() - began < 3
            assert (await house.client.get("/healthz")).status_code == 200
            await asyncio.sleep(3)
            quick = [
                end - start for start, end, status, _ in asked.found if status == 503 and start > began + 2
            ]
        back = time.monotonic()
        await asyncio.sleep(2)
    assert asked.statuses() == {(200, ""), (503, "database_unavailable")}
    assert quick
    assert max(quick) < 1, "who comes later need not wait to learn it"
    assert asked.fine_since() < back + 1.9
    assert asked.longest() < 15
    assert await is_ready(house) == (200, "ok")


async def test_a_postgres_that_takes_no_writes_is_not_ready(house: House) -> None:
    database: Database = house.state["database"]
    async with database.write() as session:
        connection = await session.connection()
        name = await connection.scalar(CURRENT)
        await connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await database._engine.dispose()  # what a host does to a full database holds for new connections
    assert await is_ready(house) == (503, "unreachable")
    change = {"override": {"limits": {"rate": 5}}}
    answer = await house.client.patch(f"/environment-integration/{house.integration}", json=change)
    assert (answer.status_code, answer.json()["details"]) == (503, {"reason": "database_unavailable"})

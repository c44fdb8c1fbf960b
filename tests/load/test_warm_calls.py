"""A warm call asks the database nothing, and what is revoked elsewhere ends within five seconds all the same."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from auth.recent import SECONDS
from gateway.app import create_app, open_state
from gateway.settings import Settings
from gateway.visit import VISIT
from tests.house import KEY, SANDBOX, House, Mounted, client, open_house

pytestmark = pytest.mark.anyio

CALLS = (
    "/unified/accounting/contacts",
    "/unified/accounting/contacts/1",
    "/proxy/suppliers",
    "/custom/users",
)


def statements(house: House) -> list[str]:
    """Grows with what is asked of the database on behalf of a request."""
    found: list[str] = []

    def note(*arguments: Any) -> None:
        if VISIT.get() is not None:
            found.append(arguments[2])

    event.listen(house.state["database"]._engine.sync_engine, "before_cursor_execute", note)
    return found


async def ask(house: House, asked: httpx.AsyncClient | None = None) -> list[int]:
    params = {"integrated_account_id": house.account}
    return [(await (asked or house.client).get(path, params=params)).status_code for path in CALLS]


async def test_a_warm_call_asks_the_database_nothing(house: House) -> None:
    await house.state["changes"].look()  # tells of the account's own making
    assert await ask(house) == [200, 200, 200, 200]
    asked = statements(house)
    assert await ask(house) == [200, 200, 200, 200]
    assert asked == []
    await asyncio.sleep(SECONDS + 0.2)  # long enough for a memory that nobody keeps up
    assert await ask(house) == [200, 200, 200, 200]
    assert asked == []


async def test_a_call_after_a_change_reads_it(house: House) -> None:
    await ask(house)
    asked = statements(house)
    await house.client.patch(f"/integrated-account/{house.account}", json={"is_blocked": True})
    del asked[:]
    assert await ask(house) == [503, 503, 503, 503]
    assert len(asked) == 4  # a refusal is not remembered


@asynccontextmanager
async def neighbour(house: House, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A second gateway on the same database, as another worker would be."""
    settings = Settings(
        encryption_keys=SecretStr(KEY),
        database_url=f"sqlite+aiosqlite:///{folder}/koine.db",
        sandboxes={"coupa": SANDBOX},
        allow_private_upstreams=True,
    )
    async with open_state(settings, house.state["pipe"]._way.transport) as state:
        app = Mounted(create_app(settings), state)
        async with client(app, house.token, house.coupa_credentials) as asked:
            yield asked


async def until(asked: httpx.AsyncClient, house: House, statuses: list[int]) -> float:
    """Seconds until another worker answers so; it is asked all the time."""
    started = time.monotonic()
    while await ask(house, asked) != statuses:
        assert time.monotonic() - started < 5
        await asyncio.sleep(0.1)
    return time.monotonic() - started


async def test_what_is_revoked_ends_on_all_workers_within_five_seconds(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, neighbour(house, tmp_path) as asked:
        assert await ask(house, asked) == [200, 200, 200, 200]
        await asyncio.sleep(SECONDS + 0.2)
        account = f"/integrated-account/{house.account}"
        await house.client.patch(account, json={"is_blocked": True})
        await until(asked, house, [503, 503, 503, 503])
        await house.client.patch(account, json={"is_blocked": False})
        await until(asked, house, [200, 200, 200, 200])
        tokens = (await house.client.get("/api-token")).json()["result"]
        await house.client.post("/api-token", json={"name": "spare"})
        for token in tokens:
            assert (await house.client.delete(f"/api-token/{token['id']}")).status_code == 200
        await until(asked, house, [401, 401, 401, 401])

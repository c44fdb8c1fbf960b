"""A process that starts before its database lives, says that it is not ready, and serves as soon as it can."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select

from auth.database import Database
from auth.vault import Keyring, Vault
from gateway.app import create_app
from gateway.operations import make_environment, make_token
from gateway.serving import Server, terms
from gateway.settings import Settings
from schemas.tables import SealedRecord
from tests.house import KEY

pytestmark = pytest.mark.anyio

OTHER_KEY = base64.b64encode(sha256(b"another").digest()).decode()


def settings_for(folder: Path, key: str = KEY) -> Settings:
    return Settings(database_url=f"sqlite+aiosqlite:///{folder}/koine.db", encryption_keys=SecretStr(key))


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    with socket.create_server(("127.0.0.1", 0)) as plug:
        server = Server(terms(create_app(settings), "info"))
        running = asyncio.create_task(server.serve([plug]))
        await server.answers.wait()
        url = f"http://127.0.0.1:{plug.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url) as client:
            yield client
        server.should_exit = True
        await running


async def ready(client: httpx.AsyncClient) -> tuple[int, object]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()


def not_ready(**checks: str) -> tuple[int, object]:
    told = {"database": "ok", "redis": "not_configured", "keys": "ok", **checks}
    return 503, {"status": "not_ready", "checks": told}


async def becomes(client: httpx.AsyncClient, wanted: tuple[int, object]) -> None:
    for _ in range(400):
        if await ready(client) == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await ready(client))


async def environment(settings: Settings) -> str:
    """A token for the database's first environment."""
    database = Database(settings.database_url)
    await database.migrate()
    vault = Vault(Keyring.from_setting(settings.encryption_keys.get_secret_value()))
    token = await make_token(database, vault, await make_environment(database, "default"), "test", None)
    await database.close()
    return token


async def test_a_process_waits_for_its_database_and_its_tables_and_then_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    settings = settings_for(folder)
    async with served(settings) as client:
        assert await ready(client) == not_ready(database="unreachable")
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/ping")).json() == {"result": "pong"}
        answer = await client.get("/environment", headers={"authorization": "Bearer x"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        body = answer.json()
        assert body == {
            "statusCode": 503,
            "error": "Service Unavailable",
            "message": "The gateway's database does not answer; try again soon.",
            "request_id": answer.headers["x-request-id"],
            "details": {"reason": "database_unavailable"},
        }
        folder.mkdir()
        await becomes(client, not_ready(database="not_migrated"))
        token = await environment(settings)
        await becomes(client, (200, {"status": "ready", "checks": not_ready()[1]["checks"]}))  # type: ignore[index]
        answer = await client.get("/environment", headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, len(answer.json()["result"])) == (200, 1)
    told = [each.getMessage() for each in caplog.records if each.name == "gateway.opening"]
    assert told == [
        "not ready: The database can't be reached: `koine doctor` says more.",
        "not ready: The database's tables are not up to date: run `koine migrate`.",
    ]


async def test_a_key_that_is_missing_shows_in_readiness(tmp_path: Path) -> None:
    await environment(settings_for(tmp_path))
    async with served(settings_for(tmp_path, OTHER_KEY)) as client:
        assert await ready(client) == not_ready(keys="missing")


async def test_a_database_that_is_slow_to_answer_is_not_ready_until_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "gateway.opening.PATIENCE", 0.0
    )  # as if the first look took longer than a start waits
    await environment(settings_for(tmp_path))
    async with served(settings_for(tmp_path)) as client:
        assert await ready(client) == not_ready(database="unreachable")
        await becomes(client, (200, {"status": "ready", "checks": not_ready()[1]["checks"]}))  # type: ignore[index]


async def test_a_process_that_never_got_its_database_ends_when_it_is_told_to(tmp_path: Path) -> None:
    async with served(settings_for(tmp_path / "nowhere")) as client:
        assert await ready(client) == not_ready(database="unreachable")
    async with httpx.AsyncClient() as late:
        with pytest.raises(httpx.ConnectError):
            await late.get(client.base_url)


async def test_a_fault_that_is_not_the_databases_ends_the_start(tmp_path: Path) -> None:
    """A secret of the gateway's own that was tampered with."""
    settings = settings_for(tmp_path)
    await environment(settings)
    database = Database(settings.database_url)
    async with database.write() as session:
        for record in (await session.exec(select(SealedRecord))).all():
            record.ciphertext = record.ciphertext[:-1] + bytes([record.ciphertext[-1] ^ 1])
            session.add(record)
    await database.close()
    server = Server(terms(create_app(settings), "info"))
    with socket.create_server(("127.0.0.1", 0)) as plug, pytest.raises(SystemExit, match="3"):
        await server.serve([plug])

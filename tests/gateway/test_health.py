"""Whether the process is alive and ready, request ids, and how long an answer took."""

import asyncio
import re

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from auth.database import Database
from tests.house import House

pytestmark = pytest.mark.anyio

OK = {"database": "ok", "redis": "not_configured", "keys": "ok"}


async def asked(house: House, path: str) -> tuple[int, object]:
    answer = await house.client.get(path, headers={"authorization": ""})
    return answer.status_code, answer.json()


async def test_a_process_that_serves_is_alive_and_ready_without_a_token(house: House) -> None:
    assert await asked(house, "/ping") == (200, {"result": "pong"})
    assert await asked(house, "/healthz") == (200, {"status": "ok"})
    assert await asked(house, "/readyz") == (200, {"status": "ready", "checks": OK})


async def test_a_process_that_shuts_down_is_alive_but_not_ready(house: House) -> None:
    house.state["draining"].set()
    assert await asked(house, "/readyz") == (503, {"status": "shutting_down", "checks": OK})
    assert await asked(house, "/healthz") == (200, {"status": "ok"})


async def test_without_its_database_it_is_not_ready(house: House, tmp_path: object) -> None:
    away = Database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/koine.db")
    state = {**house.state, "database": away}

    async def astray(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(state)
        await house.app._app(scope, receive, send)  # type: ignore[attr-defined]

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(astray), base_url="http://koine.test"
    ) as client:
        answer = await client.get("/readyz")
    checks = {**OK, "database": "unreachable"}
    assert (answer.status_code, answer.json()) == (503, {"status": "not_ready", "checks": checks})
    await away.close()


@pytest.mark.parametrize(
    ("given", "kept"), [("order-4711.a_b", True), ("short", False), ("x" * 65, False), ("white space", False)]
)
async def test_a_fit_request_id_is_kept_and_another_replaced(house: House, given: str, kept: bool) -> None:
    answer = await house.client.get("/nowhere", headers={"x-request-id": given})
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (answer.headers["x-request-id"] == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"])


async def test_answers_with_data_say_in_milliseconds_who_took_how_long(house: House) -> None:
    await house.fault(kind="slow", path="*", method="GET", count=1, seconds=0.3)
    loop = asyncio.get_running_loop()
    started = loop.time()
    answer = await house.get("accounting/contacts?limit=2")
    took = (loop.time() - started) * 1000
    form = re.fullmatch(r"vendor;dur=(\d+\.\d), gateway;dur=(\d+\.\d)", answer.headers["server-timing"])
    assert form is not None
    vendor, gateway = float(form[1]), float(form[2])
    assert 300 <= vendor <= vendor + gateway <= took + 0.2
    refused = await house.get("accounting/contacts?limit=0")
    assert refused.headers["server-timing"].startswith("vendor;dur=0.0, gateway;dur=")
    assert "server-timing" not in (await house.client.get("/environment")).headers

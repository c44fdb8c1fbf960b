"""With too much to do a process says so at once, goes on with what it has, and still answers probes."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.load import LATE, PATIENCE, Load, watched
from tests.house import open_house

pytestmark = pytest.mark.anyio


async def test_requests_beyond_the_most_are_turned_away_and_probes_are_not(tmp_path: Path) -> None:
    arrives = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'{"override": '
        await arrives.wait()
        yield b"{}}"

    async with open_house(tmp_path, most_requests=10) as house:
        path = f"/environment-integration/{house.integration}"
        busy = [asyncio.create_task(house.client.patch(path, content=body())) for _ in range(10)]
        await asyncio.sleep(0.1)
        refused = await house.client.get("/environment-integration")
        probes = [(await house.client.get(path)).status_code for path in ("/ping", "/healthz", "/readyz")]
        figures = (await house.client.get("/metrics")).text
        arrives.set()
        served = await asyncio.gather(*busy)
        after = await house.client.get("/environment-integration")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json() == {
        "statusCode": 503,
        "error": "Service Unavailable",
        "message": "This gateway has too much to do at once: wait as retry-after says.",
        "request_id": refused.headers["x-request-id"],
        "details": {"reason": "overloaded"},
    }
    assert probes == [200, 200, 200]
    assert "\nkoine_requests_shed_total 1.0\n" in figures
    assert [answer.status_code for answer in served] == [200] * 10
    assert after.status_code == 200


async def test_browsers_read_that_there_is_too_much_to_do(tmp_path: Path) -> None:
    page, path = "https://app.example.com", "/unified/accounting/contacts"
    async with open_house(tmp_path, most_requests=10) as house:
        await house.client.patch(f"/environment/{house.environment}", json={"allowed_origins": [page]})
        house.state["load"].in_flight = 10
        asked = {"origin": page, "access-control-request-method": "GET"}
        preflight = await house.client.options(path, headers=asked)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, page)
        for origin, allowed in ((page, page), ("https://evil.example", None)):
            refused = await house.client.get(path, headers={"origin": origin})
            assert (refused.status_code, refused.json()["details"]["reason"]) == (503, "overloaded")
            assert refused.headers.get("access-control-allow-origin") == allowed
        house.state["load"].in_flight = 0


def test_a_loop_that_stays_behind_is_too_much_and_one_long_piece_of_work_is_not() -> None:
    load, now = Load(10), 100.0
    load.looked(now, 3.0)
    assert not load.is_too_much(now)
    load.looked(now + 0.05, 0.0)
    assert not load.is_too_much(now + PATIENCE)
    for beat in range(5):
        load.looked(now + beat * 0.6, LATE)
    assert load.is_too_much(now + 2.4)
    load.looked(now + 2.5, LATE / 2)
    assert not load.is_too_much(now + 2.5)


async def test_e15_a_block_of_the_event_loop_is_seen() -> None:
    seen: list[float] = []
    async with watched(Load(10), seen.append):
        await asyncio.sleep(0.12)
        time.sleep(0.3)  # noqa: ASYNC251  what is never to be done
        await asyncio.sleep(0.12)
    assert 0.2 < max(seen) < 5

"""A call leaves nothing behind that only the garbage collector could find: it would stop everybody else to look."""

import asyncio
import gc
from typing import Any

import pytest
from starlette.types import Message

from gateway.leaving import Hangup
from tests.house import House

pytestmark = pytest.mark.anyio

CALLS = 40
PATHS = ("/proxy/users/1", "/unified/accounting/contacts")


def scope_of(house: House, path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": f"limit=2&integrated_account_id={house.account}".encode(),
        "root_path": "",
        "headers": [(b"host", b"koine.test"), (b"authorization", f"Bearer {house.token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("koine.test", 80),
        "state": {**house.state, "hangup": Hangup()},  # as under our own server
    }


async def ask(house: House, path: str) -> list[int]:
    """The statuses of so many calls, beside which other tasks have their turns."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    for _ in range(CALLS):
        await house.app._app(scope_of(house, path), receive, send)  # type: ignore[attr-defined]
        await asyncio.sleep(0)
    return statuses


def garbage(kinds: set[str]) -> list[str]:
    """What is unreachable and not yet freed, of these types."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    found = [type(one).__name__ for one in gc.garbage]
    gc.set_debug(0)
    gc.garbage.clear()
    return [name for name in found if name in kinds]


@pytest.mark.parametrize("path", PATHS)
async def test_a_call_leaves_no_circles_behind(house: House, path: str) -> None:
    await ask(house, path)
    gc.collect()
    gc.disable()
    try:
        assert await ask(house, path) == [200] * CALLS
        left = garbage(
            {"Passage", "Observation", "Visit", "_Ear", "Task", "Tally", "Permit", "Desk", "Listing"}
        )
    finally:
        gc.enable()
    assert len(left) < CALLS / 10, sorted(set(left))

"""A gateway in a process of its own, which kills itself at one point of a write."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Engine, event

from gateway.app import create_app, open_state
from gateway.settings import Settings
from proxy.guard import Guard
from proxy.transport import Transport
from tests.house import KEY, SANDBOX, Mounted
from tests.proxy.front_door import ToUpstream

LEASE = timedelta(seconds=0.5)
TABLE = "idempotency_record"


class DeadlyTransport(Transport):
    """Kills the process when it is told to send a write."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            die()
        return await super().handle_async_request(request)


def die_before_storing(*arguments: Any) -> None:
    if arguments[2].lstrip().startswith(f"UPDATE {TABLE}"):
        die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def write(url: str, port: str, token: str, point: str, method: str, target: str, body: str) -> None:
    """One write with the key `k-1` to a vendor at a port of this machine.

    `point`: `claimed`, the write is on record and is to be sent; `answered`, its answer is there and is to be recorded;
    `stored`, it is.
    """
    settings = Settings(
        database_url=url,
        encryption_keys=SecretStr(KEY),
        sandboxes={"coupa": SANDBOX},
        allow_private_upstreams=True,
    )
    way_out = (DeadlyTransport if point == "claimed" else Transport)(
        Guard(allow_private=True), resolver=ToUpstream(int(port))
    )
    async with open_state(settings, way_out) as state:
        state["ledger"].lease = LEASE
        app = Mounted(create_app(settings), state)
        if point == "answered":
            event.listen(Engine, "before_cursor_execute", die_before_storing)
        headers = {
            "authorization": f"Bearer {token}",
            "idempotency-key": "k-1",
            "content-type": "application/json",
        }
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://koine.test"
        ) as client:
            await client.request(method, target, content=body, headers=headers)
            die()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))

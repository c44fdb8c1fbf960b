"""The gateway of a house that was closed, opened again on what it left behind."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from gateway.app import create_app, open_state
from gateway.settings import Settings
from tests.house import SANDBOX, House, Mounted, client


@asynccontextmanager
async def reopened(folder: Path, house: House, *, key: bytes) -> AsyncIterator[httpx.AsyncClient]:
    """`key`: the master key of the new process. No vendor can be reached."""
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/koine.db",
        encryption_keys=SecretStr(base64.b64encode(key).decode()),
        sandboxes={"coupa": SANDBOX},
    )
    async with open_state(settings, httpx.MockTransport(_unreachable)) as state:
        app = Mounted(create_app(settings), state)
        async with client(app, house.token, house.coupa_credentials) as found:
            yield found


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there")

"""A NetSuite stand-in in process and a client that calls one of its accounts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.netsuite import create_app
from sandbox.netsuite.tenant import Tenant

ORIGIN = "http://stand-in"


class Account:
    """One stand-in, its first account, and calls to it with an access token of client `main`."""

    def __init__(self, app: Starlette, client: httpx.AsyncClient) -> None:
        self.app, self.client = app, client
        self.credentials: dict[str, Any] = app.state.credentials
        self.tenant: Tenant = next(iter(app.state.tenants.values()))

    async def call(self, method: str, path: str, client: str = "main", **more: Any) -> httpx.Response:
        """`path` is below /services/rest."""
        headers = {**self.tenant.bearer(client), **more.pop("headers", {})}
        return await self.client.request(method, f"/services/rest{path}", headers=headers, **more)

    async def get(self, path: str, client: str = "main", **more: Any) -> httpx.Response:
        return await self.call("GET", path, client, **more)

    async def fault(self, **rule: Any) -> None:
        answer = await self.client.post("/_sandbox/faults", json=rule)
        assert answer.status_code == 201, answer.text

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get("/_sandbox/stats")).json()
        return found


Opened = Callable[..., Account]


@pytest.fixture
async def opened(anyio_backend: str) -> AsyncIterator[Opened]:
    """Opens stand-ins with switches."""
    async with AsyncExitStack() as stack:

        def open_(**switches: Any) -> Account:
            app = create_app(**{"work_seconds": 0.0, **switches})
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
            stack.push_async_callback(client.aclose)
            return Account(app, client)

        yield open_


@pytest.fixture
def account(opened: Opened) -> Account:
    return opened()

"""A stand-in in process and a client that holds its API key."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from sandbox.coupa import create_app

JSON = {"accept": "application/json"}


class Tenant:
    """One stand-in and calls to it with its API key, in JSON unless headers say otherwise."""

    def __init__(self, app: Starlette, client: httpx.AsyncClient) -> None:
        self.app = app
        self.client = client
        self.credentials: dict[str, Any] = app.state.credentials
        self.key = {"x-coupa-api-key": self.credentials["api_key"]}

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """`path` is sent as written under /api; names of headers with underscores for dashes."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = orjson.dumps(body) if body is not None and not isinstance(body, bytes) else body
        return await self.client.request(
            method, f"/api/{path}", content=content, headers={**self.key, **JSON, **given}
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.call("GET", path, **headers)

    async def ids(self, path: str) -> list[int]:
        """Ids of a page; the call must succeed."""
        joint = "&" if "?" in path else "?"
        answer = await self.get(f'{path}{joint}fields=["id"]')
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    async def one(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of a call."""
        answer = await self.call(method, path, body)
        return answer.status_code, answer.json()

    async def fault(self, **rule: Any) -> None:
        answer = await self.client.post("/_sandbox/faults", json=rule)
        assert answer.status_code == 201, answer.text

    async def token(self, client: str = "main", **form: str) -> httpx.Response:
        known = self.credentials["clients"][client]
        data = {
            "grant_type": "client_credentials",
            "client_id": known["client_id"],
            "client_secret": known["client_secret"],
        }
        return await self.client.post("/oauth2/token", data={**data, **form})

    async def bearer(self, client: str = "main", **form: str) -> dict[str, str]:
        answer = await self.token(client, **form)
        return {"authorization": f"Bearer {answer.json()['access_token']}", **JSON}


Opened = Callable[..., Tenant]


@pytest.fixture
async def opened(anyio_backend: str) -> AsyncIterator[Opened]:
    """Opens stand-ins with switches; the rate limit is off unless asked for."""
    async with AsyncExitStack() as stack:

        def open_(**switches: Any) -> Tenant:
            app = create_app(**{"rate_limit": False, **switches})
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stand-in")
            stack.push_async_callback(client.aclose)
            return Tenant(app, client)

        yield open_


@pytest.fixture
def tenant(opened: Opened) -> Tenant:
    return opened()

"""Unified writes through the front door, and what the stand-in saw and keeps of them."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from tests.house import House

UNIFIED = "truto_ignore_remote_data"
READ_BY_POST = ("/oauth2", "/query/")


class Desk:
    """Calls for the house's account; records come without `remote_data`."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def ask(self, verb: str, path: str, body: Any = None, /, **more: Any) -> httpx.Response:
        """`more`: query parameters; `headers` are headers."""
        headers = more.pop("headers", {})
        params = {"integrated_account_id": self.house.account, UNIFIED: "true", **more}
        content = None if body is None else orjson.dumps(body)
        return await self.house.client.request(
            verb,
            f"/unified/{path}",
            params=params,
            content=content,
            headers={"content-type": "application/json", **headers},
        )

    async def done(self, verb: str, path: str, body: Any = None, /, **more: Any) -> dict[str, Any]:
        """The body of a write that succeeded, with the status that it should have."""
        answer = await self.ask(verb, path, body, **more)
        creates = verb == "POST" and path.count("/") == 1
        assert answer.status_code == (201 if creates else 200), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(
        self, verb: str, path: str, body: Any = None, /, *, status: int = 400, **more: Any
    ) -> dict[str, Any]:
        """The body of a write that was refused, after a look that the vendor was not called."""
        before = await self.writes()
        answer = await self.ask(verb, path, body, **more)
        assert answer.status_code == status, answer.text
        assert await self.writes() == before
        found: dict[str, Any] = answer.json()
        assert found["details"]["outcome"] == "not_applied"
        return found

    async def settle(self, **context: Any) -> None:
        """Puts members into the account's context."""
        path = f"/integrated-account/{self.house.account}"
        answer = await self.house.client.patch(path, json={"context": context})
        assert answer.status_code == 200, answer.text

    async def read(self, path: str) -> dict[str, Any]:
        return await self.done("GET", path)

    async def writes(self) -> list[str]:
        """The vendor's paths that were written to, oldest first; queries are posted, too."""
        log = await self.house.log(500)
        return [
            f"{one['method']} {one['path']}"
            for one in log
            if one["method"] != "GET" and not any(part in one["path"] for part in READ_BY_POST)
        ]


def told(body: Mapping[str, Any]) -> dict[str, str]:
    """What a refusal says of each field."""
    return {one["field"]: one["message"] for one in body["details"]["failures"]}

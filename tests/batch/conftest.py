"""A house whose account may write, and how tests send batches to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import House, open_house
from tests.idempotency.conftest import allow_writes

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as found:
        yield await allow_writes(found)


@pytest.fixture
def batch(house: House) -> Send:
    """Sends entries as a batch for the house's account; `args` and `key` as given."""

    async def send(*entries: dict[str, Any], key: str = "", **more: Any) -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        body = {"integrated_account_id": house.account, "resources": list(entries), **more}
        return await house.client.post("/batch-request", json=body, headers=headers)

    return send

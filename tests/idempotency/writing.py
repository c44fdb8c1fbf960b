"""How tests here write: by passthrough, with or without a key, and what they look at afterwards."""

from typing import Any

import httpx

from tests.house import House

DEPARTMENTS = "/proxy/departments"


async def write(
    house: House,
    key: str | None = "k-1",
    path: str = DEPARTMENTS,
    *,
    method: str = "POST",
    client: httpx.AsyncClient | None = None,
    **more: Any,
) -> httpx.Response:
    """One write of the house's account; its body is a department unless the test says another."""
    body = more or {"json": {"name": "Kiln"}}
    headers = {} if key is None else {"idempotency-key": key}
    joint = "&" if "?" in path else "?"
    target = f"{path}{joint}integrated_account_id={house.account}"
    return await (client or house.client).request(method, target, headers=headers, **body)


async def sent(house: House, method: str = "POST") -> int:
    """How many writes the vendor saw."""
    return len(
        [call for call in await house.log(1000) if call["method"] == method and "/api/" in call["path"]]
    )


async def departments(house: House, name: str = "Kiln") -> int:
    """How many departments of a name the vendor has."""
    found = await house.client.get(
        f"/proxy/departments?name={name}&truto_response_format=raw&integrated_account_id={house.account}"
    )
    return len(found.json())

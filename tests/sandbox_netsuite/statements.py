"""Calls of SuiteQL as a client makes them."""

from typing import Any

import httpx

from tests.sandbox_netsuite.conftest import Account

PATH = "/query/v1/suiteql"
FRONT = "Invalid search query. Detailed unprocessed description follows. Search error occurred: "


async def ask(
    account: Account, text: str, *params: str, query: str = "", client: str = "main"
) -> httpx.Response:
    body: dict[str, Any] = {"q": text} | ({"params": list(params)} if params else {})
    return await account.call("POST", PATH + query, client, json=body, headers={"prefer": "transient"})


async def rows(account: Account, text: str, *params: str, client: str = "main") -> list[dict[str, str]]:
    """The rows of an answer, without their empty links."""
    answer = await ask(account, text, *params, client=client)
    assert answer.status_code == 200, answer.text
    return [{name: value for name, value in row.items() if name != "links"} for row in answer.json()["items"]]


async def reason(account: Account, text: str, *params: str) -> str:
    """Why a statement is refused."""
    answer = await ask(account, text, *params)
    detail = answer.json()["o:errorDetails"][0]
    assert (answer.status_code, detail["o:errorCode"]) == (400, "INVALID_PARAMETER"), answer.text
    assert detail["o:errorQueryParam"] == "q"
    assert detail["detail"].startswith(FRONT)
    return str(detail["detail"]).removeprefix(FRONT)

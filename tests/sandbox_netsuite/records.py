"""Calls of the record API as a client makes them, and what their answers are asked for."""

from typing import Any

import httpx

from tests.sandbox_netsuite.conftest import ORIGIN, Account
from tests.sandbox_netsuite.statements import rows

RECORD = f"{ORIGIN}/services/rest/record/v1"
STRICT = {"X-NetSuite-PropertyNameValidation": "Error"}
Json = dict[str, Any]
VENDOR: Json = {
    "companyName": "Neu & Söhne",
    "subsidiary": {"id": "1"},
    "currency": {"id": 4},
    "custentity_risk": 2.5,
}


async def write(
    account: Account, method: str, path: str, body: Json | None, **headers: str
) -> httpx.Response:
    """With names validated, unless the headers say otherwise. `path` is below /record/v1."""
    return await account.call(method, f"/record/v1{path}", json=body, headers={**STRICT, **headers})


async def made(account: Account, path: str, body: Json) -> str:
    """The id of a new record."""
    answer = await write(account, "POST", path, body)
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    place: str = answer.headers["location"]
    assert place.startswith(
        f"{RECORD}{path.partition('?')[0].lower().partition('/!')[0].rsplit('/', 1)[0]}"
    ), place
    return place.rsplit("/", 1)[1]


async def got(account: Account, path: str, query: str = "?expandSubResources=true") -> Json:
    answer = await account.get(f"/record/v1{path}{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def first_id(account: Account, table: str, condition: str = "id > 0") -> str:
    """An id of the account, by SuiteQL."""
    text = f"SELECT id FROM {table} WHERE {condition} ORDER BY id FETCH FIRST 1 ROWS ONLY"  # noqa: S608
    return (await rows(account, text))[0]["id"]


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and path of the first detail."""
    detail = answer.json()["o:errorDetails"][0]
    return answer.status_code, detail["o:errorCode"], detail.get("o:errorPath")


async def bill(account: Account, **more: object) -> tuple[str, Json]:
    """A bill of 20 and of 5, with the body it was made of."""
    vendor, item = (
        await made(account, "/vendor", VENDOR),
        await first_id(account, "item", "itemtype = 'InvtPart'"),
    )
    body: Json = {
        "entity": {"id": vendor},
        "tranId": "V-1",
        "tranDate": "2025-03-31",
        "item": {
            "items": [{"item": {"id": item}, "quantity": 2, "rate": 10}, {"item": {"id": item}, "amount": 5}]
        },
        **more,
    }
    return await made(account, "/vendorBill", body), body

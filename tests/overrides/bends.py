"""How tests save overrides."""

from typing import Any

import httpx

from tests.house import WIDE, House

Part = dict[str, Any]


def of_contacts(**parts: Any) -> Part:
    return {"accounting": {"contacts": parts}}


async def save(house: House, override: Any) -> httpx.Response:
    """As the account's own."""
    body = {"unified_model_override": override}
    return await house.client.patch(f"/integrated-account/{house.account}", json=body)


async def bend(house: House, override: Part) -> None:
    answer = await save(house, override)
    assert answer.status_code == 200, answer.text
    assert answer.json()["unified_model_override"] == override


async def bend_environment(house: House, override: Part) -> None:
    """As that of the environment's integration."""
    body = {"override": {"unified": override, "limits": WIDE}}
    answer = await house.client.patch(f"/environment-integration/{house.integration}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["override"]["unified"] == override

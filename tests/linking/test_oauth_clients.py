"""The OAuth client that signs for an account: its own, else the environment's, else the sandbox's."""

from typing import Any

import pytest

from auth.caller import Caller
from tests.house import House

pytestmark = pytest.mark.anyio

CLIENT = {"id": "our-app", "secret": "hush-app-secret"}
INSTANCE = {"instance": "acme.coupahost.com"}


async def own_client(house: House, client: dict[str, str] | None) -> None:
    override: dict[str, Any] = {"credentials": {"client": client}} if client else {}
    answer = await house.client.patch(
        f"/environment-integration/{house.integration}", json={"override": override}
    )
    assert answer.status_code == 200, answer.text


async def imported(house: House, context: dict[str, Any], *, is_sandbox: bool = False) -> dict[str, Any]:
    answer = await house.client.post(
        "/integrated-account",
        json={
            "tenant_id": "t1",
            "environment_integration_id": house.integration,
            "authentication_method": "oauth2",
            "context": context,
            "is_sandbox": is_sandbox,
            "validate": False,
        },
    )
    found: dict[str, Any] = answer.json()
    return found


async def client_of(house: House, account: dict[str, Any]) -> tuple[str, str]:
    connection = await house.state["connections"].open(Caller(house.environment, ""), account["id"])
    return connection.value("client_id"), connection.value("client_secret")


async def test_the_environments_own_client_signs_for_an_account_that_has_none(house: House) -> None:
    await own_client(house, CLIENT)
    account = await imported(house, INSTANCE)
    assert account["context"] == INSTANCE
    assert await client_of(house, account) == ("our-app", "hush-app-secret")


async def test_an_accounts_own_client_is_not_mixed_with_the_environments(house: House) -> None:
    await own_client(house, CLIENT)
    account = await imported(house, {**INSTANCE, "client_id": "theirs", "client_secret": "hush-theirs"})
    assert await client_of(house, account) == ("theirs", "hush-theirs")


async def test_a_sandbox_account_is_signed_for_by_the_sandboxs_client(house: House) -> None:
    await own_client(house, CLIENT)
    house.state["connections"].sandbox_contexts = {"coupa": house.coupa_credentials}
    account = await imported(house, {}, is_sandbox=True)
    known = house.coupa_credentials["clients"]["web"]
    assert await client_of(house, account) == (known["client_id"], known["client_secret"])


async def test_without_any_client_the_account_must_bring_one(house: House) -> None:
    answer = await imported(house, INSTANCE)
    assert [failure["field"] for failure in answer["details"]["failures"]] == [
        "context.client_id",
        "context.client_secret",
    ]

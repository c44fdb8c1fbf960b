"""B20, and which scopes are asked for: the link token's, else the environment's, else the provider's for its models."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from providers.coupa import SCOPES
from tests.house import House
from tests.linking.browsing import (
    CLIENT,
    OAUTH,
    Browser,
    account_of,
    link_token,
    linking_house,
    query_of,
    typed_client,
)

pytestmark = pytest.mark.anyio

USERS = ["core.common.read", "core.user.read", "core.user_group.read"]


async def environment_scopes(house: House, scopes: Sequence[str]) -> None:
    override = {"credentials": {"scope": list(scopes)}}
    answer = await house.client.patch(
        f"/environment-integration/{house.integration}", json={"override": override}
    )
    assert answer.status_code == 200, answer.text


async def asked(house: House, **body: Any) -> list[str]:
    browser = Browser(house)
    shown = await browser.connect(await link_token(house, **body), integration="coupa", auth_format=OAUTH)
    leaving = await browser.send(shown)
    away = await browser.get(leaving.reader.refresh)
    return query_of(away.headers["location"])["scope"].split()


async def test_the_providers_own_scopes_are_asked_for_where_nobody_says_otherwise(house: House) -> None:
    assert await asked(house) == [*SCOPES, "offline_access"]


async def test_models_narrow_the_providers_scopes(house: House) -> None:
    assert await asked(house, unified_model_id="user-directory") == [*USERS, "offline_access"]


async def test_the_environments_scopes_win_over_the_providers_and_its_models(house: House) -> None:
    await environment_scopes(house, ["core.item.read"])
    assert await asked(house, unified_model_id="user-directory") == ["core.item.read", "offline_access"]


async def test_the_link_tokens_scopes_win_over_all(house: House) -> None:
    await environment_scopes(house, ["core.item.read"])
    assert await asked(house, scopes=["core.user.read"], unified_model_id="accounting") == [
        "core.user.read",
        "offline_access",
    ]


async def test_chosen_scopes_are_the_accounts_own_from_then_on(house: House) -> None:
    token = await link_token(house, scopes=["core.user.read", "core.common.read"])
    done = await Browser(house).walk(token, CLIENT, typed_client(house))
    account = await account_of(house, done.message["integrated_account_id"])
    assert account["context"]["oauth"] == {"scope": ["core.user.read", "core.common.read"]}


async def test_b20_fewer_scopes_than_asked_for_are_named_and_the_account_works(tmp_path: Path) -> None:
    async with linking_house(tmp_path, consent="some") as house:
        done = await Browser(house).walk(await link_token(house), OAUTH)
        account = await account_of(house, done.message["integrated_account_id"])
    assert (account["status"], account["last_error"]) == ("active", None)
    assert account["last_forbidden_error"] == {
        "message": "Fewer scopes were granted than asked for.",
        "missing_scopes": [SCOPES[-1]],
    }

"""An account's grant comes with its credentials or from a code, is renewed, and leaves with the account."""

from typing import Any

import pytest
from sqlmodel import select

from auth.accounts import find_account
from auth.renewal import keep_grant
from schemas.errors import Problem
from schemas.tables import Grant, SealedRecord
from tests.auth.vendor import call
from tests.auth.world import SECRET, World
from tests.renewal.grants import FIRST, another_process, granted, link_granted

pytestmark = pytest.mark.anyio


def refreshed(refresh_token: str) -> dict[str, str]:
    return {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": "me",
        "client_secret": SECRET,
    }


async def test_an_imported_token_serves_and_is_nowhere_to_be_seen(either: World) -> None:
    account = await link_granted(either)
    assert account["context"] == {"host": "blue.acme.example", "client_id": "me", "oauth": {}}
    answer = await call(either.vendor, await either.open(account), either.renewals)
    assert answer.json()["me"] == "Bearer given"
    assert either.vendor.token_requests == []


async def test_a_grant_is_renewed_with_the_refresh_token_that_came_last(either: World) -> None:
    connection = await granted(either, expires_in=None, access_token=None)
    assert (await either.renewals.token(connection)).value == "token-1"
    either.clock.now += 3600
    assert (await either.renewals.token(connection)).value == "token-2"
    assert either.vendor.token_requests == [refreshed(FIRST), refreshed("refresh-1")]


async def test_another_process_uses_the_token_that_is_stored(either: World) -> None:
    connection = await granted(either, access_token=None)
    first = await either.renewals.token(connection)
    found = await another_process(either).token(connection)
    assert (found.value, found.refresh_token) == (first.value, "refresh-1")
    assert found.expires_at == pytest.approx(first.expires_at, abs=5)
    assert len(either.vendor.token_requests) == 1


async def test_a_code_is_exchanged_and_its_token_kept_instead_of_the_former(world: World) -> None:
    connection = await granted(world)
    token = await world.renewals.redeem(
        connection, code="c", redirect_uri="https://k.example/back", verifier="v" * 43
    )
    async with world.database.write() as session:
        account, _ = await find_account(session, world.id, connection.account_id, lock=True)
        await keep_grant(session, world.vault, account, token)
    assert (await another_process(world).token(connection)).value == "token-1"
    assert world.vendor.token_requests == [
        {
            "grant_type": "authorization_code",
            "redirect_uri": "https://k.example/back",
            "code": "c",
            "code_verifier": "v" * 43,
            "client_id": "me",
            "client_secret": SECRET,
        }
    ]


async def test_a_code_that_is_not_taken_is_told_in_the_vendors_words(world: World) -> None:
    connection = await granted(world)
    world.vendor.clients.clear()
    with pytest.raises(Problem) as caught:
        await world.renewals.redeem(connection, code="c", redirect_uri="https://k.example", verifier="v" * 43)
    assert (caught.value.status, caught.value.message) == (
        401,
        "The vendor did not take the code: No such client",
    )
    assert (await world.client.get(f"/integrated-account/{connection.account_id}")).json()[
        "status"
    ] == "active"


async def test_a_change_of_the_context_leaves_the_grant(world: World) -> None:
    connection = await granted(world, access_token=None)
    await world.renewals.token(connection)
    path = f"/integrated-account/{connection.account_id}"
    assert (await world.client.patch(path, json={"context": {"note": "x"}})).status_code == 200
    changed = await world.connections.open(world.caller, connection.account_id)
    assert (await world.renewals.token(changed)).value == "token-1"


async def test_new_credentials_that_had_to_be_renewed_to_be_tried_are_kept_renewed(world: World) -> None:
    connection = await granted(world)
    world.vendor.refresh_tokens.add("hush-hush-second")
    path = f"/integrated-account/{connection.account_id}/credentials"
    answer = await world.client.patch(path, json={"oauth": {"token": {"refresh_token": "hush-hush-second"}}})
    assert answer.status_code == 200, answer.text
    again = await world.connections.open(world.caller, connection.account_id)
    found = await another_process(world).token(again)
    assert (found.value, found.refresh_token) == ("token-1", "refresh-1")
    assert world.vendor.token_requests == [refreshed("hush-hush-second")]


async def test_new_credentials_that_do_not_work_leave_the_old_ones(world: World) -> None:
    connection = await granted(world)
    path = f"/integrated-account/{connection.account_id}/credentials"
    answer = await world.client.patch(path, json={"oauth": {"token": {"refresh_token": "wrong"}}})
    assert answer.status_code == 401
    assert (await another_process(world).token(connection)).value == "given"


async def test_an_account_that_is_erased_takes_its_grant_along(either: World) -> None:
    account = await link_granted(either)
    assert (await either.client.delete(f"/integrated-account/{account['id']}")).status_code == 200
    async with either.database.read() as session:
        rows: list[Any] = [*(await session.exec(select(Grant))).all()]
        rows += (
            await session.exec(select(SealedRecord).where(SealedRecord.account_id == account["id"]))
        ).all()
    assert rows == []

"""API tokens: who is let in, and what those who are not learn."""

import hmac
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from auth.tokens import create_token
from schemas.tables import ApiToken, now
from tests.auth.world import World, asked

pytestmark = pytest.mark.anyio

UNKNOWN = {
    "statusCode": 401,
    "message": "This API token is not known.",
    "details": {"reason": "invalid_token"},
}


async def ask(world: World, authorization: str) -> httpx.Response:
    async with asked(world.app, "") as client:
        return await client.get("/environment", headers={"authorization": authorization})


async def expiring(world: World, seconds: float) -> tuple[ApiToken, str]:
    return await create_token(
        world.database, world.pepper, world.id, "short", now() + timedelta(seconds=seconds), "me"
    )


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_token_is_known_whatever_the_case_of_the_scheme(world: World, scheme: str) -> None:
    answer = await ask(world, f"{scheme} {world.token}")
    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()["result"]] == [world.id]


async def test_c11_unknown_id_and_wrong_secret_are_answered_alike(world: World) -> None:
    _, token_id, secret = world.token.split("_", 2)
    wrong = [
        "",
        "Bearer",
        "Basic " + world.token,
        "Bearer " + world.token + "x",
        f"Bearer koine_{token_id}_{'x' * len(secret)}",
        f"Bearer koine_{'0' * 36}_{secret}",
        f"Bearer koine_{token_id}_",
        f"Bearer koine_{token_id}_{'x' * 100_000}",
        "Bearer koine_%00_%00",
    ]
    for authorization in wrong:
        answer = await ask(world, authorization)
        assert (answer.status_code, answer.json()) == (401, UNKNOWN)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_only_a_keyed_hash_of_a_token_is_stored(world: World) -> None:
    async with world.database.read() as session:
        rows = (await session.exec(select(ApiToken))).all()
    row = next(row for row in rows if row.id == world.caller.token_id)
    assert row.secret_hash == hmac.digest(world.pepper, world.token.encode(), "sha256")
    assert world.token.split("_", 2)[2] not in repr(rows)


async def test_an_expired_token_is_told_so_if_its_secret_is_right(world: World) -> None:
    _, token = await expiring(world, -1)
    answer = await ask(world, f"Bearer {token}")
    assert (answer.status_code, answer.json()) == (
        401,
        {"statusCode": 401, "message": "This API token has expired.", "details": {"reason": "expired_token"}},
    )
    wrong = await ask(world, f"Bearer {token[:-1]}")
    assert (wrong.status_code, wrong.json()) == (401, UNKNOWN)


async def test_c12_a_deleted_token_is_refused_at_once(world: World) -> None:
    _, token = await expiring(world, 100)
    row_id = token.split("_")[1]
    assert (await ask(world, f"Bearer {token}")).status_code == 200
    answer = await world.client.delete(f"/api-token/{row_id}")
    assert (answer.status_code, answer.json()) == (200, {"id": row_id})
    assert (await ask(world, f"Bearer {token}")).json() == UNKNOWN


async def test_c12_a_token_deleted_by_another_process_is_refused_within_five_seconds(world: World) -> None:
    row, token = await expiring(world, 100)
    assert (await ask(world, f"Bearer {token}")).status_code == 200
    async with world.database.write() as session:
        await session.delete(row)
    world.clock.now += 5
    assert (await ask(world, f"Bearer {token}")).json() == UNKNOWN


async def test_a_new_token_is_shown_once(world: World) -> None:
    body = {"name": "for the crawler", "expires_at": "2099-01-01T00:00:00.000Z"}
    made = await world.client.post("/api-token", json=body)
    assert made.status_code == 201
    token = made.json().pop("token")
    shown = {name: value for name, value in made.json().items() if name != "token"}
    assert shown == {
        "id": token.split("_")[1],
        "name": "for the crawler",
        "environment_id": world.id,
        "created_by": world.caller.token_id,
        "expires_at": "2099-01-01T00:00:00.000Z",
        "created_at": shown["created_at"],
        "updated_at": shown["created_at"],
    }
    got = await world.client.get(f"/api-token/{shown['id']}")
    assert (got.status_code, got.json()) == (200, shown)
    listed = (await world.client.get("/api-token", params={"name": "for the crawler"})).json()
    assert listed == {"result": [shown], "next_cursor": None, "limit": 5000}
    assert (await ask(world, f"Bearer {token}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"expires_at": None}, "must not be later than that of the token which makes it"),
        ({}, "must not be later than that of the token which makes it"),
        ({"expires_at": "2099-01-01"}, "must not be later than that of the token which makes it"),
        ({"expires_at": "2020-01-01"}, "is in the past"),
    ],
)
async def test_a_new_token_does_not_outlive_the_one_that_makes_it(
    world: World, body: dict[str, Any], message: str
) -> None:
    _, token = await expiring(world, 3600)
    async with asked(world.app, token) as client:
        answer = await client.post("/api-token", json={"name": "child", **body})
    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "reason": "invalid_request",
        "failures": [{"field": "expires_at", "message": message}],
    }

"""Calls are signed, and a token that is turned down gets one more chance."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import PlainTextResponse

from auth.connections import Connection
from schemas.errors import VendorTrouble
from tests.auth.vendor import Conversation, call
from tests.auth.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(world: World) -> Connection:
    return await world.open(await world.link(validate=False))


async def ripe(world: World, connection: Connection) -> None:
    """The first token, old enough to be taken at its word."""
    assert (await call(world.vendor, connection, world.renewals)).status_code == 200
    world.clock.now += 6


async def test_a12_renews_a_token_that_is_turned_down(world: World, connection: Connection) -> None:
    await ripe(world, connection)
    world.vendor.revoke_tokens()
    answer = await call(world.vendor, connection, world.renewals, content=b"an order")
    assert (answer.status_code, answer.json()) == (200, {"me": "Bearer token-2", "body": "an order"})
    assert world.vendor.calls == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


async def test_a12_fifty_calls_turned_down_together_renew_once(world: World, connection: Connection) -> None:
    await ripe(world, connection)
    world.vendor.revoke_tokens()
    world.vendor.delay = 0.05
    answers = await asyncio.gather(*(call(world.vendor, connection, world.renewals) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(world.vendor.token_requests) == 2


async def test_a12_a_second_401_is_passed_on(world: World, connection: Connection) -> None:
    await ripe(world, connection)

    def refuse_always(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"message": "Not you"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse_always)) as client:
        answer = await client.get("https://x.example", auth=Conversation(connection, world.renewals))
    assert (answer.status_code, answer.json()) == (401, {"message": "Not you"})
    assert len(world.vendor.token_requests) == 2


async def test_a_token_that_is_too_young_is_tried_again_when_it_is_ripe(
    world: World, connection: Connection
) -> None:
    token = await world.renewals.token(connection)
    world.vendor.revoke_tokens()
    world.clock.now += 1

    async def ripen(seconds: float) -> None:
        await world.clock.sleep(seconds)
        world.vendor.good.add(f"Bearer {token.value}")

    world.renewals.sleep = ripen
    answer = await call(world.vendor, connection, world.renewals)
    assert answer.status_code == 200
    assert world.clock.slept == [4.0]
    assert world.vendor.calls == ["Bearer token-1", "Bearer token-1"]
    assert len(world.vendor.token_requests) == 1


async def test_a_token_that_stays_refused_after_it_is_ripe_is_renewed_once(
    world: World, connection: Connection
) -> None:
    await world.renewals.token(connection)
    world.vendor.revoke_tokens()
    answer = await call(world.vendor, connection, world.renewals, content=b"an order")
    assert (answer.status_code, answer.json()) == (200, {"me": "Bearer token-2", "body": "an order"})
    assert world.clock.slept == [5.0]
    assert world.vendor.calls == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert len(world.vendor.token_requests) == 2


async def test_a_renewed_token_that_stays_refused_when_ripe_is_not_renewed_again(
    world: World, connection: Connection
) -> None:
    used = []

    def refuse_always(request: httpx.Request) -> httpx.Response:
        used.append(request.headers["authorization"])
        return httpx.Response(401, json={"message": "Not you"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse_always)) as client:
        answer = await client.get("https://x.example", auth=Conversation(connection, world.renewals))
    assert (answer.status_code, answer.json()) == (401, {"message": "Not you"})
    assert world.clock.slept == [5.0, 5.0]
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]
    assert len(world.vendor.token_requests) == 2


async def test_a_streaming_call_is_not_repeated_but_the_next_one_has_a_new_token(
    world: World, connection: Connection
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one part"

    await ripe(world, connection)
    world.vendor.revoke_tokens()
    answer = await call(world.vendor, connection, world.renewals, content=parts())
    assert answer.status_code == 401
    assert world.vendor.calls == ["Bearer token-1", "Bearer token-1"]
    assert (await call(world.vendor, connection, world.renewals)).json()["me"] == "Bearer token-2"


async def test_other_failures_are_no_reason_to_renew(world: World, connection: Connection) -> None:
    await ripe(world, connection)
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(403))) as client:
        answer = await client.get("https://x.example", auth=Conversation(connection, world.renewals))
    assert answer.status_code == 403
    assert len(world.vendor.token_requests) == 1


async def test_a_renewal_that_fails_is_the_calls_failure(world: World, connection: Connection) -> None:
    await ripe(world, connection)
    world.vendor.revoke_tokens()
    world.vendor.token_answers = [PlainTextResponse("oops", 500)]
    with pytest.raises(VendorTrouble):
        await call(world.vendor, connection, world.renewals)

"""A19: many credentials that expire together don't fall upon one token endpoint."""

import asyncio
import random
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse

from auth.connection import Connection
from auth.grants import Token, read_answer
from auth.renewal.endpoint import AT_ONCE
from schemas.errors import RemoteProblem
from schemas.tables import new_id
from tests.auth.world import World

pytestmark = pytest.mark.anyio
COUNT = 500


async def herd(world: World) -> list[Connection]:
    """Many accounts of one vendor."""
    one = await world.open(await world.link(validate=False))
    return [replace(one, account_id=new_id()) for _ in range(COUNT)]


async def test_a19_few_requests_at_a_time_go_to_one_endpoint(world: World) -> None:
    world.vendor.delay = 0.005
    found = await asyncio.gather(*(world.renewals.token(each) for each in await herd(world)))
    assert len({token.value for token in found}) == COUNT
    assert 1 < world.vendor.in_flight_most <= AT_ONCE  # a busy machine may come to fewer


async def test_a19_an_endpoint_that_says_too_often_is_left_alone_by_all(world: World) -> None:
    limit = JSONResponse({"error": "slow_down"}, 429, {"retry-after": "30"})
    world.vendor.token_answers = [limit] * COUNT
    world.vendor.delay = 0.01
    connections = await herd(world)
    found = await asyncio.gather(
        *(world.renewals.token(each) for each in connections), return_exceptions=True
    )
    assert all(isinstance(each, RemoteProblem) and each.status == 429 for each in found)
    assert len(world.vendor.token_requests) <= AT_ONCE
    world.vendor.token_answers.clear()
    world.clock.now += 31
    assert (await world.renewals.token(connections[0])).value.startswith("token-")


def test_a19_tokens_made_together_are_not_renewed_together() -> None:
    body = b'{"access_token": "a", "expires_in": 86400}'
    tokens = [read_answer(200, body, now=0.0, assumed=60.0, jitter=random.random()) for _ in range(5000)]
    moments = sorted(token.renew_at for token in tokens if isinstance(token, Token))
    busiest = max(sum(start <= each < start + 1 for each in moments) for start in range(85500, 85681, 10))
    assert moments[-1] - moments[0] > 170
    assert busiest < 100


async def test_a_process_that_is_to_end_begins_no_more_requests(world: World) -> None:
    world.vendor.delay = 0.05
    waiting = [asyncio.create_task(world.renewals.token(each)) for each in await herd(world)]
    await world.vendor.asked.wait()
    await world.renewals.close()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    answered = sum(isinstance(each, Token) for each in found)
    assert 1 <= answered == len(world.vendor.token_requests) <= AT_ONCE

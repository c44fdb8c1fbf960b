"""One API token may call so often: `KOINE_TOKEN_RATE`, counted by all workers together where Redis is set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.account_tokens import make_account_token
from gateway.token_rate import MOST_KEPT, TokenRate
from schemas.errors import Throttled
from tests.house import client, link, open_house
from tests.load.crew import crew
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


async def test_c11_a_token_that_calls_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with open_house(tmp_path, token_rate="20/1000") as house:
        answers = [await house.client.get("/environment") for _ in range(20)]
        refused = answers[-1]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert refused.json()["details"] == {"reason": "token_rate"}
        assert 1 <= int(refused.headers["retry-after"]) <= 50
        other, _ = await house.caller("another")
        async with other:
            assert (await other.get("/environment")).status_code == 200


async def test_browsers_of_one_account_share_an_allowance_that_is_not_anothers(tmp_path: Path) -> None:
    async with open_house(tmp_path, token_rate="10/1000") as house:
        other = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
        key, statuses = house.state["token_hash_key"], []
        for account in (house.account, house.account, other["id"]):
            token = make_account_token(key, house.environment, account)
            async with client(house.app, token, house.coupa_credentials) as browser:
                statuses.append([(await browser.get("/integrated-account/me")).status_code for _ in range(8)])
        assert statuses == [[200] * 8, [200] * 2 + [429] * 6, [200] * 8]


async def test_a_batch_is_one_request_of_its_token(tmp_path: Path) -> None:
    async with open_house(tmp_path, token_rate="30/1000") as house:
        resources = [
            {
                "resource": "accounting/currencies",
                "method": "list",
                "query": {"limit": 1},
                "name": f"n{number}",
            }
            for number in range(25)
        ]
        body = {"integrated_account_id": house.account, "resources": resources}
        answer = await house.client.post("/batch-request", json=body)
        assert answer.status_code == 200, answer.text
        assert not any(answer.json()["errors"].values())


async def test_requests_come_back_as_time_goes() -> None:
    now = 0.0
    rate = TokenRate(10, 5.0, clock=lambda: now)
    for _ in range(10):
        await rate.spend("one")
    with pytest.raises(Throttled) as caught:
        await rate.spend("one")
    assert caught.value.headers == {"retry-after": "1"}
    await rate.spend("two")
    now = 0.5
    await rate.spend("one")
    with pytest.raises(Throttled):
        await rate.spend("one")


async def test_tokens_that_are_remembered_are_bounded() -> None:
    rate = TokenRate(1, 1000.0, clock=lambda: 0.0)
    for number in range(MOST_KEPT + 10):
        await rate.spend(str(number))
    assert len(rate._due) == MOST_KEPT


async def test_workers_count_a_tokens_requests_together(server: RedisServer) -> None:
    async with crew(server.url, 2) as workers:
        rates = [TokenRate(4, 1000.0, common) for common in workers.commons]
        for number in range(4):
            await rates[number % 2].spend("one")
        for rate in rates:
            with pytest.raises(Throttled):
                await rate.spend("one")
            await rate.spend("two")


async def test_e9_without_redis_each_process_counts_by_itself(server: RedisServer) -> None:
    async with crew(server.url, 1) as workers:
        rate = TokenRate(1, 1000.0, workers.commons[0])
        await rate.spend("three")
        workers.commons[0].is_up = False
        await rate.spend("three")
        with pytest.raises(Throttled):
            await rate.spend("three")

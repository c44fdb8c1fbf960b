"""A crawl by key reads several pages at once: in order and whole at any density, for few calls more than one by one."""

import asyncio
import random
from pathlib import Path

import httpx
import orjson
import pytest
from starlette.types import Message

from sandbox.coupa import create_app
from tests.house import House, Wire, open_house
from tests.load.test_crawl_ahead import BY_KEY, NDJSON, PAGE, crawl, far, page_by_page, served, settled

pytestmark = pytest.mark.anyio


async def stored(house: House) -> list[str]:
    answer = await house.coupa.get("/_sandbox/rows/suppliers")
    return sorted((str(id_) for id_ in answer.json()["ids"]), key=int)


async def leave(house: House, *kept: str) -> None:
    for id_ in set(await stored(house)) - set(kept):
        assert (await house.coupa.delete(f"/_sandbox/rows/suppliers/{id_}")).is_success


async def test_it_comes_whole_and_in_order_at_every_density(tmp_path: Path) -> None:
    chance = random.Random(3)
    async with far(tmp_path, records=400) as (house, distant):
        every = await stored(house)
        thin = sorted((*every[:100], *chance.sample(every[100:], 150)), key=int)
        torn = [id_ for id_ in thin if not 80 < int(id_) < 300]
        for left in (every, thin, torn):
            await leave(house, *left)
            distant.calls = distant.most = 0
            distant.seconds = 0.005
            found, last = await crawl(house, BY_KEY)
            assert found == left
            assert last["_end"]["result_count"] == len(left)
            assert distant.most > 2
            assert distant.calls <= 1.3 * (len(left) // PAGE + 1) + 5
            await settled(distant)


async def test_a_collection_of_one_page_costs_one_call(tmp_path: Path) -> None:
    async with far(tmp_path, records=60) as (house, distant):
        await leave(house, *(await stored(house))[: PAGE - 1])
        found, _ = await crawl(house, BY_KEY)
    assert (len(found), distant.calls) == (PAGE - 1, 1)


async def test_all_that_is_under_way_ends_with_the_caller(tmp_path: Path) -> None:
    async with far(tmp_path) as (house, distant):
        leaves = asyncio.Event()

        async def receive() -> Message:
            await leaves.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            distant.seconds = 60.0  # for all pages but the first, which came before the head

        request = asyncio.create_task(served(house, BY_KEY, receive, send))
        for _ in range(500):
            if distant.in_flight < 3:
                await asyncio.sleep(0.01)
        leaves.set()
        await request
        await settled(distant)
        assert distant.calls == 4


async def test_a_cursor_of_a_page_starts_one(tmp_path: Path) -> None:
    async with far(tmp_path) as (house, distant):
        expected = await page_by_page(house, BY_KEY)
        cursor = (await house.get(BY_KEY)).json()["next_cursor"]
        distant.seconds = 0.005
        found, _ = await crawl(house, f"{BY_KEY}&next_cursor={cursor}")
    assert found == expected[PAGE:]
    assert distant.most > 2


async def test_a_passthrough_crawl_drops_what_overlaps(tmp_path: Path) -> None:
    async with far(tmp_path) as (house, distant):
        every = await stored(house)
        left = sorted((*every[:60], *random.Random(5).sample(every[60:], 120)), key=int)
        await leave(house, *left)
        distant.seconds = 0.005
        for query in ("", "&id%5Blt%5D=200", "&fields=%5B%22id%22%5D"):
            distant.most = 0
            path = f"/proxy/suppliers?limit={PAGE}{query}&integrated_account_id={house.account}"
            answer = await house.client.get(path, headers=NDJSON)
            *records, last = [orjson.loads(line) for line in answer.content.splitlines()]
            wanted = [int(id_) for id_ in left if "lt" not in query or int(id_) < 200]
            assert [record["id"] for record in records] == wanted
            assert last["_end"]["result_count"] == len(wanted)
            assert distant.most > 2


class Boundless(httpx.AsyncBaseTransport):
    """Its last supplier has an id of more digits than Python makes a number of."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._ids = [*(str(id_) for id_ in range(1, 2 * PAGE)), "9" * 4_301]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/suppliers":
            return await self._inner.handle_async_request(request)
        start = int(request.url.params.get("id[gt]", 0))
        rows = [{"id": id_} for id_ in self._ids[start : start + PAGE]]
        return httpx.Response(200, json=rows, request=request)


@pytest.mark.parametrize("path", ["/unified/accounting/contacts", "/proxy/suppliers"])
async def test_an_id_that_is_no_number_any_more_is_told_of_behind_what_came_before(
    tmp_path: Path, path: str
) -> None:
    coupa = create_app(seed=1, records=5, rate_limit=False)
    async with open_house(tmp_path, transport=Boundless(Wire(coupa)), stand_in=coupa) as house:
        target = f"{path}?limit={PAGE}&integrated_account_id={house.account}"
        answer = await house.client.get(target, headers=NDJSON)
    *records, last = [orjson.loads(line) for line in answer.content.splitlines()]
    assert [record["id"] for record in records] == [str(id_) for id_ in range(1, PAGE + 1)]
    assert last["_error"]["statusCode"] == 502
    assert last["_error"]["details"] == {"reason": "paging_loop"}
    assert last["_error"]["result_count"] == PAGE


class Meddling(httpx.AsyncBaseTransport):
    """Passes calls on late and out of order, and lets others add, delete and change suppliers meanwhile."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner, self._random = inner, random.Random(11)
        self.house: House | None = None
        self.ids: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.house and request.url.path == "/api/suppliers":
            await asyncio.sleep(self._random.uniform(0, 0.02))
            await self._meddle(self.house.coupa)
        return await self._inner.handle_async_request(request)

    async def _meddle(self, coupa: httpx.AsyncClient) -> None:
        rows = "/_sandbox/rows/suppliers"
        assert (await coupa.post(rows, json={"name": "Newcomer", "status": "active"})).is_success
        gone, kept = self._random.sample(self.ids, 2)
        self.ids.remove(gone)
        assert (await coupa.delete(f"{rows}/{gone}")).is_success
        assert (await coupa.patch(f"{rows}/{kept}", json={"tax-id": "T-1"})).is_success


@pytest.mark.parametrize("density", [1.0, 0.5, 0.1])
async def test_c6_none_is_missed_and_none_doubled_under_mutation(tmp_path: Path, density: float) -> None:
    coupa = create_app(seed=1, records=600, rate_limit=False, bloat_factor=0.0)
    meddling = Meddling(Wire(coupa))
    async with open_house(tmp_path, transport=meddling, stand_in=coupa) as house:
        every = await stored(house)
        await leave(house, *random.Random(1).sample(every, int(len(every) * density)))
        stood = meddling.ids = await stored(house)
        before, meddling.house = list(stood), house
        found, last = await crawl(house, BY_KEY.replace(f"limit={PAGE}", "limit=5"))
    assert last["_end"]["result_count"] == len(found)
    assert found == sorted(set(found), key=int), "a row came twice, or out of order"
    assert set(meddling.ids) <= set(found), "a row was missed"
    assert len(before) - len(meddling.ids) >= len(before) // 5


async def test_what_gathers_two_collections_reads_one_after_the_other(tmp_path: Path) -> None:
    async with open_house(tmp_path, records=300) as house:
        path = "accounting/tracking_categories?limit=3&truto_ignore_remote_data=true"
        expected = await page_by_page(house, path)
        found, _ = await crawl(house, path)
    assert found == expected
    assert 3 < sum(id_.startswith("department-") for id_ in found) < len(found) - 3


async def test_pages_without_a_record_that_belongs_are_read_over(tmp_path: Path) -> None:
    async with open_house(tmp_path, records=300) as house:
        path = "accounting/employees?limit=1&truto_ignore_remote_data=true"
        expected = await page_by_page(house, path)
        found, end = await crawl(house, path)
        stepped, _ = await crawl(house, path.replace("limit=1", "limit=4"))
    assert found == stepped == expected
    assert end["_end"]["pages"] > len(found)

"""A crawl reads ahead as far as the vendor's limit allows, in order, no faster than its caller, and not for nobody."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message, Receive, Send

from providers.paging import Keyset, Offset
from providers.provider import Limits
from proxy.ahead import Ahead, following, pages_ahead
from proxy.cursors import Place
from sandbox.coupa import create_app
from tests.house import SANDBOX, House, open_house

pytestmark = pytest.mark.anyio

PAGE = 10
BY_COUNT = f"accounting/contacts?limit={PAGE}&truto_ignore_remote_data=true&sort_by[updated_at]=asc"
BY_KEY = f"accounting/contacts?limit={PAGE}&truto_ignore_remote_data=true"
NDJSON = {"accept": "application/x-ndjson"}


class Distant(httpx.AsyncBaseTransport):
    """A vendor that takes its time, and counts."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seconds = 0.0
        self.fails_at = 0
        self.calls = self.in_flight = self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/suppliers":
            return await self._inner.handle_async_request(request)
        self.calls += 1
        number = self.calls
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            await asyncio.sleep(self.seconds)
            if number == self.fails_at:
                return httpx.Response(400, json={"errors": ["no"]}, request=request)
            return await self._inner.handle_async_request(request)
        finally:
            self.in_flight -= 1


@asynccontextmanager
async def far(folder: Path, records: int = 300, **limits: Any) -> AsyncIterator[tuple[House, Distant]]:
    coupa = create_app(seed=1, records=records, rate_limit=False, bloat_factor=0.0, public_url=SANDBOX)
    distant = Distant(httpx.ASGITransport(coupa))
    wide = {"rate": 100_000, "burst": 100_000}
    async with open_house(folder, stand_in=coupa, transport=distant, limits=limits or wide) as house:
        distant.calls = distant.most = 0
        yield house, distant


async def crawl(house: House, path: str) -> tuple[list[str], dict[str, Any]]:
    """The ids, and the last line."""
    answer = await house.get(path, headers=NDJSON)
    assert answer.status_code == 200, answer.text
    *records, last = [orjson.loads(line) for line in answer.content.splitlines()]
    return [record["id"] for record in records], last


async def page_by_page(house: House, path: str) -> list[str]:
    return [record["id"] for record in await house.all(path)]


@pytest.mark.parametrize("path", [BY_COUNT, BY_KEY])
async def test_what_is_read_ahead_comes_in_order(tmp_path: Path, path: str) -> None:
    async with far(tmp_path) as (house, distant):
        expected = await page_by_page(house, path)
        distant.seconds, distant.most = 0.02, 0
        found, last = await crawl(house, path)
    assert found == expected
    assert len(found) == last["_end"]["result_count"] > 10 * PAGE
    assert distant.most == 8


@pytest.mark.parametrize("path", [BY_COUNT, BY_KEY])
async def test_a_crawl_reaches_the_vendors_limit(tmp_path: Path, path: str) -> None:
    """25 calls a second, 100 ms each: page by page it would be 10."""
    async with far(tmp_path, rate=25, per=1, burst=1) as (house, distant):
        distant.seconds = 0.1
        started = time.monotonic()
        await crawl(house, path)
        seconds = time.monotonic() - started
    assert distant.calls > 25
    assert distant.calls / seconds > 13  # a busy machine takes its share


@pytest.mark.parametrize(("path", "fails_at"), [(BY_COUNT, 4), (BY_KEY, 2), (BY_KEY, 7)])
async def test_a_failure_comes_in_its_turn_and_its_cursor_goes_on_there(
    tmp_path: Path, path: str, fails_at: int
) -> None:
    async with far(tmp_path) as (house, distant):
        expected = await page_by_page(house, path)
        distant.calls, distant.fails_at, distant.seconds = 0, fails_at, 0.01
        found, last = await crawl(house, path)
        assert found == expected[: (fails_at - 1) * PAGE]
        assert (last["_error"]["statusCode"], last["_error"]["result_count"]) == (400, len(found))
        distant.fails_at = 0
        rest, end = await crawl(house, f"{path}&next_cursor={last['_error']['next_cursor']}")
        assert found + rest == expected
        assert end["_end"]["result_count"] == len(rest)
        await settled(distant)


async def settled(distant: Distant) -> None:
    """What was broken off has let go."""
    for _ in range(100):
        if not distant.in_flight:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{distant.in_flight} calls are still under way")


def scope_of(house: House, path: str) -> dict[str, Any]:
    plain, _, query = f"/unified/{path}&integrated_account_id={house.account}".partition("?")
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {house.token}".encode()),
            (b"accept", NDJSON["accept"].encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("koine.test", 80),
    }


async def served(house: House, path: str, receive: Receive, send: Send) -> None:
    await house.app(scope_of(house, path), receive, send)


@pytest.mark.parametrize(("path", "most"), [(BY_KEY, 4), (BY_COUNT, 9)])
async def test_nothing_is_read_that_the_caller_does_not_take_and_nothing_once_it_left(
    tmp_path: Path, path: str, most: int
) -> None:
    async with far(tmp_path) as (house, distant):
        leaves, took = asyncio.Event(), asyncio.Event()

        async def receive() -> Message:
            await leaves.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                took.set()
                await asyncio.Event().wait()  # a caller that stopped reading

        distant.seconds = 0.05
        request = asyncio.create_task(served(house, path, receive, send))
        await took.wait()
        await asyncio.sleep(0.3)
        assert distant.calls == most
        leaves.set()
        await request
        await settled(distant)
        assert distant.calls == most


async def test_a_wrong_guess_is_dropped() -> None:
    begun: list[object] = []
    ended: list[object] = []

    async def read(place: Place) -> int:
        begun.append(place.after)
        try:
            await asyncio.sleep(0 if place.after in (0, 100) else 60)
        finally:
            ended.append(place.after)
        assert isinstance(place.after, int)
        return place.after

    ahead = Ahead(read, partial(following, Offset(start="offset", limit="limit", most=50), 10), 3)
    ahead.expect(Place(0, 0))
    assert await ahead.next() == 0
    ahead.expect(Place(0, 100))
    assert await ahead.next() == 100
    assert (begun, len(ended)) == ([0, 10, 20, 100, 110, 120], 4)
    ahead.close()
    await asyncio.sleep(0)
    assert len(ended) == 6


@pytest.mark.parametrize(
    ("limits", "pages"),
    [
        (None, 8),
        (Limits(rate=25, per=1), 8),
        (Limits(rate=10, per=1), 4),
        (Limits(rate=1, per=1), 2),
        (Limits(concurrency=5), 2),
        (Limits(rate=25, concurrency=1), 1),
    ],
)
def test_how_far_ahead_follows_from_the_limits(limits: Limits | None, pages: int) -> None:
    assert pages_ahead(limits) == pages


def test_only_counts_are_known_before_a_page_is_read() -> None:
    offset = Offset(start="offset", limit="limit", most=50)
    keyset = Keyset(after="id[gt]", order=(), limit="limit", most=50)
    assert following(offset, 50, Place(1, None)) == Place(1, 50)
    assert following(offset, 50, Place(1, 100)) == Place(1, 150)
    assert following(keyset, 50, Place(1, "7")) is None

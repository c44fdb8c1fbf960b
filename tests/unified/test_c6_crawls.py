"""C6: a keyset crawl misses no row that stood all along and doubles none, whatever others do meanwhile."""

import random
from typing import Any

import httpx
import orjson
import pytest

from sandbox.coupa import create_app
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


class Meddler(httpx.AsyncBaseTransport):
    """Passes calls on, and before each page of suppliers lets others insert, delete and change some."""

    def __init__(self, inner: httpx.AsyncBaseTransport, pages: int) -> None:
        self._inner, self._pages, self._random = inner, pages, random.Random(7)
        self.house: House | None = None
        self.ids: list[int] = []
        self.inserted, self.deleted, self.updated, self.calls = 0, set[int](), 0, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.house and request.url.path == "/api/suppliers":
            self.calls += 1
            await self._meddle(self.house.coupa)
        return await self._inner.handle_async_request(request)

    async def _meddle(self, coupa: httpx.AsyncClient) -> None:
        rows = "/_sandbox/rows/suppliers"
        for _ in range(min(200 - self.inserted, -(-200 // self._pages))):
            self.inserted += 1
            answer = await coupa.post(rows, json={"name": f"Newcomer {self.inserted}", "status": "active"})
            assert answer.is_success, answer.text
        for _ in range(min(200 - len(self.deleted), -(-200 // self._pages))):
            gone = self._random.choice([one for one in self.ids if one not in self.deleted])
            self.deleted.add(gone)
            assert (await coupa.delete(f"{rows}/{gone}")).is_success
        for _ in range(min(500 - self.updated, -(-500 // self._pages))):
            kept = self._random.choice([one for one in self.ids if one not in self.deleted])
            self.updated += 1
            assert (await coupa.patch(f"{rows}/{kept}", json={"tax-id": f"T-{self.updated}"})).is_success


async def test_c6_a_crawl_of_5000_suppliers_under_mutation_misses_none_and_doubles_none(
    tmp_path: Any,
) -> None:
    coupa = create_app(seed=1, records=5000, rate_limit=False, bloat_factor=0.0)
    meddler = Meddler(httpx.ASGITransport(coupa), pages=90)
    async with open_house(tmp_path, transport=meddler, stand_in=coupa) as house:
        answer = await house.coupa.get("/_sandbox/rows/suppliers")
        meddler.ids = [int(one) for one in answer.json()["ids"]]
        assert len(meddler.ids) == 5000
        meddler.house = house
        found = await house.get(
            "accounting/contacts?truto_ignore_remote_data=true", headers={"accept": "application/x-ndjson"}
        )
    *lines, end = [orjson.loads(line) for line in found.content.splitlines()]
    ids = [int(line["id"]) for line in lines]
    assert (meddler.inserted, len(meddler.deleted), meddler.updated) == (200, 200, 500)
    assert len(ids) == len(set(ids)), "a row came twice"
    stood = set(meddler.ids) - meddler.deleted
    assert stood - set(ids) == set(), "a row was missed"
    assert end["_end"]["result_count"] == len(ids)
    assert end["_end"]["pages"] <= meddler.calls <= 1.3 * end["_end"]["pages"] + 5

"""C6 at a vendor that is asked by statements: a crawl misses no row that stood all along and doubles none."""

import random
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.house import CREATE, EASY, SANDBOX, House, Wire, open_house

pytestmark = pytest.mark.anyio


class Meddler(httpx.AsyncBaseTransport):
    """Passes calls on, and before each page of headers lets others insert, delete and change some documents."""

    def __init__(self, inner: httpx.AsyncBaseTransport, collection: str, table: bytes) -> None:
        self._inner, self._collection, self._table = inner, collection, table
        self._random = random.Random(7)
        self.house: House | None = None
        self.ids: list[int] = []
        self.deleted: set[int] = set()
        self.changed: set[int] = set()
        self.inserted = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.house and self._table in await request.aread():
            await self._meddle(self.house.stand_in)
        return await self._inner.handle_async_request(request)

    async def _meddle(self, stand_in: httpx.AsyncClient) -> None:
        rows = f"/_sandbox/rows/{self._collection}"
        for _ in range(3):
            self.inserted += 1
            answer = await stand_in.post(rows, json={"memo": f"newcomer {self.inserted}"})
            assert answer.is_success, answer.text
            left = [one for one in self.ids if one not in self.deleted]
            gone, kept = self._random.sample(left, 2)
            if (await stand_in.delete(f"{rows}/{gone}")).is_success:  # what others refer to stays
                self.deleted.add(gone)
            assert (await stand_in.patch(f"{rows}/{kept}", json={"memo": "changed"})).is_success
            self.changed.add(kept)


@pytest.mark.parametrize("query", ["", "&sort_by=issue_date"], ids=["by id", "by day"])
async def test_c6_a_crawl_of_documents_under_mutation_misses_none_and_doubles_none(
    tmp_path: Path, query: str
) -> None:
    stand_in = CREATE["netsuite"](seed=1, public_url=SANDBOX, records=150, **EASY["netsuite"])
    meddler = Meddler(Wire(stand_in), "purchaseorder", b"FROM transaction t")
    async with open_house(tmp_path, provider="netsuite", transport=meddler, stand_in=stand_in) as house:
        meddler.ids = (await house.stand_in.get("/_sandbox/rows/purchaseorder")).json()["ids"]
        meddler.house = house
        found = await house.get(
            f"accounting/purchase_orders?limit=10&truto_ignore_remote_data=true{query}",
            headers={"accept": "application/x-ndjson"},
        )
    *lines, end = [orjson.loads(line) for line in found.content.splitlines()]
    ids = [int(line["id"]) for line in lines]
    assert end["_end"]["result_count"] == len(ids), end
    assert len(ids) == len(set(ids)), "a row came twice"
    stood = set(meddler.ids) - meddler.deleted
    assert stood - set(ids) == set(), "a row was missed"
    assert (len(meddler.ids) >= 100, meddler.inserted >= 30, bool(meddler.deleted)) == (True, True, True)
    kept: list[dict[str, Any]] = [line for line in lines if int(line["id"]) in stood]
    assert all(line["line_items"] for line in kept), "a document came without its lines"

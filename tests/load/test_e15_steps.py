"""E15: no step of the event loop holds others up for long, however large the page that is mapped in it."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from bench.mapping import RESHAPING, page
from sandbox.coupa import create_app
from tests.house import SANDBOX, Wire, open_house
from tests.overrides.bends import bend

pytestmark = pytest.mark.anyio

LONGEST = 0.1  # seconds
PIECE = 65_536
INVOICES = "accounting/invoices?limit=50"


@contextmanager
def steps() -> Iterator[list[float]]:
    """Seconds of each step of the event loop: of its thread's CPU, as the machine may have much else to do."""
    found: list[float] = []
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        found.append(time.thread_time() - began)

    gc.collect()
    gc.disable()  # a collection would look through all that other tests have left
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", timed)
        yield found
    gc.enable()


def parsed_at_once(body: bytes) -> float:
    """Seconds that one step would take for this alone, on the machine as it is now."""
    found = []
    for _ in range(3):
        began = time.thread_time()
        orjson.loads(body)
        found.append(time.thread_time() - began)
    return max(found)


class Vendor(httpx.AsyncBaseTransport):
    """The stand-in, but for its invoices: it would take longer to make so large a page than the gateway to read it."""

    def __init__(self, records: Any) -> None:
        self.stand_in = create_app(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
        self.page = orjson.dumps(records)
        self._wire = Wire(self.stand_in)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/invoices":
            return await self._wire.handle_async_request(request)
        headers = {"content-type": "application/json"}
        return httpx.Response(200, headers=headers, content=self._pieces(), request=request)

    async def _pieces(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.page), PIECE):
            yield self.page[start : start + PIECE]
            await asyncio.sleep(0)


async def test_e15_a_page_of_25_megabytes_is_read_in_steps(tmp_path: Path) -> None:
    records = page("invoices_list_new.json")
    for record in records:
        record["invoice-lines"] = record["invoice-lines"] * 50
    vendor = Vendor(records)
    assert len(vendor.page) > 25_000_000
    async with open_house(tmp_path, stand_in=vendor.stand_in, transport=vendor) as house:
        with steps() as found:
            answer = await house.get(f"{INVOICES}&truto_ignore_remote_data=true")
        assert (answer.status_code, answer.json()["result_count"]) == (200, 50)
    assert max(found) < parsed_at_once(vendor.page)


async def test_e15_a_whole_page_is_bent_and_written_in_steps(tmp_path: Path) -> None:
    records = page("invoices_list_new.json")
    vendor = Vendor(records)
    async with open_house(tmp_path, stand_in=vendor.stand_in, transport=vendor) as house:
        await bend(house, {"accounting": {"invoices": {"response": RESHAPING}}})
        with steps() as found:
            answer = await house.get(INVOICES)
        assert answer.status_code == 200
        assert answer.json()["result"][0]["custom_fields"]["lines"] == len(records[0]["invoice-lines"])
    assert len(answer.content) > 1_000_000
    assert max(found) < LONGEST


async def test_a_large_answer_that_is_no_list_is_refused_as_a_small_one_is(tmp_path: Path) -> None:
    vendor = Vendor({"records": ["x" * 5_000_000]})
    async with open_house(tmp_path, stand_in=vendor.stand_in, transport=vendor) as house:
        for body in (vendor.page, b"[" + vendor.page, b"{}"):
            vendor.page = body
            answer = await house.get(INVOICES)
            assert (answer.status_code, answer.json()["details"]["reason"]) == (
                502,
                "vendor_invalid_response",
            )

"""Crawls of a vendor that takes 100 ms and allows 25 calls a second: how much of that limit they use."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import httpx

from bench.rounds import Row
from bench.vendor import RATE, RECORDS, Vendor, far_vendor
from tests.production import Production, koine_serve

LIMITS = {"rate": RATE, "per": 1, "burst": 20}
PAGE = 50
PATH = f"/unified/accounting/contacts?limit={PAGE}&truto_ignore_remote_data=true"
CRAWLS = {  # and which share of the ids has a record
    "by count": ("&sort_by[updated_at]=asc", 1.0),
    "by key": ("", 1.0),
    "by key, every other id gone": ("", 0.5),
}


async def crawls(folder: Path) -> list[Row]:
    stack = ExitStack()
    async with far_vendor() as (vendor, url):
        try:  # in a thread: while the gateway starts, it asks the vendor
            production = await asyncio.to_thread(stack.enter_context, koine_serve(folder, url))
            return [await _crawl(production, vendor, kind) for kind in CRAWLS]
        finally:
            await asyncio.to_thread(stack.close)


async def _crawl(production: Production, vendor: Vendor, kind: str) -> Row:
    async with httpx.AsyncClient(
        base_url=production.url,
        headers={"authorization": f"Bearer {production.token}", "accept": "application/x-ndjson"},
        timeout=120,
    ) as client:
        account = (
            await client.get(f"/integrated-account/{production.account}", headers={"accept": "*/*"})
        ).json()
        place = f"/environment-integration/{account['environment_integration_id']}"
        answer = await client.patch(place, json={"override": {"limits": LIMITS}})
        assert answer.status_code == 200, answer.text
        query, share = CRAWLS[kind]
        vendor.rest(share)
        found = await client.get(f"{PATH}{query}&integrated_account_id={production.account}")
    lines = found.content.splitlines()
    assert lines[-1].startswith(b'{"_end"'), lines[-1]
    assert len(lines) == RECORDS + 1
    used = vendor.calls_a_second() / RATE
    name = f"crawl {kind}, 25 calls/s allowed, 100 ms each: share of the limit used"
    calls = f"{len(vendor.at)} calls for {RECORDS // PAGE + 1} pages, {vendor.refused} times 429"
    return Row(name, used, used, used, "at least 0.95", "", calls)

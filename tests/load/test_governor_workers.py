"""Real workers before a vendor that counts: together they never call more often than its limit and burst allow.

So do up to eight with Redis, which takes longer than a test may: `python -m bench.workers`.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import pytest

from gateway.governing import warning
from gateway.settings import read_settings
from tests.house import KEY
from tests.production import Production, koine_serve

pytestmark = pytest.mark.anyio

CALLS = 60


@contextmanager
def counting() -> Iterator[tuple[str, str]]:
    """A vendor's URL and key; it lets 25 calls a second through, 20 more wait, the rest are refused."""
    command = [sys.executable, "-m", "sandbox", "coupa", "--json", "--records", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = orjson.loads(process.stdout.readline())
        try:
            yield said["url"], said["credentials"]["api_key"]
        finally:
            process.terminate()


async def calls(gateway: Production) -> list[int]:
    """Statuses of many at once, each on a connection of its own, so that all workers have some."""
    url = f"{gateway.url}/proxy/currencies?limit=1&integrated_account_id={gateway.account}"
    headers = {"authorization": f"Bearer {gateway.token}", "connection": "close"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        answers = await asyncio.gather(*(client.get(url) for _ in range(CALLS)))
    return [answer.status_code for answer in answers]


async def test_workers_together_keep_a_vendors_limit(tmp_path: Path) -> None:
    with counting() as (url, key), koine_serve(tmp_path, url, workers=2, limits={}, api_key=key) as gateway:
        async with httpx.AsyncClient(base_url=url) as control:
            await control.post("/_sandbox/stats/reset")
            assert await calls(gateway) == [200] * CALLS
            stats = (await control.get("/_sandbox/stats")).json()
            ready = (await control.get(f"{gateway.url}/readyz")).json()
        assert (stats["requests"], stats["refused"]) == (CALLS, 0)
        assert ready["checks"]["redis"] == "not_configured"
    assert "workers without KOINE_REDIS_URL" in (tmp_path / "serve.log").read_text()


def test_several_workers_without_redis_are_told_what_that_means() -> None:
    alone = read_settings(encryption_keys=KEY)
    together = read_settings(encryption_keys=KEY, redis_url="redis://localhost")
    assert warning(alone, 1) is warning(together, 4) is None
    assert warning(alone, 4) == (
        "4 workers without KOINE_REDIS_URL: each keeps 1/4 of every vendor's rate, burst and concurrency for itself "
        "(at least one call at a time), whether the others use theirs or not. Set KOINE_REDIS_URL to have them share; "
        "several machines need it."
    )

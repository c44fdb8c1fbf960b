"""A15, A16: neither a caller that leaves nor a process that ends breaks off a renewal."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import Running, koine_up

SECONDS = 3


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Running]:
    """Its account's token is turned down from now on, and the next one takes a while."""
    with koine_up(tmp_path) as running:
        call(running)
        for fault in (
            {"kind": "slow", "path": "/oauth2/token", "delay": SECONDS},
            {"kind": "expire_tokens", "path": "/api/*", "count": 1},
        ):
            httpx.post(f"{running.sandbox}/_sandbox/faults", json=fault).raise_for_status()
        httpx.post(f"{running.sandbox}/_sandbox/stats/reset").raise_for_status()
        time.sleep(5)  # a token younger than this is given another chance first
        yield running


def call(running: Running, timeout: float = 30) -> None:
    address = f"{running.url}/unified/accounting/invoices?integrated_account_id={running.account}&limit=1"
    httpx.get(address, headers=running.headers, timeout=timeout).raise_for_status()


def leave(running: Running) -> None:
    with pytest.raises(httpx.ReadTimeout):
        call(running, timeout=1)


def requests(running: Running) -> int:
    found: int = httpx.get(f"{running.sandbox}/_sandbox/stats").json()["token_requests"]
    return found


def stored(folder: Path, account: str) -> tuple[str, str | None]:
    """The grant's version, and the attempt under way."""
    with sqlite3.connect(folder / "koine.db") as database:
        query = "SELECT version, attempt FROM access_grant WHERE account_id = ?"
        found: tuple[str, str | None] = database.execute(query, (account,)).fetchone()
    return found


def test_a15_a_renewal_outlives_the_caller_that_it_was_begun_for(slow: Running, tmp_path: Path) -> None:
    before, _ = stored(tmp_path, slow.account)
    leave(slow)
    assert stored(tmp_path, slow.account)[1] is not None
    call(slow)
    assert requests(slow) == 1
    after, attempt = stored(tmp_path, slow.account)
    assert (after != before, attempt) == (True, None)


def test_a16_a_process_ends_when_the_renewal_under_way_is_stored(slow: Running, tmp_path: Path) -> None:
    before, _ = stored(tmp_path, slow.account)
    leave(slow)
    slow.process.send_signal(signal.SIGTERM)
    assert slow.process.wait(20) == 0
    after, attempt = stored(tmp_path, slow.account)
    assert (after != before, attempt) == (True, None)
    assert list((tmp_path / "renewals").glob("*")) == []

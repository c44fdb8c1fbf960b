"""A1, A2: however many processes and callers want a token at once, the vendor sees one request for each rotation."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.database import Database
from tests.renewal.linked import link
from tests.renewal.standin import StandIn, stand_in
from tests.renewal.workers import Place, start

pytestmark = pytest.mark.anyio
PROCESSES, CALLERS, ROTATIONS = 8, 100, 3


@pytest.fixture(scope="module")
def strict() -> Iterator[StandIn]:
    with stand_in("strict") as found:
        yield found


@pytest.mark.parametrize("method", ["oauth2", "oauth2_client_credentials"])
async def test_a2_eight_processes_with_a_hundred_callers_make_one_request_for_each_rotation(
    url: str, strict: StandIn, tmp_path: Path, method: str
) -> None:
    database = Database(url)
    [account] = await link(database, strict, 1, method)
    await database.close()
    strict.reset()
    workers = [start(Place(url, strict, str(tmp_path / "journal"))) for _ in range(PROCESSES)]
    seen: list[str] = []
    for _ in range(ROTATIONS):
        found = await asyncio.gather(*(worker.tokens([account], CALLERS) for worker in workers))
        tokens = {token for tokens in found for token in tokens}
        assert [len(tokens) for tokens in found] == [CALLERS] * PROCESSES
        assert len(tokens) == 1, tokens
        seen += tokens
    for worker in workers:
        worker.end()
    stats = strict.stats()
    assert len(set(seen)) == ROTATIONS
    assert sum(stats["token_requests_by_grant"].values()) == ROTATIONS
    assert (stats["refresh_reused"], stats["refresh_in_flight_max"]) == (0, int(method == "oauth2"))
    assert list((tmp_path / "journal").glob("*")) == []

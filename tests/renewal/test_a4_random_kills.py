"""A4: killed at random under load, no token is lost but for an answer that died with the process reading it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.renewal.random_kills import kill_at_random
from tests.renewal.standin import StandIn, stand_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def strict() -> Iterator[StandIn]:
    with stand_in("strict") as found:
        yield found


async def test_a4_random_kills_lose_nothing_but_what_was_in_doubt(
    url: str, strict: StandIn, tmp_path: Path
) -> None:
    figures = await kill_at_random(url, strict, tmp_path, seconds=5, accounts=12, pause=(0.3, 0.8))
    assert figures.kills > 0
    assert figures.rotations > 12
    assert figures.at_once == 1
    assert figures.lost == figures.in_doubt == figures.reused
    assert figures.lost <= figures.kills * 5  # callers in a process, each with one account at most
    assert figures.left_in_journal == 0
    assert set(figures.failed) <= {"401 needs_reauth"}

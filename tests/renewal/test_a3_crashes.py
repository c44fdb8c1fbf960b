"""A3: a process that dies in the middle of a renewal leaves nothing behind that the next one can't mend."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from auth.database import Database
from schemas.tables import IntegratedAccount
from tests.renewal.grants import age
from tests.renewal.linked import link
from tests.renewal.standin import StandIn, stand_in
from tests.renewal.workers import Place, start

pytestmark = pytest.mark.anyio
STEPS = ("intent", "response", "journal", "commit")
CALLERS = 20
LOST = (
    "401 needs_reauth A renewal was broken off, and the vendor does not take the former refresh token any more "
    "(refresh_in_doubt): reconnect the account. The vendor said: The refresh token is expired, revoked or was replaced."
)


@pytest.fixture(scope="module", params=["strict", "grace", "family"])
def rotating(request: pytest.FixtureRequest) -> Iterator[tuple[str, StandIn]]:
    with stand_in(request.param) as found:
        yield request.param, found


async def test_a3_kill_9_at_each_step_loses_at_most_the_answer_that_nobody_wrote_down(
    url: str, rotating: tuple[str, StandIn], tmp_path: Path
) -> None:
    mode, vendor = rotating
    database = Database(url)
    accounts = await link(database, vendor, len(STEPS))
    vendor.reset()
    place = Place(url, vendor, str(tmp_path / "journal"))
    dying = [start(Place(url, vendor, place.journal, step)) for step in STEPS]
    found = await asyncio.gather(
        *(one.tokens([account], CALLERS) for one, account in zip(dying, accounts, strict=True))
    )
    assert found == [[]] * len(STEPS)
    assert [one.process.exitcode for one in dying] == [-9] * len(STEPS)
    await age(database, 40)  # the leases of the dead have ended
    next_one = start(place)
    answers = await next_one.tokens(accounts, CALLERS)
    next_one.end()
    for one in dying:
        one.end()
    by_step = {step: set(answers[at * CALLERS : (at + 1) * CALLERS]) for at, step in enumerate(STEPS)}
    failed = {step for step, said in by_step.items() if any(each.startswith("401") for each in said)}
    is_lost = mode != "grace"
    assert failed == ({"response"} if is_lost else set())
    assert [len(said) for said in by_step.values()] == [1] * len(STEPS)
    if is_lost:
        assert by_step["response"] == {LOST}
    stats = vendor.stats()
    assert (stats["refresh_in_flight_max"], stats["refresh_reused"]) == (1, 1)
    # Each account's first request, but for the one that died before it, and those of the two that nothing is known of.
    assert stats["token_requests_by_grant"]["refresh_token"] == 3 + 2
    async with database.read() as session:
        rows = {row.id: row.status for row in (await session.exec(select(IntegratedAccount))).all()}
    statuses = [rows[account.partition("/")[2]] for account in accounts]
    assert statuses == ["active", "needs_reauth" if is_lost else "active", "active", "active"]
    assert list((tmp_path / "journal").iterdir()) == []
    await database.close()

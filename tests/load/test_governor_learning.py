"""A vendor that tells an account how many calls at a time it takes is asked, and believed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from auth.connections import Connection
from providers.provider import Learning, Limits
from proxy.answer import Call
from proxy.learning import KEPT_SECONDS, Learner
from tests.proxy.outlet import Outlet, connected, outlet

pytestmark = pytest.mark.anyio


def number(said: Any) -> int | None:
    return said if isinstance(said, int) else None


def teller(out: Outlet, path: str) -> Connection:
    limits = Limits(concurrency=2, learnt_from=Learning(path, number))
    return connected(out.upstream.url, limits=limits)


async def known(out: Outlet, learner: Learner, connection: Connection) -> int | None:
    """The figure after the vendor was asked, where it is to be asked at all."""
    before = learner.limits(connection)
    assert before is not None
    await asyncio.gather(*learner._tasks)
    after = learner.limits(connection)
    assert after is not None
    return after.concurrency


@pytest.mark.parametrize(
    ("path", "figure"),
    [
        ("/says/7", 7),
        ("/says/-3", 1),
        ("/says/999999", 10_000),
        ("/says/null", 2),
        ("/answers/403", 2),
        ("/answers/200", 2),
        ("/rst", 2),
    ],
)
async def test_what_the_vendor_says_counts_and_its_silence_changes_nothing(path: str, figure: int) -> None:
    async with outlet() as out:
        learner = Learner(out.pipe.read)
        assert await known(out, learner, teller(out, path)) == figure
        asked = out.seen(path[1:])
        assert await known(out, learner, teller(out, path)) == figure
        assert out.seen(path[1:]) == asked, "it is not asked again and again"


async def test_the_vendor_is_asked_again_after_an_hour_and_believed_meanwhile() -> None:
    now = 0.0
    async with outlet() as out:
        learner = Learner(out.pipe.read, lambda: now)
        assert await known(out, learner, teller(out, "/says/7")) == 7
        now = KEPT_SECONDS
        later = learner.limits(teller(out, "/says/4"))
        assert later is not None
        assert later.concurrency == 7
        assert await known(out, learner, teller(out, "/says/4")) == 4


async def test_an_account_that_may_ask_helps_those_of_its_instance_that_may_not() -> None:
    async with outlet() as out:
        learner, barred = Learner(out.pipe.read), teller(out, "/answers/403")
        assert await known(out, learner, barred) == 2
        assert await known(out, learner, replace(teller(out, "/says/7"), account_id="two")) == 7
        assert await known(out, learner, barred) == 7


async def test_an_environments_own_figure_wins_and_nobody_asks() -> None:
    async with outlet() as out:
        own = replace(teller(out, "/says/7"), environment_override={"limits": {"concurrency": 3}})
        assert await known(out, Learner(out.pipe.read), own) == 3
        assert out.seen("says") == 0


async def test_calls_of_an_account_have_its_figure_learnt() -> None:
    async with outlet() as out:
        connection = teller(out, "/says/7")
        await out.pipe.read(connection, Call("/answers/200"))
        await asyncio.gather(*out.pipe._learner._tasks)
        assert out.seen("says") == 1
        limits = out.pipe._way.limits(connection)
        assert limits is not None
        assert limits.concurrency == 7


async def test_asking_ends_with_the_pipe() -> None:
    async with outlet() as out:
        out.pipe._way.limits(teller(out, "/silent"))
        await asyncio.sleep(0.05)
        await out.pipe.aclose()
        assert not out.pipe._learner._tasks

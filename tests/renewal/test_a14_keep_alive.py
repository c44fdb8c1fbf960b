"""A14: an idle grant is renewed before the vendor forgets it, by one process, and only when it is time."""

import asyncio

import pytest
from sqlmodel import col, update

from auth.renewal import Sweeper
from schemas.tables import Grant, IntegratedAccount, Shift
from tests.auth.world import World
from tests.renewal.grants import FIRST, age, another_process, granted, row_of

pytestmark = pytest.mark.anyio
DAY = 86400.0


def sweeper(world: World) -> Sweeper:
    return Sweeper(world.database, world.connections, another_process(world), chance=lambda: 0.5)


async def let_idle(world: World, days: float) -> None:
    """What lies in the database has aged; the next shift is free."""
    await age(world.database, days * DAY)
    async with world.database.write() as session:
        await session.exec(update(Shift).values(until=0.0))


async def test_a14_a_grant_idle_for_29_of_30_days_is_renewed_and_not_before(either: World) -> None:
    connection = await granted(either)
    await let_idle(either, 26)
    await sweeper(either).sweep()
    assert either.vendor.token_requests == []
    await let_idle(either, 3)
    await sweeper(either).sweep()
    assert [each["refresh_token"] for each in either.vendor.token_requests] == [FIRST]
    assert (await another_process(either).token(connection)).value == "token-1"
    await let_idle(either, 1)
    await sweeper(either).sweep()
    assert len(either.vendor.token_requests) == 1


async def test_a14_processes_that_sweep_together_renew_once(either: World) -> None:
    await granted(either)
    await let_idle(either, 29)
    await asyncio.gather(*(sweeper(either).sweep() for _ in range(5)))
    assert len(either.vendor.token_requests) == 1


async def test_a14_a_shift_of_a_process_that_died_ends_by_itself(world: World) -> None:
    await sweeper(world).sweep()
    await granted(world)
    await age(world.database, 29 * DAY)
    await sweeper(world).sweep()
    assert world.vendor.token_requests == []
    world.clock.now += 601
    await sweeper(world).sweep()
    assert len(world.vendor.token_requests) == 1


async def test_a_shift_from_before_the_machine_was_started_anew_holds_up_nobody(world: World) -> None:
    await sweeper(world).sweep()
    await granted(world)
    await age(world.database, 29 * DAY)
    world.clock.now = 5.0
    await sweeper(world).sweep()
    assert len(world.vendor.token_requests) == 1


async def test_a_token_in_use_that_is_long_lived_is_kept_alive_all_the_same(world: World) -> None:
    connection = await granted(world, expires_in=30 * DAY)
    await world.renewals.token(connection)
    await let_idle(world, 28)
    await Sweeper(world.database, world.connections, world.renewals).sweep()
    assert (await world.renewals.token(connection)).value == "token-1"


async def test_accounts_that_are_paused_or_refused_or_have_no_refresh_token_are_left_alone(
    world: World,
) -> None:
    for change in ({"is_blocked": True}, {"status": "needs_reauth"}, {}):
        connection = await granted(world, **({} if change else {"refresh_token": None}))
        if change:
            async with world.database.write() as session:
                which = col(IntegratedAccount.id) == connection.account_id
                await session.exec(update(IntegratedAccount).where(which).values(**change))
        world.connections.forget(connection.environment_id, connection.account_id)
    await let_idle(world, 29)
    await sweeper(world).sweep()
    assert world.vendor.token_requests == []


async def test_a_failed_keep_alive_is_tried_again_in_the_next_sweep(world: World) -> None:
    connection = await granted(world)
    await let_idle(world, 28)
    world.vendor.clients.clear()
    await sweeper(world).sweep()
    assert (await row_of(world.database, connection.account_id)).failures == 1
    world.vendor.clients["me"] = "hush-hush-client-secret"
    world.clock.now += 601
    await sweeper(world).sweep()
    assert len(world.vendor.token_requests) == 2
    assert (await row_of(world.database, connection.account_id)).failures == 0


async def test_a_token_in_use_is_renewed_before_anyone_waits_and_one_out_of_use_is_not(world: World) -> None:
    used, unused = await granted(world), await granted(world)
    for connection in (used, unused):
        await world.renewals.token(connection)
    world.clock.now += 1800
    await world.renewals.token(used)
    world.clock.now += 1700 - 601 + 500  # fifteen minutes before the end, five after its last use
    world.renewals.renew_ahead()
    await world.renewals.drain()
    assert [each["refresh_token"] for each in world.vendor.token_requests] == []
    await world.renewals.token(used)
    await world.renewals.drain()
    assert len(world.vendor.token_requests) == 1
    world.clock.now += 10
    world.renewals.renew_ahead()
    await world.renewals.drain()
    assert len(world.vendor.token_requests) == 1


async def test_no_row_of_a_grant_is_left_by_an_erased_account(either: World) -> None:
    connection = await granted(either)
    await either.client.delete(f"/integrated-account/{connection.account_id}")
    async with either.database.write() as session:
        assert (await session.exec(update(Grant).values(failures=0))).rowcount == 0

"""Refresh tokens are spent once, whatever vendor, callers and other processes do meanwhile."""

import asyncio

import httpx
import pytest
from sqlmodel import col, select, update
from starlette.responses import JSONResponse, PlainTextResponse, Response

from auth.grants import Token
from auth.renewal import Renewals
from schemas.errors import AccountProblem, Problem
from schemas.tables import Grant, IntegratedAccount, Webhook, WebhookEvent
from tests.auth.vendor import call
from tests.auth.world import SECRET, World
from tests.renewal.grants import FIRST, age, another_process, granted, link_granted, row_of

pytestmark = pytest.mark.anyio


async def failure(renewals: Renewals, world: World, account_id: str) -> Problem:
    connection = await world.connections.reach(world.id, account_id)
    with pytest.raises(Problem) as caught:
        await renewals.token(connection)
    return caught.value


async def account_of(world: World, account_id: str) -> IntegratedAccount:
    async with world.database.read() as session:
        query = select(IntegratedAccount).where(IntegratedAccount.id == account_id)
        return (await session.exec(query)).one()


async def spent(world: World) -> list[str]:
    return [each.get("refresh_token", "") for each in world.vendor.token_requests]


async def test_a1_two_hundred_callers_spend_one_refresh_token(either: World) -> None:
    connection = await granted(either, access_token=None)
    either.vendor.delay = 0.05
    found = await asyncio.gather(*(either.renewals.token(connection) for _ in range(200)))
    assert {token.value for token in found} == {"token-1"}
    assert await spent(either) == [FIRST]


async def test_a7_without_a_new_refresh_token_the_old_one_stays(either: World) -> None:
    connection = await granted(either, access_token=None)
    either.vendor.rotates = False
    assert (await either.renewals.token(connection)).refresh_token == FIRST
    either.clock.now += 3600
    assert (await another_process(either).token(connection)).value == "token-1"
    assert (await either.renewals.token(connection)).value == "token-2"
    assert await spent(either) == [FIRST, FIRST]


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("oops", 500),
        JSONResponse({"error": "temporarily_unavailable"}, 503),
        Response("<html>Log in", 200, media_type="text/html"),
        JSONResponse({"error": "invalid_client"}, 401),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        JSONResponse({"error": "slow_down"}, 429),
    ],
)
async def test_a9_a_fault_of_the_endpoint_keeps_grant_and_account_and_is_not_repeated_by_other_processes(
    world: World, answer: Response | Exception
) -> None:
    connection = await granted(world, access_token=None)
    world.vendor.token_answers = [answer]
    mine = await failure(world.renewals, world, connection.account_id)
    theirs = await failure(another_process(world), world, connection.account_id)
    assert (mine.status, mine.reason, mine.message) == (theirs.status, theirs.reason, theirs.message)
    assert len(world.vendor.token_requests) == 1
    assert (await account_of(world, connection.account_id)).status == "active"
    world.clock.now += 1.5
    assert (await world.renewals.token(connection)).value == "token-2"
    assert await spent(world) == [FIRST, FIRST]


async def test_a9_a_living_token_serves_all_processes_while_its_renewal_fails(either: World) -> None:
    connection = await granted(either)
    await either.renewals.token(connection)
    either.clock.now += 3600 - 60
    either.vendor.token_answers = [PlainTextResponse("oops", 500)]
    for renewals in (either.renewals, another_process(either), another_process(either)):
        for _ in range(3):
            assert (await renewals.token(connection)).value == "given"
            await renewals.drain()
    assert len(either.vendor.token_requests) == 1
    row = await row_of(either.database, connection.account_id)
    assert (row.failures, row.failure and row.failure["status"]) == (1, 502)


async def test_a10_the_loser_of_a_race_uses_the_winners_token(either: World) -> None:
    connection = await granted(either, access_token=None)
    asked, released = asyncio.Event(), asyncio.Event()

    class Held(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            await released.wait()
            return httpx.Response(400, json={"error": "invalid_grant"}, stream=None)

    loser = Renewals(
        Held(), either.database, either.vault, either.connections, clock=either.clock, chance=lambda: 0.0
    )
    losing = asyncio.create_task(loser.token(connection))
    await asked.wait()
    await age(either.database, 31)  # its lease has ended, as if the process had been stopped for so long
    assert (await either.renewals.token(connection)).value == "token-1"
    released.set()
    assert (await losing).value == "token-1"
    assert (await account_of(either, connection.account_id)).status == "active"


async def test_a11_a_grant_that_was_revoked_asks_for_a_reconnect_once(either: World) -> None:
    async with either.database.write() as session:
        session.add(Webhook(environment_id=either.id, target_url="https://hooks.example/koine"))
    connection = await granted(either, access_token=None)
    either.vendor.refresh_tokens.clear()
    processes = [either.renewals, another_process(either), another_process(either)]
    found = await asyncio.gather(
        *(renewals.token(connection) for renewals in processes for _ in range(20)), return_exceptions=True
    )
    said = {(each.status, each.reason, each.message) for each in found if isinstance(each, Problem)}
    assert said == {(401, "needs_reauth", "The vendor refused the credentials: Not any more")}
    assert len(found) == 60
    assert len(either.vendor.token_requests) == 1
    account = await account_of(either, connection.account_id)
    assert (account.status, account.last_error) == (
        "needs_reauth",
        "The vendor refused the credentials: Not any more",
    )
    async with either.database.read() as session:
        events = [event.event for event in (await session.exec(select(WebhookEvent))).all()]
    assert events.count("integrated_account:authentication_error") == 1
    with pytest.raises(Problem) as caught:
        await either.open({"id": connection.account_id})
    assert (caught.value.status, caught.value.reason) == (401, "needs_reauth")


async def test_a11_without_a_refresh_token_a_spent_token_asks_for_a_reconnect(world: World) -> None:
    connection = await granted(world, refresh_token=None)
    assert (await call(world.vendor, connection, world.renewals)).status_code == 200
    world.clock.now += 3600
    problem = await failure(world.renewals, world, connection.account_id)
    assert (problem.status, problem.reason) == (401, "needs_reauth")
    assert world.vendor.token_requests == []


async def test_a11_a_token_without_a_refresh_token_serves_to_its_end(world: World) -> None:
    connection = await granted(world, refresh_token=None)
    world.clock.now += 3600 - 60
    assert (await world.renewals.token(connection)).value == "given"
    world.renewals.renew_ahead()
    await world.renewals.drain()
    with pytest.raises(AccountProblem) as caught:
        await world.renewals.renew(connection)
    assert caught.value.message == "There is no refresh token to renew this account's token with."
    assert (await account_of(world, connection.account_id)).status == "active"
    assert (await world.renewals.token(connection)).value == "given"
    assert world.vendor.token_requests == []


async def test_a_wrong_client_of_the_environment_is_no_fault_of_the_customers(world: World) -> None:
    connection = await granted(world, access_token=None)
    world.vendor.clients.clear()
    problem = await failure(world.renewals, world, connection.account_id)
    assert problem.message == "The vendor's token endpoint turned the request down: No such client"
    assert (await account_of(world, connection.account_id)).status == "active"


async def test_a12_fifty_calls_turned_down_in_two_processes_spend_one_refresh_token(either: World) -> None:
    connection = await granted(either)
    other = another_process(either)
    for renewals in (either.renewals, other):
        assert (await call(either.vendor, connection, renewals)).status_code == 200
    either.clock.now += 10
    either.vendor.revoke_tokens()
    either.vendor.delay = 0.05
    calls = [
        call(either.vendor, connection, renewals) for renewals in (either.renewals, other) for _ in range(25)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
    assert await spent(either) == [FIRST]


async def test_a13_processes_whose_clocks_differ_share_tokens_and_leases(either: World) -> None:
    connection = await granted(either, access_token=None)
    either.vendor.delay = 0.3
    offsets = (-7200.0, 0.0, 7200.0)
    processes = [
        another_process(either, clock=lambda offset=offset: either.clock() + offset) for offset in offsets
    ]
    found = await asyncio.gather(*(renewals.token(connection) for renewals in processes))
    assert {token.value for token in found} == {"token-1"}
    left = [
        token.expires_at - offset - either.clock.now for token, offset in zip(found, offsets, strict=True)
    ]
    assert left == pytest.approx([3600] * 3, abs=5)
    for renewals in processes:
        await renewals.token(connection)
        await renewals.drain()
    assert (len(either.vendor.token_requests), either.vendor.in_flight_most) == (1, 1)


@pytest.mark.parametrize(("jump", "requests"), [(-7200.0, 1), (7200.0, 2)], ids=["back", "forward"])
async def test_a13_a_jump_of_the_databases_clock_costs_one_renewal_at_most_and_lengthens_no_life(
    either: World, jump: float, requests: int
) -> None:
    connection = await granted(either, access_token=None)
    await either.renewals.token(connection)
    await age(either.database, jump)
    processes = [another_process(either) for _ in range(3)]
    found = await asyncio.gather(*(renewals.token(connection) for renewals in processes))
    assert {token.value for token in found} == {f"token-{requests}"}
    left = [token.expires_at - either.clock.now for token in found]
    assert left == pytest.approx([3600] * 3, abs=5)
    assert len(either.vendor.token_requests) == requests


@pytest.mark.parametrize("change", ["token", "key", "erase"])
async def test_a17_what_changes_during_a_renewal_is_not_overwritten_by_it(either: World, change: str) -> None:
    account = await link_granted(either, access_token=None)
    connection = await either.open(account)
    either.vendor.delay = 0.5
    renewing = asyncio.create_task(either.renewals.token(connection))
    await either.vendor.asked.wait()
    either.vendor.delay = 0.0
    path = f"/integrated-account/{account['id']}"
    if change == "erase":
        assert (await either.client.delete(path)).status_code == 200
        with pytest.raises(Problem) as caught:
            await renewing
        assert (caught.value.status, caught.value.reason) == (404, "unknown_account")
        async with either.database.read() as session:
            assert (await session.exec(select(Grant))).all() == []
        return
    token = {"access_token": "newer", "refresh_token": "hush-hush-newer", "expires_in": 3600}
    body = {"context": {"oauth": {"token": token}}} if change == "token" else {"context": {"note": "x"}}
    assert (await either.client.patch(path, json=body)).status_code == 200
    expected = "newer" if change == "token" else "token-1"
    assert (await renewing).value == expected
    again = await either.open(account)
    assert (await another_process(either).token(again)).value == expected


async def test_a18_a_flood_instead_of_a_token_leaves_the_grant(world: World) -> None:
    connection = await granted(world, access_token=None)
    world.vendor.token_answers = [Response(b" " * 10_000_000, 200, media_type="application/json")]
    problem = await failure(world.renewals, world, connection.account_id)
    assert (problem.status, problem.reason) == (502, "vendor_invalid_response")
    assert (await account_of(world, connection.account_id)).status == "active"


async def test_tokens_of_an_environment_are_asked_for_with_the_accounts_own_client(world: World) -> None:
    connection = await granted(world, access_token=None)
    await world.renewals.token(connection)
    assert world.vendor.token_requests[0]["client_secret"] == SECRET


async def test_f19_nothing_of_a_token_is_to_be_seen_in_what_is_stored(either: World) -> None:
    connection = await granted(either, access_token=None)
    token: Token = await either.renewals.token(connection)
    row = await row_of(either.database, connection.account_id)
    text = f"{row!r} {token!r} {connection!r}"
    assert not [word for word in (FIRST, "token-1", "refresh-1", SECRET) if word in text]


async def test_a_lease_from_before_the_machine_was_started_anew_holds_up_nobody(world: World) -> None:
    connection = await granted(world, access_token=None)
    async with world.database.write() as session:
        lease = {"attempt": "of-the-dead", "lease_until": world.clock.now + 30}
        await session.exec(
            update(Grant).where(col(Grant.account_id) == connection.account_id).values(**lease)
        )
    world.clock.now = 20.0
    assert (await world.renewals.token(connection)).value == "token-1"

"""An account opens for callers of its environment, when it may serve calls, and remembers what vendors say of it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, update

from auth.caller import Caller
from auth.connections import Connection
from schemas.errors import AccountProblem, Internal, NotAllowed, NotFound, Problem
from schemas.tables import IntegratedAccount, SealedRecord
from tests.auth.vendor import call
from tests.auth.world import PASS, SECRET, World

pytestmark = pytest.mark.anyio


async def alter(world: World, account: dict[str, Any], **values: Any) -> None:
    """Changes a row behind the gateway's back, as another process would."""
    async with world.database.write() as session:
        await session.exec(
            update(IntegratedAccount).where(col(IntegratedAccount.id) == account["id"]).values(**values)
        )
    world.clock.now += 5


async def refused(world: World, account_id: str, caller: Caller | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        await world.connections.open(caller or world.caller, account_id)
    return caught.value


async def test_a_connection_holds_all_that_a_call_needs(either: World) -> None:
    context = {
        "host": "blue.acme.example",
        "client_id": "me",
        "client_secret": SECRET,
        "oauth": {"scope": ["read"], "token": {"access_token": "hush-token"}},
    }
    account = await either.link(context=context)
    connection = await either.open(account)
    assert (connection.account_id, connection.environment_id) == (account["id"], either.id)
    assert (connection.tenant_id, connection.provider.name) == ("t1", "acme")
    assert connection.scheme.method == "oauth2_client_credentials"
    assert connection.origin == "https://blue.acme.example"
    assert connection.base_url == "https://blue.acme.example/api"
    assert connection.url("{origin}/token") == "https://blue.acme.example/token"
    assert connection.context == {
        "host": "blue.acme.example",
        "client_id": "me",
        "oauth": {"scope": ["read"]},
    }
    assert dict(connection.secrets) == {
        "client_secret": SECRET,
        "oauth/token": {"access_token": "hush-token"},
    }
    assert (connection.scopes, connection.override, connection.is_sandbox) == (("read",), {}, False)
    assert "hush" not in repr(connection)


async def test_unknown_and_foreign_accounts_are_answered_alike(either: World) -> None:
    account = await either.link()
    foreign = await either.link(either.foreign)
    await either.open(account)
    for caller, account_id in (
        (either.caller, foreign["id"]),
        (either.foreign_caller, account["id"]),
        (either.caller, "00000000-0000-0000-0000-000000000000"),
        (either.caller, "no-such\0id"),
        (either.caller, ""),
    ):
        problem = await refused(either, account_id, caller)
        assert type(problem) is NotFound
        assert (problem.status, problem.reason, problem.message, problem.details) == (
            404,
            "unknown_account",
            "There is no such integrated account.",
            {},
        )


async def test_an_account_token_opens_its_own_account_only(world: World) -> None:
    account, other = await world.link(), await world.link()
    caller = Caller(world.id, "x", "account", account["id"])
    assert (await world.connections.open(caller, account["id"])).account_id == account["id"]
    problem = await refused(world, other["id"], caller)
    assert (type(problem), problem.status, problem.reason) == (NotAllowed, 403, "token_not_allowed")


@pytest.mark.parametrize(
    ("values", "status", "reason", "message"),
    [
        ({"status": "needs_reauth", "last_error": "Client is off"}, 401, "needs_reauth", "Client is off"),
        ({"status": "connecting"}, 400, "account_not_ready", "This integrated account is not connected yet."),
        ({"status": "validation_error", "last_error": "Not you"}, 400, "account_not_ready", "Not you"),
        ({"is_blocked": True}, 503, "account_paused", "This integrated account is paused."),
        (
            {"authentication_method": "basic"},
            400,
            "account_not_ready",
            "This gateway does not offer acme with basic.",
        ),
        (
            {"context": {}},
            400,
            "account_not_ready",
            "The account's context lacks host: add it with a PATCH.",
        ),
        (
            {"is_sandbox": True},
            400,
            "account_not_ready",
            "No sandbox of acme is configured: start one with `koine sandbox acme`, or use `koine up`.",
        ),
    ],
)
async def test_an_account_that_cannot_serve_calls_says_why(
    world: World, values: dict[str, Any], status: int, reason: str, message: str
) -> None:
    account = await world.link()
    await world.open(account)
    await alter(world, account, **values)
    problem = await refused(world, account["id"])
    assert type(problem) is AccountProblem
    assert (problem.status, problem.reason, problem.message) == (status, reason, message)


async def test_an_integration_that_is_switched_off_serves_no_calls(world: World) -> None:
    account = await world.link()
    await world.open(account)
    path = f"/environment-integration/{account['environment_integration_id']}"
    assert (await world.client.patch(path, json={"is_enabled": False})).status_code == 200
    problem = await refused(world, account["id"])
    assert (problem.status, problem.reason) == (400, "account_not_ready")
    assert problem.message == "The integration acme is switched off in this environment."


async def test_a_sandbox_account_lives_at_the_sandboxs_url(sandboxed: World) -> None:
    context = {"acme_pass": PASS}
    account = await sandboxed.link(is_sandbox=True, authentication_method="api_key", context=context)
    connection = await sandboxed.open(account)
    assert (connection.origin, connection.base_url) == ("http://127.0.0.1:9", "http://127.0.0.1:9/api")
    assert connection.is_sandbox


async def test_a_warm_call_asks_the_database_nothing(world: World) -> None:
    account = await world.link()
    await world.open(account)
    statements = []
    engine = world.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    for _ in range(10):
        await world.open(account)
    assert statements == []
    world.clock.now += 5
    await asyncio.gather(*(world.open(account) for _ in range(50)))
    assert len(statements) == 1


async def test_e19_credentials_whose_key_is_gone_are_an_internal_fault(world: World) -> None:
    account = await world.link()
    async with world.database.write() as session:
        await session.exec(update(SealedRecord).values(key_id="gone"))
    problem = await refused(world, account["id"])
    assert (type(problem), problem.status, problem.reason) == (Internal, 500, "internal")
    assert problem.message == "The account's stored credentials can't be opened."


async def stands(world: World, connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = (await world.client.get(f"/integrated-account/{connection.account_id}")).json()
    return {name: found[name] for name in ("status", "last_error", "last_forbidden_error")}


async def test_refused_credentials_are_noted_once(either: World) -> None:
    connection = await either.open(await either.link())
    noted = [await either.connections.note_refused(connection, f"{SECRET} is\0 off") for _ in range(3)]
    assert noted == [True, False, False]
    assert await stands(either, connection) == {
        "status": "needs_reauth",
        "last_error": "*** is  off",
        "last_forbidden_error": None,
    }
    assert (await refused(either, connection.account_id)).reason == "needs_reauth"


async def test_a17_a_verdict_on_former_credentials_does_not_touch_the_present_ones(world: World) -> None:
    account = await world.link()
    former = await world.open(account)
    world.vendor.clients["me"] = "hush-hush-second-secret"
    body = {"context": {"client_secret": "hush-hush-second-secret"}}
    answer = await world.client.patch(f"/integrated-account/{account['id']}/credentials", json=body)
    assert answer.status_code == 200
    assert not await world.connections.note_refused(former, "off")
    assert (await stands(world, former))["status"] == "active"
    present = await world.open(account)
    assert present.secrets["client_secret"] == "hush-hush-second-secret"
    assert (await call(world.vendor, present, world.renewals)).status_code == 200


async def test_what_is_forbidden_is_noted_and_the_status_stays(either: World) -> None:
    connection = await either.open(await either.link())
    assert await either.connections.note_forbidden(connection, f"no right for {SECRET}", ["core.read"])
    assert await stands(either, connection) == {
        "status": "active",
        "last_error": None,
        "last_forbidden_error": {"message": "no right for ***", "missing_scopes": ["core.read"]},
    }
    assert (await either.open({"id": connection.account_id})).account_id == connection.account_id

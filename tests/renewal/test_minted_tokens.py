"""Access tokens are fetched once for all, renewed in time, and asked for no more often than makes sense."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from auth.connection import Connection
from auth.renewal import Renewals
from schemas.errors import Problem, RemoteProblem, VendorTrouble
from tests.auth.vendor import call
from tests.auth.world import SECRET, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(world: World) -> Connection:
    return await world.open(await world.link(validate=False))


async def status(world: World, connection: Connection) -> tuple[str, str | None]:
    found = (await world.client.get(f"/integrated-account/{connection.account_id}")).json()
    return found["status"], found["last_error"]


async def failure(world: World, connection: Connection) -> Problem:
    with pytest.raises(Problem) as caught:
        await world.renewals.token(connection)
    return caught.value


async def test_a1_two_hundred_callers_share_one_token_request(world: World, connection: Connection) -> None:
    world.vendor.delay = 0.05
    tokens = await asyncio.gather(*(world.renewals.token(connection) for _ in range(200)))
    assert {token.value for token in tokens} == {"token-1"}
    assert world.vendor.token_requests == [
        {
            "grant_type": "client_credentials",
            "scope": "read write",
            "client_id": "me",
            "client_secret": SECRET,
        }
    ]


async def test_a15_a_caller_that_leaves_does_not_end_the_request(
    world: World, connection: Connection
) -> None:
    world.vendor.delay = 0.05
    leaving = asyncio.create_task(world.renewals.token(connection))
    await asyncio.sleep(0.01)
    leaving.cancel()
    token = await world.renewals.token(connection)
    assert token.value == "token-1"
    assert len(world.vendor.token_requests) == 1


async def test_a16_draining_waits_for_the_request_under_way(world: World, connection: Connection) -> None:
    world.vendor.delay = 0.05
    waiting = asyncio.create_task(world.renewals.token(connection))
    await asyncio.sleep(0.01)
    await world.renewals.drain()
    assert (await waiting).value == "token-1"


async def test_a_token_is_renewed_before_it_expires_while_the_old_one_serves(
    world: World, connection: Connection
) -> None:
    world.vendor.answer["expires_in"] = 86399
    first = await world.renewals.token(connection)
    world.clock.now += 86399 - 15 * 60 - 1
    assert await world.renewals.token(connection) == first
    await world.renewals.drain()
    assert len(world.vendor.token_requests) == 1
    world.clock.now += 2
    assert await world.renewals.token(connection) == first
    await world.renewals.drain()
    assert (await world.renewals.token(connection)).value == "token-2"
    assert len(world.vendor.token_requests) == 2


async def test_a_short_token_is_renewed_in_the_last_third_of_its_life(
    world: World, connection: Connection
) -> None:
    world.vendor.answer["expires_in"] = 100
    first = await world.renewals.token(connection)
    assert (first.renew_at - first.minted_at, first.expires_at - first.minted_at) == (70, 100)


async def test_an_expired_token_is_not_used(world: World, connection: Connection) -> None:
    await world.renewals.token(connection)
    world.clock.now += 3600
    assert (await world.renewals.token(connection)).value == "token-2"


async def test_other_credentials_have_other_tokens(world: World, connection: Connection) -> None:
    await world.renewals.token(connection)
    path = f"/integrated-account/{connection.account_id}"
    changed = await world.client.patch(path, json={"context": {"host": "red.acme.example"}})
    assert changed.status_code == 200
    again = await world.connections.open(world.caller, connection.account_id)
    assert again.base_url == "https://red.acme.example/api"
    assert (await world.renewals.token(again)).value == "token-2"


@pytest.mark.parametrize(
    ("answer", "kind", "code", "reason"),
    [
        (PlainTextResponse("oops", 500), VendorTrouble, 502, "vendor_invalid_response"),
        (
            JSONResponse({"error": "temporarily_unavailable"}, 503),
            VendorTrouble,
            502,
            "vendor_invalid_response",
        ),
        (
            Response("<html>Log in", 200, media_type="text/html"),
            VendorTrouble,
            502,
            "vendor_invalid_response",
        ),
        (JSONResponse({}, 200), VendorTrouble, 502, "vendor_invalid_response"),
        (JSONResponse([], 200), VendorTrouble, 502, "vendor_invalid_response"),
        (JSONResponse({"access_token": "a b"}, 200), VendorTrouble, 502, "vendor_invalid_response"),
        (JSONResponse({"access_token": "a\r\nx: y"}, 200), VendorTrouble, 502, "vendor_invalid_response"),
        (
            JSONResponse({"access_token": "a", "token_type": "mac"}),
            VendorTrouble,
            502,
            "vendor_invalid_response",
        ),
        (JSONResponse({"error": "invalid_request"}, 400), VendorTrouble, 502, "vendor_invalid_response"),
        (Response("", 302, {"location": "/login"}), VendorTrouble, 502, "vendor_invalid_response"),
        (Response(b"{}", 200, {"content-encoding": "gzip"}), VendorTrouble, 502, "vendor_invalid_response"),
        (httpx.ConnectError("refused"), VendorTrouble, 502, "vendor_unreachable"),
        (httpx.ReadTimeout("slow"), VendorTrouble, 504, "vendor_timeout"),
        (JSONResponse({"error": "slow_down"}, 429), RemoteProblem, 429, None),
    ],
)
async def test_a9_a_passing_fault_keeps_the_account_and_is_not_repeated_by_each_caller(
    world: World,
    connection: Connection,
    answer: Response | Exception,
    kind: type[Problem],
    code: int,
    reason: str | None,
) -> None:
    world.vendor.token_answers = [answer]
    results = await asyncio.gather(
        *(world.renewals.token(connection) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(each, kind) for each in results)
    problem = await failure(world, connection)
    assert (problem.status, problem.reason) == (code, reason)
    assert len(world.vendor.token_requests) == 1
    assert await status(world, connection) == ("active", None)
    world.clock.now += 1.5
    assert (await world.renewals.token(connection)).value == "token-2"


async def test_pauses_grow_from_failure_to_failure_and_end_with_a_success(
    world: World, connection: Connection
) -> None:
    world.vendor.token_answers = [PlainTextResponse("oops", 500) for _ in range(8)]
    pauses = []
    for _ in range(8):
        await failure(world, connection)
        kept = world.renewals._shelf.of(connection)
        pauses.append(kept.retry_at - world.clock.now)
        world.clock.now = kept.retry_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    await world.renewals.token(connection)
    assert world.renewals._shelf.of(connection).failures == 0


async def test_a_token_endpoint_says_itself_how_long_to_leave_it_alone(
    world: World, connection: Connection
) -> None:
    world.vendor.token_answers = [JSONResponse({"error": "slow_down"}, 429, {"retry-after": "7"})]
    problem = await failure(world, connection)
    assert problem.headers == {"retry-after": "7"}
    world.clock.now += 6.9
    assert await failure(world, connection) is problem
    world.clock.now += 0.2
    assert (await world.renewals.token(connection)).value == "token-2"


async def test_a_failed_renewal_leaves_the_token_that_still_lives(
    world: World, connection: Connection
) -> None:
    first = await world.renewals.token(connection)
    world.clock.now = first.renew_at + 1
    world.vendor.token_answers = [PlainTextResponse("oops", 500)]
    for _ in range(10):
        assert await world.renewals.token(connection) == first
        await world.renewals.drain()
    assert len(world.vendor.token_requests) == 2


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
@pytest.mark.parametrize("code", [400, 401])
async def test_a11_refused_credentials_ask_for_a_reconnect_once(
    world: World, connection: Connection, error: str, code: int
) -> None:
    words = {"error": error, "error_description": f"Client\0 with {SECRET} is off"}
    world.vendor.token_answers = [JSONResponse(words, code)]
    results = await asyncio.gather(
        *(world.renewals.token(connection) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(each, RemoteProblem) for each in results)
    problem = await failure(world, connection)
    assert (problem.status, problem.reason) == (401, "needs_reauth")
    assert SECRET not in problem.message
    said = "The vendor refused the credentials: Client  with *** is off"
    assert await status(world, connection) == ("needs_reauth", said)
    assert len(world.vendor.token_requests) == 1
    with pytest.raises(Problem) as caught:
        await world.connections.open(world.caller, connection.account_id)
    assert (caught.value.status, caught.value.reason) == (401, "needs_reauth")


async def test_a_401_without_an_oauth_error_is_a_refusal_too(world: World, connection: Connection) -> None:
    world.vendor.token_answers = [PlainTextResponse("who?", 401)]
    problem = await failure(world, connection)
    assert problem.message == "The vendor refused the credentials: status 401"
    assert (await status(world, connection))[0] == "needs_reauth"


async def test_c19_an_error_in_a_200_is_an_error(world: World, connection: Connection) -> None:
    world.vendor.token_answers = [JSONResponse({"error": "invalid_client", "access_token": "x"}, 200)]
    assert (await failure(world, connection)).reason == "needs_reauth"


async def test_scopes_that_the_client_has_lost_are_left_out_from_then_on(
    world: World, connection: Connection
) -> None:
    world.vendor.unknown_scopes = {"write"}
    assert (await world.renewals.token(connection)).value == "token-2"
    world.clock.now += 3600
    assert (await world.renewals.token(connection)).value == "token-3"
    assert [each.get("scope") for each in world.vendor.token_requests] == ["read write", None, None]


async def test_a_client_without_any_scope_is_forbidden_and_stays_active(
    world: World, connection: Connection
) -> None:
    world.vendor.token_answers = [JSONResponse({"error": "invalid_scope"}, 400) for _ in range(2)]
    problem = await failure(world, connection)
    assert (type(problem), problem.status) == (RemoteProblem, 403)
    assert (await status(world, connection))[0] == "active"
    assert len(world.vendor.token_requests) == 2


async def test_a18_a_token_answer_is_read_to_64_kib_only(world: World, connection: Connection) -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1024
                yield b" " * 1024

    class Flood(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=Endless())

    renewals = Renewals(Flood(), world.database, world.vault, world.connections)
    with pytest.raises(VendorTrouble, match="at too great length") as caught:
        await renewals.token(connection)
    assert (caught.value.status, caught.value.reason) == (502, "vendor_invalid_response")
    assert sent == 65 * 1024


async def test_a_key_in_a_header_knows_no_tokens(world: World) -> None:
    context = {"host": "blue.acme.example", "acme_pass": "hush-hush-acme-pass"}
    account = await world.link(authentication_method="api_key", context=context)
    connection = await world.open(account)
    answer = await call(world.vendor, connection, world.renewals)
    assert answer.json() == {"me": "Key hush-hush-acme-pass", "body": ""}
    assert world.vendor.token_requests == []
    assert (await failure(world, connection)).status == 500

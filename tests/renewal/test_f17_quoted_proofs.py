"""F17: a token endpoint that quotes what it was sent has not told it to anybody."""

import httpx
import pytest
from starlette.responses import JSONResponse

from auth.grants import Refusal
from auth.renewal.asking import deadline
from auth.renewal.endpoint import TokenEndpoints
from schemas.errors import Problem
from tests.auth.world import World
from tests.renewal.grants import FIRST, granted

pytestmark = pytest.mark.anyio


async def test_f17_a_refused_refresh_token_is_in_no_error(world: World) -> None:
    connection = await granted(world, access_token=None)
    said = {"error": "invalid_grant", "error_description": f"No grant {FIRST} of refresh_token"}
    world.vendor.token_answers = [JSONResponse(said, 400)]
    told = "The vendor refused the credentials: No grant *** of refresh_token"
    with pytest.raises(Problem) as caught:
        await world.renewals.token(connection)
    assert caught.value.message == told
    with pytest.raises(Problem) as caught:
        await world.connections.open(world.caller, connection.account_id)
    assert caught.value.message == told


@pytest.mark.parametrize(
    "name", ["code", "code_verifier", "refresh_token", "client_assertion", "client_secret"]
)
async def test_f17_no_proof_is_in_a_refusal(name: str) -> None:
    def quote(request: httpx.Request) -> httpx.Response:
        words = f"{request.content.decode()} {request.headers['authorization']}"
        return httpx.Response(400, json={"error": "invalid_request", "error_description": words}, stream=None)

    endpoints = TokenEndpoints(httpx.MockTransport(quote), clock=lambda: 0.0, chance=lambda: 0.0)
    form = {name: "hush+hush", "grant_type": "any"}
    headers = {"authorization": "Basic aHVzaDpodXNo"}
    request = httpx.Request("POST", "https://x.example/token", data=form, headers=headers)
    answer = await endpoints.ask(request, assumed=1.0, until=deadline())
    assert answer == Refusal(400, "invalid_request", f"{name}=***&grant_type=any Basic ***")

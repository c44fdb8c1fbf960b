"""F19: whatever an exception's text holds, neither the answer to the call that fails nor any line logged shows it."""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from auth.caller import Caller
from auth.connections import Connection
from sandbox.coupa import create_app as create_coupa
from tests.house import SANDBOX, House, coupa_context, link, open_house

pytestmark = pytest.mark.anyio

CANARY = "canary-7f3a91c2e5"
REQUEST_ID = "failing-call-1"
TOKENS, API = "/oauth2/token", "/api"

Fault = Callable[[Connection, httpx.Request], Exception]


class Breaking(httpx.AsyncBaseTransport):
    """The way out to the stand-in, until it breaks on calls of paths that begin with `path`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.path = "nowhere"
        self.error: Callable[[httpx.Request], Exception] = Exception

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith(self.path):
            raise self.error(request) from KeyError(CANARY)
        return await self._inner.handle_async_request(request)


@dataclass
class Scene:
    """A house with an account among whose secrets the canary is, and the way out that can be broken."""

    house: House
    connection: Connection
    way_out: Breaking

    async def call(self, method: str, path: str) -> httpx.Response:
        account = self.connection.account_id
        sent: dict[str, Any] = {"params": {"integrated_account_id": account}}
        if method != "GET":
            sent = {"json": {"context": coupa_context(self.house.coupa_credentials, password=CANARY)}}
        if method == "POST":
            sent["json"] |= {
                "tenant_id": "acme",
                "environment_integration_id": self.house.integration,
                "authentication_method": "oauth2_client_credentials",
                "is_sandbox": True,
            }
        headers = {"x-request-id": REQUEST_ID}
        return await self.house.client.request(
            method, path.replace("ACCOUNT", account), headers=headers, **sent
        )


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    coupa = create_coupa(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
    way_out = Breaking(httpx.ASGITransport(coupa))
    async with open_house(tmp_path, stand_in=coupa, transport=way_out) as house:
        account = await link(house, coupa_context(house.coupa_credentials, password=CANARY))
        caller = Caller(house.environment, "token")
        connection = await house.state["connections"].open(caller, account["id"])
        assert connection.secrets["password"] == CANARY
        yield Scene(house, connection, way_out)


class Form(BaseModel):
    amount: int


def refused_by_pydantic(_connection: Connection, _request: httpx.Request) -> Exception:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"amount": CANARY})
    assert CANARY in str(caught.value)
    return caught.value


def with_authorization(_connection: Connection, request: httpx.Request) -> Exception:
    request.headers["authorization"] = f"Bearer {CANARY}"
    return RuntimeError(request, request.headers.raw)


def with_a_note(connection: Connection, request: httpx.Request) -> Exception:
    error = ExceptionGroup(CANARY, [ValueError(CANARY), OverflowError(connection)])
    error.add_note(CANARY)
    return error


FAULTS: dict[str, Fault] = {
    "a connection": lambda connection, _: RuntimeError(connection, connection.context, CANARY),
    "secrets": lambda connection, _: LookupError(connection.secrets, dict(connection.secrets)),
    "a request": with_authorization,
    "a form": refused_by_pydantic,
    "a group with a note": with_a_note,
}
DOORS = [
    ("GET", "/unified/accounting/contacts", API),
    ("GET", "/unified/accounting/contacts/1000001", API),
    ("GET", "/proxy/suppliers", API),
    ("POST", "/integrated-account", TOKENS),
    ("POST", "/integrated-account", API),
    ("PATCH", "/integrated-account/ACCOUNT/credentials", TOKENS),
]


def written(scene: Scene, logged: pytest.LogCaptureFixture) -> str:
    """All that the gateway and the libraries have logged, exceptions' texts included."""
    scene.house.state["lines"].flush()
    assert logged.records
    return scene.house.written.getvalue().decode() + logged.text


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("method", "path", "broken"), DOORS)
async def test_f19_what_nobody_foresaw_shows_nothing_of_what_it_holds(
    scene: Scene, caplog: pytest.LogCaptureFixture, fault: Fault, method: str, path: str, broken: str
) -> None:
    caplog.set_level(logging.DEBUG)
    raised: list[str] = []

    def error(request: httpx.Request) -> Exception:
        made = fault(scene.connection, request)
        raised.append(f"{type(made).__name__} {made}")
        return made

    scene.way_out.path, scene.way_out.error = broken, error
    answer = await scene.call(method, path)
    assert (answer.status_code, answer.json()) == (
        500,
        {
            "statusCode": 500,
            "error": "Internal Server Error",
            "message": "Something went wrong here.",
            "request_id": REQUEST_ID,
            "details": {"reason": "internal"},
        },
    )
    assert CANARY in raised[0]
    assert CANARY not in str(answer.headers)
    assert CANARY not in written(scene, caplog)
    [line] = [line for line in scene.house.lines() if line["event"] == "unforeseen"]
    assert line["exception"]["type"] == raised[0].partition(" ")[0]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (httpx.ConnectError, "can't be reached"),
        (httpx.ReadError, "broke off"),
        (httpx.RemoteProtocolError, "broke off"),
    ],
)
async def test_f19_what_broke_a_token_request_is_not_told(
    scene: Scene, caplog: pytest.LogCaptureFixture, kind: type[httpx.TransportError], words: str
) -> None:
    caplog.set_level(logging.DEBUG)
    scene.way_out.path = TOKENS
    scene.way_out.error = lambda request: kind(f"{CANARY} {request.headers.raw}", request=request)
    refused = await scene.call("PATCH", "/integrated-account/ACCOUNT/credentials")
    assert (refused.status_code, refused.json()) == (
        502,
        {
            "statusCode": 502,
            "error": "Bad Gateway",
            "message": f"The vendor's token endpoint {words}.",
            "request_id": REQUEST_ID,
            "details": {"reason": "vendor_unreachable"},
        },
    )
    imported = await scene.call("POST", "/integrated-account")
    assert (imported.status_code, imported.json()["last_error"]) == (
        201,
        f"The vendor's token endpoint {words}.",
    )
    assert CANARY not in f"{imported.headers} {imported.text}"
    assert CANARY not in written(scene, caplog)


async def test_f19_an_accounts_own_secret_is_kept_out_of_its_last_error(scene: Scene) -> None:
    scene.way_out.path = API
    scene.way_out.error = lambda request: httpx.ConnectError(CANARY, request=request)
    imported = await scene.call("POST", "/integrated-account")
    assert (imported.status_code, imported.json()["last_error"]) == (
        201,
        "The vendor could not be reached: ***.",
    )

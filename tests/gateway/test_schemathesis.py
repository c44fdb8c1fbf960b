"""C10: whatever schemathesis makes of `/openapi.json` is answered as it says, in process and over a socket."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.guesses import Guesses
from gateway.app import ROUTES
from gateway.openapi_route import Contract
from tests.house import open_house
from tests.processes import koine_up

# Other threads draw random numbers while cases are made; hypothesis takes that for the strategy's doing.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")

# What no schema can say of a sound request: that it names what exists, or asks the vendor for what it has.
MEANING = {"expected-statuses": ["2xx", "400", "401", "403", "404", "405", "409", "422", "429"]}
CONFIG: dict[str, Any] = {
    "generation": {"allow-x00": False, "codec": "ascii"},
    "checks": {"positive_data_acceptance": MEANING},
}


@dataclass
class Target:
    """What is called: `url` is None in process."""

    url: str | None
    token: str
    account: str


class Bridge:
    """An app that lives in another thread's event loop, as soon as there is one; whole answers at a time."""

    def __init__(self) -> None:
        self.portal: BlockingPortal | None = None
        self.app: ASGIApp = Response(Contract(ROUTES).json, media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await Starlette()(scope, receive, send)
            return
        if self.portal is None:
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        answer = self.portal.start_task_soon(self._ask, dict(scope), body)
        for message in await asyncio.wrap_future(answer):
            await send(message)

    async def _ask(self, scope: Scope, body: bytes) -> list[Message]:
        sent: list[Message] = []
        pending = [body]

        async def receive() -> Message:
            if not pending:
                await asyncio.Event().wait()  # the caller stays
            body = pending.pop()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent


BRIDGE = Bridge()
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", BRIDGE, config=SchemathesisConfig.from_dict(CONFIG))
DOCUMENT = Contract(ROUTES).document
# Whether tokens are asked for is tried in process: a whole server slows down who guesses so many.
CONFIG["checks"] |= {"ignored_auth": {"enabled": False}}
SERVED = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(CONFIG))
OPERATIONS = [(path, verb.upper()) for path, found in DOCUMENT["paths"].items() for verb in found]


class Instant:
    """A clock on which a minute goes by between any two looks: nobody counts as a guesser."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 61.0
        return self._now


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    opened = open_house(tmp_path_factory.mktemp("house"))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened) as found:
        found.state["guesses"] = Guesses(Instant())
        BRIDGE.portal, BRIDGE.app = portal, found.app
        yield Target(None, found.token, found.account)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with koine_up(tmp_path_factory.mktemp("up")) as found:
        yield Target(found.url, found.token, found.account)


def check(case: Any, target: Target) -> None:
    """One call with the account that exists in place of one that might, and all checks on its answer."""
    assume(
        all(value not in ([], {}, [[]]) for value in (case.query or {}).values())
    )  # nothing is sent of these
    made_up = (case.query or {}).get("integrated_account_id")
    if isinstance(made_up, str) and made_up:
        case.query["integrated_account_id"] = target.account
    case.call_and_validate(target.url, headers={"Authorization": f"Bearer {target.token}"})


def explore(operation: Any, target: Target, examples: int) -> None:
    """Calls that the document allows, then calls that it does not."""
    modes = [GenerationMode.POSITIVE]
    if operation.query or operation.body:
        modes.append(GenerationMode.NEGATIVE)
    for mode in modes:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            check(case, target)

        ask()


@pytest.mark.parametrize(("path", "verb"), OPERATIONS)
def test_c10_in_process_every_answer_is_as_the_document_says(path: str, verb: str, house: Target) -> None:
    explore(SCHEMA[path][verb], house, examples=15)


@pytest.mark.parametrize(("path", "verb"), OPERATIONS[::3])
def test_c10_over_a_socket_every_answer_is_as_the_document_says(
    path: str, verb: str, process: Target
) -> None:
    explore(SERVED[path][verb], process, examples=2)

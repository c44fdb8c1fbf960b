"""A whole gateway in process, with a provider's stand-in as the only world outside: what most tests knock at."""

import asyncio
import base64
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import orjson
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.credentials import fitting
from auth.database import Database
from auth.tokens import create_token
from gateway.app import create_app, open_state
from gateway.settings import Settings
from providers.registry import PROVIDERS
from proxy.breaker import Terms
from sandbox.coupa import create_app as create_coupa
from sandbox.netsuite import create_app as create_netsuite
from schemas.tables import Environment

CREATE: dict[str, Callable[..., Starlette]] = {"coupa": create_coupa, "netsuite": create_netsuite}
EASY: dict[str, dict[str, Any]] = {  # switches, unless a test sets them
    "coupa": {"rate_limit": False, "bloat_factor": 0.0},
    "netsuite": {"work_seconds": 0.0},
}
MORE: dict[str, dict[str, Any]] = {"coupa": {"time_zone": "America/Los_Angeles"}}  # of an account's context
SECRETS = ("client_secret", "api_key", "consumer_secret", "token_secret", "private_key", "rsa_private_key")
KEY = base64.b64encode(bytes(range(32))).decode()
SANDBOX = "http://sandbox.test"
CHOSEN = (
    *("database_url", "log_days", "unsupported_filters", "queue_seconds", "upstream_seconds"),
    *(
        "public_url",
        "allow_private_upstreams",
        "truto_signature",
        "webhook_days",
        "token_rate",
        "redis_url",
        "most_requests",
    ),
    *("otlp_endpoint", "otlp_headers", "trace_sample"),
)
WIDE = {"rate": 100_000, "burst": 100_000}  # calls a second; a vendor's own would slow most tests down
PATIENT = Terms(in_a_row=1_000_000, least=1_000_000)


class Mounted:
    """The app as a server would call it: with the lifespan's state in every scope."""

    def __init__(self, app: ASGIApp, state: Mapping[str, Any]) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(self._state)
        await self._app(scope, receive, send)


class Wire(httpx.ASGITransport):
    """Calls a stand-in in process, with the host that the gateway's own transport would name."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.setdefault("host", request.url.netloc.decode())
        return await super().handle_async_request(request)


class Canary(httpx.AsyncBaseTransport):
    """C3, F17: looks for the stand-in's secrets in every answer that a test gets, and in every line that is logged."""

    def __init__(self, app: ASGIApp, secrets: Sequence[str]) -> None:
        self._inner = httpx.ASGITransport(app)
        self.secrets = secrets

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        self.check(
            f"{request.method} {request.url.path}", f"{answer.headers} {body.decode(errors='replace')}"
        )
        return answer

    def check(self, where: str, text: str) -> None:
        found = [secret[:4] for secret in self.secrets if secret in text]
        assert not found, f"{where} shows a secret that begins with {found}"


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """But for the database driver's DEBUG, which shows every value and is never on in a served process."""
        if record.name != "aiosqlite":
            self.lines.append(self.format(record))


@contextmanager
def logged(canary: Canary, written: BytesIO) -> Iterator[None]:
    """Fails where a secret was logged meanwhile, at any level, by anyone; `written` is the gateway's own log."""
    lines, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(lines)
    canary.check("the log", "\n".join(lines.lines))
    canary.check("the gateway's log", written.getvalue().decode())


def secrets_of(credentials: Mapping[str, Any]) -> list[str]:
    """What is secret of a stand-in's credentials, of private keys their third line, and how access tokens begin."""
    holders = (credentials, *credentials["clients"].values())
    texts = [holder[name] for holder in holders for name in SECRETS if name in holder]
    return [*(text.split("\n")[2] if "\n" in text else text for text in texts), "eyJhbGci", KEY]


@dataclass
class House:
    """`client` carries the token of environment `default`, `account` is its account at the `stand_in` of `provider`.

    `written` is what the gateway has logged. In tests of Coupa alone the stand-in is called so.
    """

    provider: str
    client: httpx.AsyncClient
    stand_in: httpx.AsyncClient
    state: dict[str, Any] = field(repr=False)
    app: ASGIApp = field(repr=False)
    written: BytesIO = field(repr=False)
    token: str
    environment: str
    credentials: Mapping[str, Any] = field(repr=False)
    account: str = ""
    integration: str = ""

    @property
    def coupa(self) -> httpx.AsyncClient:
        return self.stand_in

    @property
    def coupa_credentials(self) -> Mapping[str, Any]:
        return self.credentials

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        """A unified call for the house's account; `path` may hold a query."""
        joint = "&" if "?" in path else "?"
        return await self.client.get(f"/unified/{path}{joint}integrated_account_id={self.account}", **kwargs)

    async def all(self, path: str) -> list[dict[str, Any]]:
        """Every record, page by page."""
        records, cursor = [], ""
        joint = "&" if "?" in path else "?"
        while True:
            answer = await self.get(f"{path}{joint}next_cursor={cursor}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            records += page["result"]
            cursor = page["next_cursor"]
            if cursor is None:
                return records

    async def caller(self, name: str) -> tuple[httpx.AsyncClient, str]:
        """A client of another environment, and that environment's id."""
        environment, token = await environment_with_token(self.state, name)
        return client(self.app, token, self.credentials), environment

    async def fault(self, **rule: Any) -> None:
        answer = await self.stand_in.post("/_sandbox/faults", json=rule)
        assert answer.is_success, answer.text

    def lines(self) -> list[dict[str, Any]]:
        """The gateway's log so far."""
        self.state["lines"].flush()
        return [orjson.loads(line) for line in self.written.getvalue().splitlines()]

    async def log(self, limit: int = 100) -> list[dict[str, Any]]:
        """The last calls that the stand-in saw, oldest first."""
        answer = await self.stand_in.get("/_sandbox/log", params={"limit": limit})
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.stand_in.get("/_sandbox/stats")).json()
        return found


def client(app: ASGIApp, token: str, credentials: Mapping[str, Any]) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=Canary(app, secrets_of(credentials)),
        base_url="http://koine.test",
        headers={"authorization": f"Bearer {token}"},
    )


async def environment_with_token(state: Mapping[str, Any], name: str) -> tuple[str, str]:
    environment = Environment(name=name)
    async with state["database"].write() as session:
        session.add(environment)
    _, token = await create_token(state["database"], state["token_hash_key"], environment.id, "test")
    return environment.id, token


def coupa_context(credentials: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"client_id": credentials["client_id"], "client_secret": credentials["client_secret"], **more}


async def link(
    house: House, context: Mapping[str, Any], method: str = "oauth2_client_credentials", **more: Any
) -> dict[str, Any]:
    """A sandbox account of the house's environment, imported over HTTP."""
    body = {
        "tenant_id": "acme",
        "environment_integration_id": house.integration,
        "authentication_method": method,
        "context": dict(context),
        "is_sandbox": True,
        **more,
    }
    answer = await house.client.post("/integrated-account", json=body)
    assert answer.status_code == 201, answer.text
    account: dict[str, Any] = answer.json()
    return account


async def migrated(settings: Settings) -> None:
    database = Database(settings.database_url)
    await database.migrate()
    await database.close()


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    provider: str = "coupa",
    stand_in: Starlette | None = None,
    limits: Mapping[str, Any] = WIDE,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    circuits: Terms = PATIENT,
    **options: Any,
) -> AsyncIterator[House]:
    """`options`: switches of the stand-in, or settings of the gateway (`CHOSEN`).

    `stand_in`: one of the provider to use instead of a fresh one; `transport`: what the gateway's calls go through to
    reach it.
    `limits`: the environment's own, wide unless a test is about them. `sleep`: how renewals wait.
    `circuits`: when calls to a vendor that fails end; never, unless a test is about it.
    """
    chosen = {name: options.pop(name) for name in CHOSEN if name in options}
    switches = {**EASY[provider], **options}
    stand_in = stand_in or CREATE[provider](seed=1, public_url=SANDBOX, **switches)
    credentials = stand_in.state.credentials
    chosen.setdefault("database_url", f"sqlite+aiosqlite:///{folder}/koine.db")
    settings = Settings(
        encryption_keys=SecretStr(KEY),
        sandboxes={provider: SANDBOX},
        log_level="debug",
        **{"allow_private_upstreams": True, **chosen},
    )
    await migrated(settings)
    way_out = transport or Wire(stand_in)
    async with AsyncExitStack() as stack:
        written = BytesIO()
        stack.enter_context(logged(Canary(stand_in, secrets_of(credentials)), written))
        state = await stack.enter_async_context(
            open_state(
                settings, way_out, log_stream=written, sleep=sleep, circuits=circuits, patience=math.inf
            )
        )
        app = Mounted(create_app(settings), state)
        environment, token = await environment_with_token(state, "default")
        house = House(
            client=await stack.enter_async_context(client(app, token, credentials)),
            provider=provider,
            stand_in=await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(stand_in), base_url=SANDBOX)
            ),
            state=state,
            app=app,
            written=written,
            token=token,
            environment=environment,
            credentials=credentials,
        )
        integrations = (await house.client.get(f"/integration/{provider}")).json()
        made = await house.client.post(
            "/environment-integration", json={"integration_id": integrations["id"]}
        )
        house.integration = made.json()["id"]
        await house.client.patch(
            f"/environment-integration/{house.integration}", json={"override": {"limits": dict(limits)}}
        )
        found = fitting(PROVIDERS[provider], credentials)
        assert found, "no credentials of the stand-in's fit"
        account = await link(house, {**found[1], **MORE.get(provider, {})}, found[0].method)
        assert account["status"] == "active", account
        house.account = account["id"]
        yield house

"""Two environments with tokens, a vendor and the admin routes: what most tests of this folder begin with."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.bodies import json_response
from auth.connections import Connection, Connections
from auth.database import Database
from auth.gateway_secret import gateway_secret
from auth.guesses import SECONDS, Guesses
from auth.renewal import Renewals
from auth.revoking import Revocations
from auth.routes import ROUTES
from auth.tokens import Caller, create_token
from auth.vault import Keyring, Vault
from providers.provider import Provider
from proxy.guard import Guard
from proxy.targets import check_target
from schemas.errors import Problem, RemoteProblem
from schemas.tables import Environment, SealedRecord
from schemas.unified import MODELS
from tests.auth.vendor import ACME, Vendor, verify

KEYS = [bytes(range(start, start + 32)) for start in (1, 150, 200)]
SECRET = "hush-hush-client-secret"
PASS = "hush-hush-acme-pass"


class Clock:
    """A clock that moves when it is told to, or when somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def show(_request: Request, error: Exception) -> Response:
    """The error envelope, as far as these tests look at it."""
    assert isinstance(error, Problem)
    envelope: dict[str, Any] = {"statusCode": error.status, "message": error.message}
    if isinstance(error, RemoteProblem):
        envelope |= {"truto_is_remote_error": True, "raw_response": error.raw}
    return json_response(
        {**envelope, "details": {"reason": error.reason, **error.details}}, error.status, error.headers
    )


@dataclass
class Stated:
    """Fills `request.state`, as a lifespan does."""

    app: ASGIApp
    state: dict[str, Any]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(self.state)
        await self.app(scope, receive, send)


@dataclass
class World:
    """`client` speaks for environment `id`, `foreign` for another one."""

    database: Database
    vault: Vault
    connections: Connections
    renewals: Renewals
    vendor: Vendor
    clock: Clock
    caller: Caller
    token: str
    client: httpx.AsyncClient
    foreign: httpx.AsyncClient
    foreign_caller: Caller
    app: ASGIApp
    pepper: bytes

    @property
    def id(self) -> str:
        return self.caller.environment_id

    async def switch_on(self, client: httpx.AsyncClient | None = None) -> str:
        answer = await (client or self.client).post(
            "/environment-integration", json={"integration_id": "acme"}
        )
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    async def body(self, client: httpx.AsyncClient | None = None, **change: Any) -> dict[str, Any]:
        """What imports an account that works."""
        return {
            "tenant_id": "t1",
            "environment_integration_id": await self.switch_on(client),
            "authentication_method": "oauth2_client_credentials",
            "context": {"host": "blue.acme.example", "client_id": "me", "client_secret": SECRET},
            **change,
        }

    async def link(self, client: httpx.AsyncClient | None = None, **change: Any) -> dict[str, Any]:
        answer = await (client or self.client).post(
            "/integrated-account", json=await self.body(client, **change)
        )
        assert answer.status_code == 201, answer.text
        account: dict[str, Any] = answer.json()
        return account

    async def open(self, account: dict[str, Any]) -> Connection:
        return await self.connections.open(self.caller, account["id"])


async def _environment(database: Database, pepper: bytes, name: str) -> tuple[Caller, str]:
    environment = Environment(name=name)
    async with database.write() as session:
        session.add(environment)
    row, token = await create_token(database, pepper, environment.id, f"{name}'s token")
    return Caller(environment.id, row.id), token


@asynccontextmanager
async def open_world(url: str, provider: Provider = ACME, **sandboxes: str) -> AsyncIterator[World]:
    vault, clock, vendor = Vault(Keyring.of(KEYS[:1])), Clock(), Vendor()
    database = Database(url, uptime=clock)
    connections = Connections(
        database,
        vault,
        {"acme": provider},
        sandboxes,
        sandbox_contexts={"acme": {"acme_pass": PASS}} if sandboxes else None,
        clock=clock,
    )
    renewals = Renewals(
        vendor.transport,
        database,
        vault,
        connections,
        clock=clock,
        sleep=clock.sleep,
        chance=lambda: 0.0,
    )
    pepper = await gateway_secret(database, vault, "token-hash")
    caller, token = await _environment(database, pepper, "home")
    foreign_caller, foreign_token = await _environment(database, pepper, "abroad")
    app = Stated(
        Starlette(routes=ROUTES, exception_handlers={Problem: show}),
        {
            "database": database,
            "vault": vault,
            "connections": connections,
            "renewals": renewals,
            "revocations": Revocations(vendor.transport, vault, connections),
            "token_hash_key": pepper,
            "token_rate": None,
            "guesses": Guesses(partial(next, itertools.count(step=SECONDS))),  # no guesser is this slow
            "check_target": partial(check_target, Guard(allow_private=True)),
            "verify": partial(_verified, vendor, renewals),
            "providers": {"acme": provider},
            "models": MODELS,
        },
    )
    async with asked(app, token) as client, asked(app, foreign_token) as foreign:
        yield World(
            database,
            vault,
            connections,
            renewals,
            vendor,
            clock,
            caller,
            token,
            client,
            foreign,
            foreign_caller,
            app,
            pepper,
        )
    await renewals.drain()
    await database.close()


def asked(app: ASGIApp, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://koine.test",
        headers={"authorization": f"Bearer {token}"},
    )


async def _verified(vendor: Vendor, renewals: Renewals, connection: Connection) -> None:
    await verify(vendor, connection, renewals)


async def sealed_for(database: Database) -> list[str]:
    """The ids of the accounts for which something is sealed."""
    async with database.read() as session:
        rows = (await session.exec(select(SealedRecord))).all()
    return sorted({row.account_id for row in rows if row.environment_id})

"""A made-up provider, and its vendor as a small app: a token endpoint and one resource, with faults on demand."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.connections import Connection
from auth.renewal import Renewals
from auth.signing import signer
from providers.provider import Provider
from providers.schemes import ApiKey, ClientCredentials, Variable
from schemas.errors import RemoteProblem

ACME = Provider(
    name="acme",
    label="Acme Works",
    category="accounting",
    origin="https://{host}",
    base_path="/api",
    variables=(
        Variable("host", "Acme host", pattern=r"[a-z]+\.acme\.example", help="such as blue.acme.example"),
    ),
    schemes=(
        ClientCredentials("{origin}/token", scopes=("read", "write"), ready_after=5.0, lifetime=3600.0),
        ApiKey("x-acme-key", "Key ", fields=(Variable("acme_pass", "Acme pass", secret=True),)),
    ),
    checks=(),
    limits=None,
    resources={},
)


@dataclass
class Vendor:
    """`token_answers` are given first, in turn; `good` are the tokens and keys that the resource takes."""

    clients: dict[str, str] = field(default_factory=lambda: {"me": "hush-hush-client-secret"})
    good: set[str] = field(default_factory=lambda: {"Key hush-hush-acme-pass"})
    token_requests: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    token_answers: list[Response | Exception] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"token_type": "bearer", "expires_in": 3600})
    unknown_scopes: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=set)  # those that work, each once
    rotates: bool = True
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # for a token
    in_flight: int = 0  # token requests
    in_flight_most: int = 0
    delay: float = 0.0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/token", self._token, methods=["POST"]),
                Route("/api/me", self._me, methods=["GET", "POST"]),
            ]
        )

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self.app)

    def revoke_tokens(self) -> None:
        self.good.clear()

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.token_requests.append(form)
        number = len(self.token_requests)
        self.asked.set()
        self.in_flight += 1
        self.in_flight_most = max(self.in_flight, self.in_flight_most)
        await asyncio.sleep(self.delay)
        self.in_flight -= 1
        if self.token_answers:
            answer = self.token_answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if self.clients.get(form["client_id"]) != form["client_secret"]:
            return JSONResponse({"error": "invalid_client", "error_description": "No such client"}, 401)
        if form.get("refresh_token", "") not in self.refresh_tokens | {""}:
            return JSONResponse({"error": "invalid_grant", "error_description": "Not any more"}, 400)
        if self.unknown_scopes & set(form.get("scope", "").split()):
            return JSONResponse({"error": "invalid_scope"}, 400)
        token = f"token-{number}"
        self.good.add(f"Bearer {token}")
        return JSONResponse({"access_token": token, **self.answer, **self._next(form, number)})

    def _next(self, form: Mapping[str, str], number: int) -> dict[str, str]:
        """The refresh token of an answer, where one belongs into it."""
        if form["grant_type"] == "client_credentials" or not self.rotates:
            return {}
        self.refresh_tokens.discard(form.get("refresh_token", ""))
        fresh = f"refresh-{number}"
        self.refresh_tokens.add(fresh)
        return {"refresh_token": fresh}

    async def _me(self, request: Request) -> Response:
        credentials = request.headers.get("authorization") or request.headers.get("x-acme-key", "")
        self.calls.append(credentials)
        if credentials not in self.good:
            return JSONResponse({"message": "Not you"}, 401)
        return JSONResponse({"me": credentials, "body": (await request.body()).decode()})


class Conversation(httpx.Auth):
    """Signs for httpx's own client as the gateway does on its way out."""

    def __init__(self, connection: Connection, renewals: Renewals) -> None:
        self._signer = signer(connection, renewals)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        while True:
            await self._signer.sign(request)
            answer = yield request
            if not await self._signer.is_to_be_sent_again(request, answer):
                return


async def call(vendor: Vendor, connection: Connection, renewals: Renewals, **request: Any) -> httpx.Response:
    """A signed call of the vendor's one resource."""
    async with httpx.AsyncClient(transport=vendor.transport) as client:
        auth = Conversation(connection, renewals)
        method = "POST" if request else "GET"
        return await client.request(method, connection.base_url + "/me", auth=auth, **request)


async def verify(vendor: Vendor, connection: Connection, renewals: Renewals) -> None:
    """One real call; raises RemoteProblem where the vendor turns it down."""
    answer = await call(vendor, connection, renewals)
    if answer.status_code >= 400:
        body: Mapping[str, Any] = answer.json()
        raise RemoteProblem(body["message"], status=answer.status_code, raw=body)

"""Gives grants back to vendors (RFC 7009) once their accounts are gone here: as well as it goes, holding up nobody."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.accounts import binding
from auth.connections import Connection, Connections
from auth.grants import GIVEN, JSON_HEADERS
from auth.proofs import proof_of
from auth.renewal import stored
from auth.vault import CannotOpen, Vault
from providers.schemes import AuthorizationCode
from schemas.errors import Problem
from schemas.tables import EnvironmentIntegration, IntegratedAccount

SECONDS = 10.0  # for one request, and for what is left of them when the process ends
AT_ONCE = 8
MOST_WAITING = 1000  # what is beyond is not given back: it dies at the vendor when it is not used


class Revocations:
    """`transport` is the one that all outgoing calls go through."""

    def __init__(self, transport: httpx.AsyncBaseTransport, vault: Vault, connections: Connections) -> None:
        self._transport = transport
        self._vault = vault
        self._connections = connections
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def gather(
        self, session: AsyncSession, environment_id: str, *conditions: Any
    ) -> list[httpx.Request]:
        """What gives back the grants of the accounts that meet the conditions; to be asked while they are there."""
        names = [name for name, one in self._connections.providers.items() if one.is_revocable]
        if not names:
            return []
        query = (
            select(IntegratedAccount, EnvironmentIntegration)
            .join(EnvironmentIntegration)
            .where(IntegratedAccount.environment_id == environment_id, *conditions)
            .where(col(EnvironmentIntegration.integration).in_(names))
            .limit(MOST_WAITING)
        )
        requests = []
        for account, integration in (await session.exec(query)).all():
            with suppress(CannotOpen, Problem):  # what can't be read can't be given back
                requests.append(await self._request(session, account, integration))
        return [request for request in requests if request]

    def send(self, requests: Sequence[httpx.Request]) -> None:
        """To be called once the accounts are gone; answers at once."""
        for request in requests[: MOST_WAITING - len(self._tasks)]:
            task = asyncio.create_task(self._send(request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Waits for those under way, a while."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=SECONDS)
            for task in late:
                task.cancel()

    async def _request(
        self, session: AsyncSession, account: IntegratedAccount, integration: EnvironmentIntegration
    ) -> httpx.Request | None:
        """None where there is nothing to give back. Raises CannotOpen and Problem."""
        secrets = await sealed.take(session, self._vault, binding(account)) or {}
        grant = await sealed.take(session, self._vault, stored.binding(account.environment_id, account.id))
        client = await self._connections.client(session, account, integration)
        connection = self._connections.connect(account, integration, secrets, client)
        return _revocation(connection, grant or secrets.get(GIVEN) or {})

    async def _send(self, request: httpx.Request) -> None:
        with suppress(httpx.TransportError, TimeoutError):
            async with self._slots, asyncio.timeout(SECONDS):
                response = await self._transport.handle_async_request(request)
                await response.aclose()


def _revocation(connection: Connection, grant: Mapping[str, Any]) -> httpx.Request | None:
    """The refresh token, whose end is the end of what came of it (§2.1); the access token where there is no other."""
    scheme = connection.scheme
    kind = "refresh_token" if grant.get("refresh_token") else "access_token"
    if not isinstance(scheme, AuthorizationCode) or scheme.revoke_url is None or not grant.get(kind):
        return None
    url = connection.url(scheme.revoke_url)
    proof, headers = proof_of(connection, scheme.proof, url)
    form = {"token": grant[kind], "token_type_hint": kind, **proof}
    body = urlencode({name: text for name, text in form.items() if text}).encode()
    return httpx.Request("POST", url, headers={**JSON_HEADERS, **headers}, content=body)

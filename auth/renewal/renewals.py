"""Access tokens for calls: from memory while they are fresh, renewed ahead of expiry, one renewal for all callers."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import httpx

from auth.connections import Connection, Connections
from auth.database import Database
from auth.grants import Token, code_request
from auth.renewal import problems
from auth.renewal.asking import deadline
from auth.renewal.course import Course
from auth.renewal.endpoint import TokenEndpoints
from auth.renewal.journal import Journal
from auth.renewal.ledger import Ledger
from auth.renewal.shelf import Kept, Shelf, key_of
from auth.renewal.storing import Storing
from auth.renewal.tools import Step, Told, Tools, nobody
from auth.single_flight import SingleFlight
from auth.vault import Vault
from providers.schemes import AuthorizationCode
from schemas.errors import AccountProblem, Internal, Problem

USED_WITHIN = 600.0  # seconds: what has been used since is renewed before anyone has to wait for it


class Renewals:
    """Hands out tokens. `transport` is the one that all outgoing calls go through."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        database: Database,
        vault: Vault,
        connections: Connections,
        *,
        journal: Journal | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        told: Told = nobody,
        reached: Callable[[Step], object] = nobody,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._tools = Tools(
            ledger=Ledger(database, vault, connections, clock=clock),
            endpoints=TokenEndpoints(transport, clock=clock, chance=chance),
            journal=journal,
            clock=clock,
            chance=chance,
            told=told,
            reached=reached,
        )
        self._storing = Storing(self._tools)
        self._shelf = Shelf()
        self._courses: SingleFlight[Token] = SingleFlight()

    async def token(self, connection: Connection, *, refused: Token | None = None) -> Token:
        """A token that can be used now; another than `refused`, which the vendor has turned down.

        Raises RemoteProblem (`needs_reauth` 401, or the vendor's 403 or 429) and VendorTrouble.
        """
        kept, now = self._shelf.of(connection), self.clock()
        kept.used_at = now
        if refused is not None:
            kept.refused = refused.value
        token = kept.living(now)
        if token is None:
            return await self._renewed(kept, now)
        if kept.is_due(now):
            self._start(kept)
        return token

    async def redeem(self, connection: Connection, *, code: str, redirect_uri: str, verifier: str) -> Token:
        """Exchanges an authorization code, once; `keep_grant` makes the token the account's.

        Raises RemoteProblem 401 with the vendor's words, RemoteProblem 429 and VendorTrouble.
        """
        scheme = connection.scheme
        if not isinstance(scheme, AuthorizationCode):
            raise Internal(f"{scheme.method} knows no codes.")
        request = code_request(connection, scheme, code=code, redirect_uri=redirect_uri, verifier=verifier)
        async with self._tools.endpoints.turn(str(request.url)):
            answer = await self._tools.endpoints.ask(request, assumed=scheme.lifetime, until=deadline())
        if isinstance(answer, Token):
            return answer
        raise problems.no_exchange(connection, answer)

    def tried(self, connection: Connection) -> Token | None:
        """The token that a connection's calls were made with, where it can be renewed: it may have been already."""
        token = self._shelf.of(connection).token
        return token if token and token.refresh_token else None

    async def keep_alive(self, connection: Connection, version: str) -> None:
        """Renews a token that still has this version. Raises Problem."""
        kept = self._shelf.of(connection)
        await self._courses.run(key_of(connection), lambda: self._run(kept, of_version=version))

    async def renew(self, connection: Connection) -> None:
        """Renews the token whatever its age; the present one serves until there is another.

        Raises AccountProblem where there is nothing to renew it with, and Problem.
        """
        await self.token(connection)
        if not self._shelf.of(connection).is_renewable:
            raise AccountProblem("There is no refresh token to renew this account's token with.")
        sight = await self._tools.ledger.look(connection)
        if sight is not None and sight.row is not None:
            await self.keep_alive(connection, sight.row.version)

    def renew_ahead(self) -> None:
        """Starts the renewal of what is in use and due."""
        now = self.clock()
        for kept in self._shelf.due(now, used_after=now - USED_WITHIN):
            self._start(kept)

    async def replay(self) -> None:
        """Settles what a crash has left in the journal. Raises Unavailable."""
        await self._storing.replay()

    async def close(self) -> None:
        """Begins no more requests, and waits for those under way: a process that ends must not lose an answer."""
        self._tools.endpoints.close()
        await self.drain()

    async def drain(self) -> None:
        """Waits for the renewals under way."""
        await self._courses.drain()
        await self._storing.drain()

    async def _renewed(self, kept: Kept, now: float) -> Token:
        if kept.failure and now < kept.retry_at:
            raise kept.failure.with_traceback(None)
        return await self._courses.run(key_of(kept.connection), lambda: self._run(kept))

    def _start(self, kept: Kept) -> None:
        self._courses.start(key_of(kept.connection), lambda: self._run(kept))

    async def _run(self, kept: Kept, *, of_version: str | None = None) -> Token:
        try:
            return await Course(self._tools, self._storing, kept, of_version=of_version).run()
        except Problem as problem:
            if problem is not kept.failure:  # the database's own, say
                kept.rest(problem, self.clock() + problems.FIRST_PAUSE)
            raise

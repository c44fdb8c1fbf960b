"""Access tokens: fetched on first use, renewed before they expire, one request for any number of callers."""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from auth.connections import Connection
from auth.grants import Refusal, Token, Unusable, read_answer, token_request
from auth.single_flight import SingleFlight
from providers.provider import ClientCredentials
from schemas.errors import Internal, Problem, RemoteProblem, VendorTrouble

MOST_BYTES = 64 * 1024
SECONDS = 20.0  # for a token request from beginning to end
FIRST_PAUSE = 1.0  # seconds after a failed request before the next, doubled from failure to failure
LONGEST_PAUSE = 60.0
MOST_KEPT = 10_000

Refused = Callable[[Connection, str], Awaitable[object]]


@dataclass
class Kept:
    """What is known of one version of an account's credentials.

    `scopeless`: the vendor turned the scopes down and gave a token without. `failure` stands until `retry_at`.
    """

    token: Token | None = None
    scopeless: bool = False
    failure: Problem | None = None
    failures: int = 0
    retry_at: float = 0.0


class Shelf:
    """The one place where tokens are kept and taken from; this one is the process's memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def of(self, connection: Connection) -> Kept:
        key = _key(connection)
        kept = self._kept.setdefault(key, Kept())
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept


class Renewals:
    """Hands out tokens. `transport` is the one that all outgoing calls go through.

    `on_refused(connection, message)` is told when the vendor turns the credentials down for good.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        on_refused: Refused,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport
        self._on_refused = on_refused
        self._chance = chance
        self._shelf = Shelf()
        self._requests: SingleFlight[Token] = SingleFlight()
        self.clock = clock
        self.sleep = sleep

    async def token(self, connection: Connection, *, refused: Token | None = None) -> Token:
        """A token that can be used now; another than `refused`, which the vendor has turned down.

        Raises RemoteProblem (`needs_reauth` 401, or the vendor's 403 or 429) and VendorTrouble.
        """
        kept, now = self._shelf.of(connection), self.clock()
        token = kept.token if kept.token != refused else None
        if token is None or now >= token.expires_at:
            return await self._renewed(connection, kept, now)
        if now >= token.renew_at and now >= kept.retry_at:
            self._requests.start(_key(connection), lambda: self._renew(connection, kept))
        return token

    async def drain(self) -> None:
        """Waits for the token requests under way: a process that ends must not lose an answer."""
        await self._requests.drain()

    async def _renewed(self, connection: Connection, kept: Kept, now: float) -> Token:
        if kept.failure and now < kept.retry_at:
            raise kept.failure.with_traceback(None)
        return await self._requests.run(_key(connection), lambda: self._renew(connection, kept))

    async def _renew(self, connection: Connection, kept: Kept) -> Token:
        try:
            token = await self._ask(connection, kept)
        except Problem as problem:
            self._pause(kept, problem)
            raise
        kept.token, kept.failure, kept.failures, kept.retry_at = token, None, 0, 0.0
        return token

    def _pause(self, kept: Kept, problem: Problem) -> None:
        pause = min(FIRST_PAUSE * 2**kept.failures, LONGEST_PAUSE) * (1 + 0.2 * self._chance())
        wanted = problem.headers.get("retry-after", "")
        kept.failures = min(kept.failures + 1, 10)
        kept.failure = problem
        kept.retry_at = self.clock() + max(
            pause, min(float(wanted), LONGEST_PAUSE) if wanted.isdecimal() else 0
        )

    async def _ask(self, connection: Connection, kept: Kept) -> Token:
        """One request, and a second without scopes where the vendor knows the client but not the scopes.

        Some turn down a request that lists a scope which the client has lost.
        """
        answer = await self._send(connection, () if kept.scopeless else connection.scopes)
        if (
            isinstance(answer, Refusal)
            and answer.code == "invalid_scope"
            and self._can_drop(connection, kept)
        ):
            answer = await self._send(connection, ())
            kept.scopeless = isinstance(answer, Token)
        if isinstance(answer, Token):
            return answer
        raise await self._problem(connection, answer)

    def _can_drop(self, connection: Connection, kept: Kept) -> bool:
        return bool(connection.scopes) and not kept.scopeless

    async def _send(self, connection: Connection, scopes: tuple[str, ...]) -> Token | Refusal | Unusable:
        scheme = connection.scheme
        if not isinstance(scheme, ClientCredentials):
            raise Internal(f"{scheme.method} knows no tokens.")
        request = token_request(connection, scheme, scopes)
        status, retry_after, body = await exchange(self._transport, request)
        if status == 429:
            raise RemoteProblem(
                "The vendor limits how often tokens may be asked for.", status=429, headers=retry_after
            )
        return read_answer(status, body, now=self.clock(), assumed=scheme.lifetime, jitter=self._chance())

    async def _problem(self, connection: Connection, answer: Refusal | Unusable) -> Problem:
        if isinstance(answer, Unusable):
            return VendorTrouble(
                f"The vendor's token endpoint gave no usable answer (status {answer.status}).",
                reason="vendor_invalid_response",
            )
        words = connection.secrets.hide_in(answer.message)
        if answer.is_final:
            message = f"The vendor refused the credentials: {words or f'status {answer.status}'}"
            await self._on_refused(connection, message)
            return RemoteProblem(message, status=401, reason="needs_reauth")
        if answer.code == "invalid_scope":
            return RemoteProblem(f"The vendor grants none of the scopes: {words}", status=403)
        return VendorTrouble(
            f"The vendor's token endpoint turned the request down: {words or answer.code}",
            reason="vendor_invalid_response",
        )


async def exchange(
    transport: httpx.AsyncBaseTransport, request: httpx.Request
) -> tuple[int, dict[str, str], bytes]:
    """Status, `retry-after` where there is one, and body of a token endpoint's answer. Raises VendorTrouble."""
    try:
        async with asyncio.timeout(SECONDS):
            response = await transport.handle_async_request(request)
            try:
                body = await _read(response)
            finally:
                await response.aclose()
    except (httpx.TimeoutException, TimeoutError) as error:
        raise VendorTrouble(
            "The vendor's token endpoint did not answer in time.", status=504, reason="vendor_timeout"
        ) from error
    except httpx.TransportError as error:
        raise VendorTrouble("The vendor's token endpoint can't be reached.") from error
    given = response.headers.get("retry-after")
    return response.status_code, {"retry-after": given} if given else {}, body


async def _read(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise VendorTrouble("The vendor's token endpoint answered encoded.", reason="vendor_invalid_response")
    body = b""
    async for chunk in response.stream:  # type: ignore[union-attr]
        body += chunk
        if len(body) > MOST_BYTES:
            raise VendorTrouble(
                "The vendor's token endpoint answered at too great length.", reason="vendor_invalid_response"
            )
    return body


def _key(connection: Connection) -> str:
    return f"{connection.account_id}/{connection.version}"

"""Token requests on the wire: a few at a time to each host, never repeated, and read within bounds."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qsl

import httpx

from auth.grants import Refusal, Token, Unusable, read_answer
from auth.secret import Secret
from schemas.errors import Problem, RemoteProblem, VendorTrouble

MOST_BYTES = 64 * 1024
SECONDS = 20.0  # for a token request from beginning to end
AT_ONCE = 8  # requests to one host
MOST_HOSTS = 10_000
PAUSE = 1.0  # seconds for which a host is left alone that says "too often" and not for how long
LONGEST_PAUSE = 60.0
CREDENTIALS = frozenset({"code", "code_verifier", "refresh_token", "client_assertion", "client_secret"})
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Unsent(VendorTrouble):
    """The request never reached the vendor: nothing has happened there."""


class Leaving(Problem):
    """The process is about to end and begins nothing new."""

    status = 503
    reason = "shutting_down"


class Gate:
    """One host's: `AT_ONCE` within it, none while it is shut."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.shut_until = 0.0


class TokenEndpoints:
    """`transport` is the one that all outgoing calls go through; `chance` gives 0 to 1."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._chance = chance
        self._gates: OrderedDict[str, Gate] = OrderedDict()
        self._is_closed = False

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Within it a request may go to this host. Raises RemoteProblem 429 while it wants none, and Leaving."""
        gate = self._gate(url)
        async with gate.slots:
            left = gate.shut_until - self._clock()
            if left > 0:
                raise too_often(left)
            if self._is_closed:
                raise Leaving("The gateway is about to stop.")
            yield

    def close(self) -> None:
        """Whoever waits for a turn has waited in vain."""
        self._is_closed = True

    async def ask(
        self, request: httpx.Request, *, assumed: float, until: float
    ) -> Token | Refusal | Unusable:
        """The answer. `assumed`: the lifetime if it names none; `until`: a moment of the running loop's clock.

        Raises VendorTrouble, Unsent where the vendor has not seen the request, and RemoteProblem 429.
        """
        status, wait, body = await self._exchange(request, until)
        if status == 429:
            left = min(wait, LONGEST_PAUSE) if wait else PAUSE * (1 + self._chance())
            self._gate(str(request.url)).shut_until = self._clock() + left
            raise too_often(wait)
        answer = read_answer(status, body, now=self._clock(), assumed=assumed, jitter=self._chance())
        if isinstance(answer, Refusal):
            return replace(answer, message=_shown(request).hide_in(answer.message))
        return answer

    async def _exchange(self, request: httpx.Request, until: float) -> tuple[int, float | None, bytes]:
        """Status, seconds of `retry-after` and body."""
        try:
            async with asyncio.timeout_at(until):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
        except UNSENT as error:
            raise Unsent("The vendor's token endpoint can't be reached.") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise VendorTrouble(
                "The vendor's token endpoint did not answer in time.", status=504, reason="vendor_timeout"
            ) from error
        except httpx.TransportError as error:
            raise VendorTrouble("The vendor's token endpoint broke off.") from error
        given = response.headers.get("retry-after", "")
        return response.status_code, float(given) if given.isdecimal() else None, body

    def _gate(self, url: str) -> Gate:
        host = httpx.URL(url).netloc.decode()
        gate = self._gates.setdefault(host, Gate())
        self._gates.move_to_end(host)
        if len(self._gates) > MOST_HOSTS:
            self._gates.popitem(last=False)
        return gate


def too_often(seconds: float | None) -> RemoteProblem:
    headers = {} if seconds is None else {"retry-after": str(max(1, math.ceil(min(seconds, 86400))))}
    return RemoteProblem("The vendor limits how often tokens may be asked for.", status=429, headers=headers)


def _shown(request: httpx.Request) -> Secret:
    """What a token request proves, which a vendor's words about it may quote: much of it no account has stored."""
    form = parse_qsl(request.content.decode())
    basic = request.headers.get("authorization", "").rpartition(" ")[2]
    return Secret({**{name: text for name, text in form if name in CREDENTIALS}, "authorization": basic})


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

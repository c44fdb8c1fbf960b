"""The one way out: signs a call, sends it, repeats what may be repeated, reads the answer within bounds."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from auth.connections import Connection
from auth.renewal import Renewals
from auth.signing import signer
from proxy.decoding import TooBig, Undecodable, read_bounded
from proxy.guard import AddressRefused
from proxy.transport import NEVER_SENT, NO_ANSWER
from schemas.errors import VendorTrouble

Params = tuple[tuple[str, str], ...]
ATTEMPTS = 3
DEADLINE = 60.0  # seconds for all attempts of one call together
SLOWEST = 5.0  # seconds: the longest pause between two attempts
PASSING = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Call:
    """A read of a path below the account's base URL."""

    path: str
    params: Params = ()

    def url(self, connection: Connection) -> str:
        query = f"?{urlencode(self.params, quote_via=quote)}" if self.params else ""
        return f"{connection.base_url}{quote(self.path)}{query}"


@dataclass(frozen=True)
class Answer:
    """A whole vendor answer: `body` is decoded from its content encoding, `url` is what was asked."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def type(self) -> str:
        return str(self.headers.get("content-type", "")).split(";")[0].strip().lower()

    def json(self) -> Any:
        """The parsed body; raises `VendorTrouble` where it is no JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise not_understood(self, "no JSON") from error

    def raw(self, most: int = 65536) -> Any:
        """What the vendor said, for an error: parsed JSON, else text, cut at 64 KiB."""
        cut = self.body[:most]
        try:
            return orjson.loads(cut)
        except orjson.JSONDecodeError:
            return cut.decode(errors="replace")


def not_understood(answer: Answer, what: str) -> VendorTrouble:
    kind = answer.type or "no content type"
    return VendorTrouble(
        f"The vendor answered {answer.status} with what can't be read: {what} ({kind}, {len(answer.body)} bytes)",
        reason="vendor_invalid_response",
    )


class _Passing(Exception):
    """An answer that a repeat may better."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


class Pipe:
    """Sends calls over one transport with the credentials that `renewals` keeps fresh."""

    def __init__(self, transport: httpx.AsyncBaseTransport, renewals: Renewals) -> None:
        self._transport = transport
        self._renewals = renewals

    async def read(self, connection: Connection, call: Call) -> Answer:
        """The answer to a GET, whatever its status; at most three attempts where the way or a 502, 503, 504 failed.

        Raises `VendorTrouble` (502, 504) where there is no answer to hand on.
        """
        attempts = AsyncRetrying(
            retry=retry_if_exception(_may_repeat),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.1, max=SLOWEST),
            retry_error_callback=_last,
        )
        try:
            async with asyncio.timeout(DEADLINE):
                return await attempts(self._read_once, connection, call)
        except TimeoutError as error:
            raise _trouble(httpx.ReadTimeout("deadline")) from error
        except (TooBig, Undecodable) as error:
            raise VendorTrouble(
                f"The vendor's answer can't be read: {error}", reason="vendor_invalid_response"
            ) from error
        except AddressRefused as error:
            raise VendorTrouble(f"The vendor's address may not be called: {error}") from error

    async def _read_once(self, connection: Connection, call: Call) -> Answer:
        url = call.url(connection)
        headers = [*connection.provider.headers, ("accept-encoding", "gzip")]
        response = await self.send(connection, httpx.Request("GET", url, headers=headers))
        try:
            body = await read_bounded(response)
        finally:
            await response.aclose()
        answer = Answer(response.status_code, response.headers, body, url)
        if answer.status in PASSING and "retry-after" not in answer.headers:
            raise _Passing(answer)
        return answer

    async def send(self, connection: Connection, request: httpx.Request) -> httpx.Response:
        """Signs and sends a request once (and once more where a renewal may help); the answer's body streams, raw.

        Whoever calls closes the answer. Raises httpx's transport errors and what a renewal raises.
        """
        flow = signer(connection, self._renewals).async_auth_flow(request)
        try:
            return await self._converse(flow)
        finally:
            await flow.aclose()

    async def _converse(self, flow: AsyncGenerator[httpx.Request, httpx.Response]) -> httpx.Response:
        request = await anext(flow)
        while True:
            response = await self._transport.handle_async_request(request)
            try:
                request = await flow.asend(response)
            except StopAsyncIteration:
                return response
            await response.aclose()


def _may_repeat(error: BaseException) -> bool:
    return isinstance(error, (_Passing, *NEVER_SENT, *NO_ANSWER)) and not isinstance(error, AddressRefused)


def _last(state: RetryCallState) -> Answer:
    """What the caller gets after the last attempt: its answer, or why there is none."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _Passing):
        return error.answer
    raise _trouble(error) from error


def _trouble(error: BaseException | None) -> VendorTrouble:
    if isinstance(error, httpx.TimeoutException):
        return VendorTrouble("The vendor did not answer in time.", reason="vendor_timeout", status=504)
    return VendorTrouble(f"The vendor could not be reached: {error or 'no answer'}")

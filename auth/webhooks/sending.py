"""One attempt to deliver: sent once through the one transport, and given up after fifteen seconds."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import httpx

from auth.connections import printable
from auth.webhooks import signing
from auth.webhooks.outbox import Parcel
from auth.webhooks.schedule import Result
from auth.webhooks.signing import TrutoSignature

SECONDS = 15.0  # from the name's look-up to the answer's head
DRAIN_SECONDS = 2.0  # for an answer's body, which nobody needs: read, its connection can be used again
MOST_BYTES = 64 * 1024  # of that body

ReadWait = Callable[[httpx.Headers, float], float | None]


@dataclass(frozen=True)
class Sender:
    """`transport` refuses addresses that must not be called. `https_only`: refuses what was saved as http, too.

    `read_wait` reads an answer's `retry-after`, in seconds. `labels`: what integrations are called, by name.
    """

    transport: httpx.AsyncBaseTransport
    labels: Mapping[str, str]
    read_wait: ReadWait
    clock: Callable[[], datetime]
    https_only: bool = True
    truto_signature: TrutoSignature = "base64"
    seconds: float = SECONDS

    async def send(self, parcel: Parcel) -> Result:
        """Never raises for what a receiver does."""
        at, begun = self.clock(), time.perf_counter()
        secrets = parcel.secrets.signing_at(at) if parcel.secrets else []
        if not secrets:
            return Result(at, 0.0, error="The webhook's signing secret can't be opened.")
        if self.https_only and not parcel.target_url.startswith("https://"):
            return Result(at, 0.0, error="The target does not begin with https://.")
        content = signing.body(parcel.event, parcel.webhook_id, self.labels)
        headers = signing.headers(parcel.event.id, content, secrets, at, self.truto_signature)
        request = httpx.Request("POST", parcel.target_url, headers=headers, content=content)
        status, error, wait = await self._exchange(request, at)
        return Result(at, time.perf_counter() - begun, status, error, wait)

    async def _exchange(
        self, request: httpx.Request, at: datetime
    ) -> tuple[int | None, str | None, float | None]:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self.transport.handle_async_request(request)
        except TimeoutError:
            return None, f"No answer came within {self.seconds:g} seconds.", None
        except httpx.TransportError as error:
            return None, printable(f"{error}."[:200]), None
        await _drain(answer)
        status = answer.status_code
        return status, _complaint(status), self.read_wait(answer.headers, at.timestamp())


async def _drain(answer: httpx.Response) -> None:
    """The status has decided: a body that breaks off, or does not end, changes nothing."""
    read = 0
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > MOST_BYTES:
                    break
    await answer.aclose()


def _complaint(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"The receiver answered {status}: redirects are not followed."
    return f"The receiver answered {status}."

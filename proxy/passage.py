"""One call on its way out: every attempt of it is governed, signed, sent and watched here."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from tenacity import RetryCallState, retry_if_result

from auth.connections import Connection
from auth.renewal import Renewals
from auth.signing import signer
from providers.provider import Limits
from proxy import tally
from proxy.breaker import Breakers, CircuitOpen, Turn, failed
from proxy.budget import Budgets
from proxy.decoding import read_bounded
from proxy.failures import late, resting
from proxy.figures import stated_wait
from proxy.governor import Governor
from proxy.observing import Observation, Observed
from proxy.places import Places
from proxy.record import CallRecord, OnCall, Outcome
from proxy.repeats import PAUSE, Happened, Kind, Landing, repeated, repeats, result
from proxy.transport import NEVER_SENT
from proxy.turns import Permit, Urgency
from schemas.errors import Throttled


@dataclass(frozen=True)
class Way:
    """What all calls share. `seconds`: from the start of a call to the head of its answer, repeats included.

    `limits`: the vendor's that hold for a connection.
    """

    transport: httpx.AsyncBaseTransport
    renewals: Renewals
    governor: Governor
    budgets: Budgets
    breakers: Breakers
    places: Places
    on_call: OnCall
    seconds: float
    limits: Callable[[Connection], Limits | None]


class Passage:
    """`whole`: its answer is read into memory, within the deadline; else its body streams, raw."""

    def __init__(
        self, way: Way, connection: Connection, request: httpx.Request, kind: Kind, *, whole: bool
    ) -> None:
        self._way, self._connection, self._request, self._kind = way, connection, request, kind
        self._whole = whole
        self._gate = way.governor.gate(connection)
        self._limits = way.limits(connection)
        self._budget = way.budgets.of(connection.account_id)
        self._breaker = way.breakers.of(connection)
        self._turn: Turn | None = None  # of the attempt that runs
        self._tally = tally.current.get() or tally.Tally()
        self._seen = Observation(connection, request, self._over)
        self._place: Permit | None = None
        self._got: Outcome = "never_sent"
        self._made = 0  # attempts; one that renews a token sends more than once
        self._queued = 0.0  # seconds at the gate
        self._until = 0.0

    async def run(self) -> Landing:
        """The last landing.

        Raises `Throttled`, `Overloaded`, `VendorTrouble` at the deadline and where the circuit is open, and what a
        renewal raises.
        """
        self._budget.begin(time.monotonic())
        try:
            self._place = self._way.places.take(self._connection)
            landing = await self._within_deadline()
        except asyncio.CancelledError:
            self._seen.end("cancelled")
            raise
        except BaseException:
            self._seen.end(self._got)
            raise
        finally:
            self._budget.end(time.monotonic())
            if self._turn is not None:
                self._turn.end(time.monotonic())
        self._hand_on(landing)
        return landing

    async def _within_deadline(self) -> Landing:
        asked = self._tally.left()
        seconds = self._way.seconds if asked is None else min(asked, self._way.seconds)
        self._until = time.monotonic() + seconds
        try:
            async with asyncio.timeout(seconds) as timer:
                landing = await self._attempt()
                if landing.happened is None:
                    return landing
                return await repeated(
                    landing, self._attempt, wanted=retry_if_result(self._betters), pause=self._pause
                )
        except CircuitOpen as circuit:
            raise resting(self._request, self._got, circuit.wait) from None
        except TimeoutError as error:
            if not timer.expired():
                raise
            is_hasty = seconds < self._way.seconds  # which is no fault of the vendor's
            if self._turn is not None and not is_hasty:
                self._turn.end(time.monotonic(), failed=True if self._got == "no_answer" else None)
            raise late(self._request, self._got) from error

    def _over(self, record: CallRecord) -> None:
        if self._place is not None:
            self._place.close()
        self._way.on_call(record)

    def _hand_on(self, landing: Landing) -> None:
        """From here on the answer's own end is the call's end."""
        response = landing.response
        if response is None or self._whole:
            self._seen.end(self._got)
            return
        if isinstance(response.stream, Observed):
            response.stream.on_end = self._seen.end

    async def _attempt(self) -> Landing:
        self._made += 1
        self._turn = Turn(self._breaker, time.monotonic())
        landing = await self._land()
        self._turn.end(time.monotonic(), failed(landing))
        return landing

    async def _land(self) -> Landing:
        try:
            response = await self._converse()
            body = await self._read(response) if self._whole else b""
        except httpx.TransportError as error:
            return Landing(error=error)
        return Landing(response, body)

    async def _read(self, response: httpx.Response) -> bytes:
        self._got = "no_answer"
        started = time.perf_counter()
        try:
            body = await read_bounded(response)
        finally:
            self._tally.vendor_seconds += time.perf_counter() - started
        self._got = "answered"
        return body

    async def _converse(self) -> httpx.Response:
        request, conversation = self._request, signer(self._connection, self._way.renewals)
        while True:
            await conversation.sign(request)
            response = await self._send(request)
            is_over = False
            try:
                is_over = not await conversation.is_to_be_sent_again(request, response)
            finally:
                if not is_over:
                    await response.aclose()
            if is_over:
                return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        permit = await self._enter()
        self._seen.attempts += 1
        self._tally.calls += 1
        before, self._got = self._got, "no_answer"
        started, response = time.perf_counter(), None
        try:
            response = await self._way.transport.handle_async_request(request)
        except NEVER_SENT:
            self._got = "never_sent" if before == "never_sent" else "no_answer"
            raise
        finally:
            self._tally.vendor_seconds += time.perf_counter() - started
            if response is None:
                permit.close()
        self._note(response, permit)
        return response

    async def _enter(self) -> Permit:
        started = time.monotonic()
        patience = self._patience()
        urgency = Urgency.SENT_BACK if self._seen.attempts else self._tally.urgency
        try:
            permit = await self._gate.enter(self._limits, patience, self._connection.account_id, urgency)
        except Throttled:
            self._tally.figures = self._gate.figures(self._limits)
            raise
        self._queued += time.monotonic() - started
        self._renew_turn(permit)
        return permit

    def _renew_turn(self, permit: Permit) -> None:
        """The circuit may have opened while the call waited."""
        if self._turn is None:
            return
        try:
            self._turn.renew(time.monotonic())
        except CircuitOpen:
            permit.close()
            raise

    def _patience(self) -> float:
        """Seconds that this call may still wait at the gate."""
        now = time.monotonic()
        return min(self._way.governor.queue_seconds - self._queued, self._until - now)

    def _note(self, response: httpx.Response, permit: Permit) -> None:
        """The permit is closed with the answer's body."""
        self._got = "answered"
        self._seen.answered(response.status_code)
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = Observed(response.stream, self._seen.received, permit.close)
        else:
            permit.close()
        self._gate.note(self._limits, response.status_code, response.headers)
        self._tally.figures = self._gate.figures(self._limits)
        if wait := self._advice(response):
            response.headers["retry-after"] = str(max(1, math.ceil(wait)))

    def _advice(self, response: httpx.Response) -> float | None:
        """Seconds to wait before a repeat; a 429 always says how long, if need be in our words."""
        if response.status_code == 429:
            return self._gate.wait(self._limits)
        return stated_wait(response.headers, time.time()) if response.status_code == 503 else None

    def _betters(self, landing: Landing) -> bool:
        """Whether to send once more: the table allows it, there is time for it, and the budget has one left."""
        most = repeats(
            landing,
            self._request,
            self._kind,
            rejects_unprocessed=bool(self._limits and self._limits.rejects_unprocessed),
        )
        if not most or self._made > most or self._breaker.refuses(time.monotonic()):
            return False
        if landing.happened is Happened.LIMITED:
            return self._gate.wait(self._limits) <= self._patience()
        return self._wanted_pause(landing) < self._until - time.monotonic() and self._budget.spend()

    @staticmethod
    def _wanted_pause(landing: Landing) -> float:
        if landing.response is None:
            return 0.0
        return stated_wait(landing.response.headers, time.time()) or 0.0

    def _pause(self, state: RetryCallState) -> float:
        landing = result(state)
        if landing.happened is Happened.LIMITED:
            return 0.0  # the gate holds it back
        return self._wanted_pause(landing) or PAUSE(state)

"""Leaves a vendor that fails alone: for each account on each origin, until one call has shown that it is back."""

import random
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import httpx

from auth.connections import Connection
from proxy.guard import AddressRefused
from proxy.repeats import Landing

OURS = (AddressRefused, httpx.PoolTimeout, httpx.LocalProtocolError, httpx.UnsupportedProtocol)
MOST_KEPT = 10_000


class Circuit(Enum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Terms:
    """Opens after `in_a_row` failures, or `share` of at least `least` attempts within `window` seconds.

    Stays open for `seconds`, twice and three times as long where it fails again, at most `longest`, and by chance up
    to `jitter` of that longer, so that processes do not come back together.
    """

    in_a_row: int = 5
    share: float = 0.5
    least: int = 20
    window: int = 30
    seconds: float = 30.0
    longest: float = 300.0
    jitter: float = 0.1


TERMS = Terms()


class CircuitOpen(Exception):
    """An attempt is not let through; perhaps one will be in `wait` seconds."""

    def __init__(self, wait: float) -> None:
        self.wait = wait


class Breaker:
    """One account's way to one origin. Times are of the steady clock.

    Calls that were let through before the circuit changed say nothing of it any more: what counts is the period that
    a call was let through in.
    """

    def __init__(
        self,
        terms: Terms = TERMS,
        on_change: Callable[[Circuit], None] = lambda circuit: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._terms, self._on_change, self._chance = terms, on_change, chance
        self.circuit = Circuit.CLOSED
        self.period = 0
        self._in_a_row = 0
        self._seen: deque[list[int]] = deque()  # of each second of the window: itself, attempts, failures
        self._times = 0  # that it has opened without `longest` seconds of peace in between
        self._at_peace_since = 0.0
        self._until = 0.0

    def enter(self, now: float) -> int:
        """The period that an attempt is let through in. Raises `CircuitOpen`."""
        if self.circuit is Circuit.OPEN and now >= self._until:
            self._change(Circuit.HALF_OPEN)
        elif self.circuit is not Circuit.CLOSED:
            raise CircuitOpen(self._until - now)
        return self.period

    def refuses(self, now: float) -> bool:
        """Whether an attempt would be refused now."""
        return self.circuit is Circuit.HALF_OPEN or (self.circuit is Circuit.OPEN and now < self._until)

    def leave(self, period: int, now: float, failed: bool | None) -> None:
        """An attempt of that period is over; None: it was broken off, and says nothing of the vendor."""
        if period != self.period:
            return
        if self.circuit is Circuit.HALF_OPEN:
            self._judge(now, failed)
        elif failed is not None:
            self._count(now, failed)

    def _judge(self, now: float, failed: bool | None) -> None:
        """By the one call of a half-open circuit."""
        if failed is None:
            self._until = now  # the next call is the one
            self._change(Circuit.OPEN)
        elif failed:
            self._open(now)
        else:
            self._at_peace_since = now
            self._change(Circuit.CLOSED)

    def _count(self, now: float, failed: bool) -> None:
        second = int(now)
        if not self._seen or self._seen[-1][0] != second:
            self._seen.append([second, 0, 0])
            while self._seen[0][0] <= second - self._terms.window:
                self._seen.popleft()
        last = self._seen[-1]
        last[1] += 1
        last[2] += failed
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if failed and self._is_too_much():
            peace = now - self._at_peace_since
            self._times = 0 if peace >= self._terms.longest else self._times
            self._open(now)

    def _is_too_much(self) -> bool:
        if self._in_a_row >= self._terms.in_a_row:
            return True
        attempts = sum(counted for _, counted, _ in self._seen)
        failures = sum(counted for _, _, counted in self._seen)
        return attempts >= self._terms.least and failures >= attempts * self._terms.share

    def _open(self, now: float) -> None:
        self._times += 1
        rest = min(self._terms.seconds * self._times, self._terms.longest)
        self._until = now + rest * (1 + self._terms.jitter * self._chance())
        self._change(Circuit.OPEN)

    def _change(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.period += 1
        self._in_a_row = 0
        self._seen.clear()
        self._on_change(circuit)


class Turn:
    """One attempt's leave to go, ended once; until then the one call of a half-open circuit keeps others out."""

    def __init__(self, breaker: Breaker, now: float) -> None:
        self._breaker = breaker
        self._period = breaker.enter(now)
        self._is_over = False

    def renew(self, now: float) -> None:
        """To be called after a wait, in which the circuit may have opened. Raises `CircuitOpen`."""
        if self._period != self._breaker.period:
            self._period = self._breaker.enter(now)

    def end(self, now: float, failed: bool | None = None) -> None:
        if not self._is_over:
            self._is_over = True
            self._breaker.leave(self._period, now, failed)


class Breakers:
    """The breaker of each account on each origin; those that were not used for longest are forgotten.

    `on_change` is told of every change of a circuit.
    """

    def __init__(
        self,
        terms: Terms = TERMS,
        on_change: Callable[[Connection, Circuit], None] = lambda connection, circuit: None,
    ) -> None:
        self._terms, self._on_change = terms, on_change
        self._kept: OrderedDict[tuple[str, str], Breaker] = OrderedDict()

    def of(self, connection: Connection) -> Breaker:
        key = connection.origin, connection.account_id
        breaker = self._kept.get(key)
        if breaker is None:
            breaker = self._kept[key] = Breaker(
                self._terms, lambda circuit: self._on_change(connection, circuit)
            )
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return breaker

    def open_count(self) -> int:
        """How many circuits are not closed."""
        return sum(breaker.circuit is not Circuit.CLOSED for breaker in self._kept.values())


def failed(landing: Landing) -> bool | None:
    """Whether the vendor has failed: no answer, or 5xx. What it refuses (4xx, 429) it is there for.

    None where the reason is on our side, and nothing is known of the vendor.
    """
    if landing.response is not None:
        return landing.response.status_code >= 500
    return None if isinstance(landing.error, OURS) else True

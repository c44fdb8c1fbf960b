"""Which request may be sent again: one table of what happened, the method, and the kind of call."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import httpx
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt
from tenacity import wait_random_exponential as full_jitter

from auth.signing import is_replayable
from proxy.guard import AddressRefused
from proxy.transport import NEVER_SENT, NO_ANSWER

ATTEMPTS = 3
PAUSE = full_jitter(multiplier=0.1, max=5.0)  # seconds between attempts where the vendor states none

READS = frozenset({"GET", "HEAD", "OPTIONS"})
# the extension of a request that only reads, whatever its method: a query sent by POST
READING = "koine.reading"
REPLACING = frozenset({"PUT", "DELETE"})


class Kind(Enum):
    """Whose call it is, and what is known of doing it twice.

    `MARKED`: a unified operation that is marked idempotent. `KEYED`: it carries an idempotency key that the provider
    honours.
    """

    PASSTHROUGH = "passthrough"
    UNIFIED = "unified"
    MARKED = "marked"
    KEYED = "keyed"


class Happened(Enum):
    NEVER_SENT = "never sent"
    NO_ANSWER = "no answer"
    LIMITED = "429"
    PASSING = "502, 503, 504"
    BROKEN = "500"


class Verb(Enum):
    READS = "GET, HEAD, OPTIONS"
    REPLACES = "PUT, DELETE"
    ACTS = "POST, PATCH, and what is not known"


@dataclass(frozen=True)
class Rule:
    """How many repeats are allowed, to which kinds of call; `documented`: where the provider rejects unprocessed."""

    most: int
    kinds: frozenset[Kind] = frozenset(Kind)
    documented: bool = False


YES = Rule(ATTEMPTS - 1)
ONCE = Rule(1)
NO = Rule(0)
IF_MARKED = Rule(ATTEMPTS - 1, frozenset({Kind.MARKED, Kind.KEYED}))
IF_KEYED = Rule(ATTEMPTS - 1, frozenset({Kind.KEYED}))
IF_DOCUMENTED = Rule(ATTEMPTS - 1, documented=True)

RULES: Mapping[Happened, Mapping[Verb, Rule]] = {
    Happened.NEVER_SENT: {Verb.READS: YES, Verb.REPLACES: YES, Verb.ACTS: YES},
    Happened.NO_ANSWER: {Verb.READS: YES, Verb.REPLACES: IF_MARKED, Verb.ACTS: IF_KEYED},
    Happened.LIMITED: {Verb.READS: YES, Verb.REPLACES: YES, Verb.ACTS: IF_DOCUMENTED},
    Happened.PASSING: {Verb.READS: YES, Verb.REPLACES: IF_MARKED, Verb.ACTS: NO},
    Happened.BROKEN: {Verb.READS: ONCE, Verb.REPLACES: NO, Verb.ACTS: NO},
}
STATUSES = {
    429: Happened.LIMITED,
    500: Happened.BROKEN,
    502: Happened.PASSING,
    503: Happened.PASSING,
    504: Happened.PASSING,
}


@dataclass(frozen=True)
class Landing:
    """How one attempt ended: with an answer (its `body` read, where that was wanted) or with the way's failure."""

    response: httpx.Response | None = None
    body: bytes = b""
    error: httpx.TransportError | None = None

    @property
    def happened(self) -> Happened | None:
        """None where there is nothing to better."""
        if self.response is not None:
            return STATUSES.get(self.response.status_code)
        if isinstance(self.error, AddressRefused):
            return None
        if isinstance(self.error, NEVER_SENT):
            return Happened.NEVER_SENT
        return Happened.NO_ANSWER if isinstance(self.error, NO_ANSWER) else None


def repeats(landing: Landing, request: httpx.Request, kind: Kind, *, rejects_unprocessed: bool) -> int:
    """How often a request that ended so may be sent again. `rejects_unprocessed`: the provider documents its 429."""
    happened = landing.happened
    if happened is None or not is_replayable(request):
        return 0
    rule = RULES[happened][Verb.READS if is_read(request) else verb(request.method)]
    if kind not in rule.kinds or (rule.documented and not rejects_unprocessed):
        return 0
    return rule.most


def is_read(request: httpx.Request) -> bool:
    """Whether the vendor does nothing on this request that could not be done again."""
    return request.method in READS or READING in request.extensions


def verb(method: str) -> Verb:
    """What a request does that is no read."""
    return Verb.REPLACES if method in REPLACING else Verb.ACTS


async def repeated(
    first: Landing,
    again: Callable[[], Awaitable[Landing]],
    *,
    wanted: Callable[[RetryCallState], bool],
    pause: Callable[[RetryCallState], float],
) -> Landing:
    """Sends again what may be sent again, at most twice, and gives the last landing.

    To be entered only where the first landing is not good: tenacity's loop costs 25 µs. It counts the first one, too.
    """
    landed = [first]

    async def attempt() -> Landing:
        return landed.pop() if landed else await again()

    async def discard(state: RetryCallState) -> None:
        landing: Landing = result(state)
        if landing.response is not None:
            await landing.response.aclose()

    attempts = AsyncRetrying(
        retry=wanted,
        stop=stop_after_attempt(ATTEMPTS),
        wait=pause,
        before_sleep=discard,
        retry_error_callback=result,
    )
    landing: Landing = await attempts(attempt)
    return landing


def result(state: RetryCallState) -> Landing:
    """An attempt's landing, which tenacity keeps in its own words."""
    landing: Landing = state.outcome.result() if state.outcome else Landing()
    return landing

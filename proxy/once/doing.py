"""Does a write once: executes it, answers a repeat with what is known, and finds out what nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.responses import Response

from proxy import tally
from proxy.once.answers import RECOVERED, REPLAYED, Kept, kept_problem, kept_response
from proxy.once.ledger import Attempt, Ledger, uncertain
from proxy.once.verdicts import Verdict, of_problem, of_status
from proxy.once.write import Write
from schemas.errors import Problem


@dataclass(frozen=True)
class Found:
    """The vendor has what the write was to make; `response` is the answer of a success."""

    response: Response


@dataclass(frozen=True)
class Absent:
    """The vendor surely does not have it."""


@dataclass(frozen=True)
class Unknown:
    """Nothing tells. `check` says what a person may look for, as the rest of a sentence."""

    check: str = ""


Finding = Found | Absent | Unknown
Run = Callable[[Attempt], Awaitable[Response]]
Recover = Callable[[Attempt], Awaitable[Finding]]


async def once(ledger: Ledger, write: Write, run: Run, recover: Recover | None = None) -> Response:
    """The answer to a write that is executed at most once, with a key or without one.

    To be called when the request has been checked, with `write_of(request, account_id, body)`. `run` does it, and
    raises a `Problem` whose details say the `outcome` where it fails. `recover` looks an earlier attempt up whose
    outcome is not known; without it, such a write is never sent again. Raises what `Ledger.begin` and `run` raise.
    """
    begun = await ledger.begin(write, can_recover=recover is not None)
    if isinstance(begun, Kept):
        return begun.response(REPLAYED)
    if begun.doubted and recover is not None:
        found = await _recovered(ledger, begun, recover)
        if found is not None:
            return found
    async with settled(ledger, begun):
        response = await run(begun)
    await ledger.settle(begun, of_status(response.status_code), kept_response(response))
    return response


@asynccontextmanager
async def settled(
    ledger: Ledger, attempt: Attempt, known: Callable[[], Verdict | None] = lambda: None
) -> AsyncIterator[None]:
    """Records what an attempt's failure means; where the vendor was called, the problem says whether it may have acted.

    `known`: what the part of the answer tells that had come before it broke off.
    """
    was_sent = _watch()
    try:
        yield
    except Problem as problem:
        verdict = of_problem(problem, was_sent=was_sent())
        if was_sent():
            problem.details.setdefault("outcome", "uncertain" if verdict is Verdict.DOUBT else "not_applied")
        await ledger.settle(attempt, verdict, kept_problem(problem, attempt.write.request_id))
        raise
    except BaseException:
        unheard = Verdict.DOUBT if was_sent() else Verdict.FREE
        await asyncio.shield(ledger.settle(attempt, known() or unheard))
        raise


async def _recovered(ledger: Ledger, attempt: Attempt, recover: Recover) -> Response | None:
    """The answer of what was found; None where it surely is not there. Raises `outcome_uncertain`."""
    finding = await _look_up(ledger, attempt, recover)
    if isinstance(finding, Absent) and attempt.quiet:
        await ledger.sleep(attempt.quiet)
        finding = await _look_up(ledger, attempt, recover)
    if isinstance(finding, Absent):
        return None
    if isinstance(finding, Unknown):
        await ledger.settle(attempt, Verdict.DOUBT)
        raise uncertain(finding.check)
    kept = kept_response(finding.response)
    await ledger.settle(attempt, Verdict.DONE, kept)
    finding.response.raw_headers.append(RECOVERED)
    return finding.response


async def _look_up(ledger: Ledger, attempt: Attempt, recover: Recover) -> Finding:
    """A look-up that fails tells nothing."""
    try:
        return await recover(attempt)
    except Problem:
        return Unknown()
    except BaseException:
        await asyncio.shield(ledger.settle(attempt, Verdict.DOUBT))
        raise


def _watch() -> Callable[[], bool]:
    """Tells whether a vendor was called since; yes, where nobody counts the calls."""
    counted = tally.current.get()
    before = counted.calls if counted else 0
    return lambda: counted is None or counted.calls > before

"""What callers are told when no token can be had, and the same for callers of other processes, by way of the row."""

import math
from typing import Any

from auth.connections import NEEDS_REAUTH, Connection
from auth.grants import Refusal, Unusable
from providers.schemes import SignedJwt
from schemas.errors import Problem, RemoteProblem, VendorTrouble

FIRST_PAUSE = 1.0  # seconds after a failed request before the next, doubled from failure to failure
LONGEST_PAUSE = 60.0
FIRST_CALM_PAUSE = 30.0  # the same while the present token still serves
LONGEST_CALM_PAUSE = 240.0
MOST_DOUBLINGS = 10
OF_KEY = "the certificate of its key may have expired or been withdrawn: reconnect the account with a new one"
IN_DOUBT = (
    "A renewal was broken off, and the vendor does not take the former refresh token any more "
    "(refresh_in_doubt): reconnect the account. The vendor said"
)


def refused_for_good(connection: Connection, answer: Refusal, *, is_doubtful: bool) -> RemoteProblem:
    """The account needs a reconnect. `is_doubtful`: a newer refresh token may have been lost."""
    words = _words(connection, answer)
    start = IN_DOUBT if is_doubtful else "The vendor refused the credentials"
    is_by_key = isinstance(getattr(connection.scheme, "proof", None), SignedJwt)
    return needs_reauth(f"{start}: {words} ({OF_KEY})" if is_by_key else f"{start}: {words}")


def needs_reauth(message: str | None) -> RemoteProblem:
    return RemoteProblem(
        message or "The vendor refused the credentials: reconnect the account.",
        status=401,
        reason=NEEDS_REAUTH,
    )


def not_granted(connection: Connection, answer: Refusal | Unusable) -> Problem:
    """No token this time; the account is not at fault."""
    if isinstance(answer, Unusable):
        return VendorTrouble(
            f"The vendor's token endpoint gave no usable answer (status {answer.status}).",
            reason="vendor_invalid_response",
        )
    words = _words(connection, answer)
    if answer.code == "invalid_scope":
        return RemoteProblem(f"The vendor grants none of the scopes: {words}", status=403)
    return VendorTrouble(
        f"The vendor's token endpoint turned the request down: {words}", reason="vendor_invalid_response"
    )


def no_exchange(connection: Connection, answer: Refusal | Unusable) -> Problem:
    """A code that gave no token."""
    if isinstance(answer, Unusable):
        return not_granted(connection, answer)
    return RemoteProblem(
        f"The vendor did not take the code: {_words(connection, answer)}", status=401, reason=None
    )


def busy() -> VendorTrouble:
    return VendorTrouble(
        "The token is being renewed, and that takes too long.", status=504, reason="vendor_timeout"
    )


def pause_after(problem: Problem, failures: int, *, chance: float, left: float) -> float:
    """Seconds until the next attempt. `failures`: in a row before this one; `left`: how long the token serves."""
    doublings: int = 2 ** min(failures, MOST_DOUBLINGS)
    pause = min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
    if left > 0:
        pause = max(pause, min(FIRST_CALM_PAUSE * doublings, LONGEST_CALM_PAUSE, left))
    wanted = problem.headers.get("retry-after", "")
    asked = min(float(wanted), LONGEST_PAUSE) if wanted.isdecimal() else 0.0
    return max(pause * (1 + 0.2 * chance), asked)


def pack(problem: Problem) -> dict[str, Any]:
    """A problem as the row keeps it."""
    return {
        "is_remote": isinstance(problem, RemoteProblem),
        "message": problem.message,
        "status": problem.status,
        "reason": problem.reason,
    }


def unpack(packed: dict[str, Any], seconds: float) -> Problem:
    """The problem again, for which one may come back after some seconds."""
    kind = RemoteProblem if packed["is_remote"] else VendorTrouble
    headers = {"retry-after": str(max(1, math.ceil(seconds)))} if packed["status"] == 429 else {}
    return kind(packed["message"], status=packed["status"], reason=packed["reason"], headers=headers)


def _words(connection: Connection, answer: Refusal) -> str:
    return connection.secrets.hide_in(answer.message or answer.code or f"status {answer.status}")

"""Turns a vendor's error answer into the problem that the caller sees, and notes what it means for the account."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth.connections import Connection, Connections
from providers.provider import Complaint
from proxy.answer import Answer
from schemas.errors import RemoteProblem

TITLES = {
    401: "The vendor refused the credentials",
    403: "The vendor does not allow this call",
    404: "The vendor has no such record",
    429: "The vendor's rate limit is reached",
}
PAUSE = 2  # seconds to wait where a vendor throttles without saying for how long


async def refuse(
    connections: Connections, connection: Connection, answer: Answer, scopes: Sequence[str] = ()
) -> RemoteProblem:
    """The problem to raise for an answer that is no success. `scopes`: what the call needs, for a 403.

    A 401 marks the account `needs_reauth`, a 403 is noted on it.
    """
    raw = answer.raw()
    complaint = connection.provider.read_error(raw)
    message = _message(answer.status, complaint)
    if answer.status == 401:
        await connections.note_refused(connection, message)
    if answer.status == 403:
        await connections.note_forbidden(connection, message, scopes)
    return RemoteProblem(
        message,
        status=answer.status if answer.status >= 400 else 502,
        raw=raw,
        insight=_insight(answer.status, message, scopes),
        reason="needs_reauth" if answer.status == 401 else None,
        headers=_headers(answer),
    )


def _message(status: int, complaint: Complaint | None) -> str:
    if complaint:
        return complaint.message
    return TITLES.get(status, f"The vendor answered {status}") + "."


def _insight(status: int, message: str, scopes: Sequence[str]) -> Mapping[str, Any]:
    if status == 403 and scopes:
        wanted = ", ".join(scopes)
        text = f"The connected client lacks a right. This call needs {wanted}: grant it at the vendor and reconnect."
        return {"forbidden_error": {"description": text, "value": {"missing_scopes": list(scopes)}}}
    if status == 429:
        return {
            "rate_limit_error": {
                "description": "The vendor's rate limit is reached: wait as retry-after says."
            }
        }
    return {"remote_error": {"description": message}}


def _headers(answer: Answer) -> Mapping[str, str]:
    if answer.status == 429 or "retry-after" in answer.headers:
        return {"retry-after": str(retry_after(answer))}
    return {}


def retry_after(answer: Answer) -> int:
    """Whole seconds, at least 1, at most an hour; a few where the vendor does not say."""
    stated = answer.headers.get("retry-after", "")
    return (
        min(max(int(stated), 1), 3600)
        if stated.isascii() and stated.isdigit() and len(stated) < 10
        else PAUSE
    )

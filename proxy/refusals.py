"""Turns a vendor's error answer into the problem that the caller sees, and notes what it means for the account."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth.connections import Connection, Connections
from proxy.answer import Answer
from proxy.headers import OF_THE_BODY, handed_on, without
from schemas.errors import RemoteProblem

TITLES = {
    401: "The vendor refused the credentials.",
    403: "The vendor does not allow this call.",
    404: "The vendor has no such record.",
    429: "The vendor's rate limit is reached.",
}
# What speaks of the vendor's body, of its place, or of the moment: the envelope has its own.
NOT_FORWARDED = OF_THE_BODY | {
    b"content-disposition",
    b"content-language",
    b"content-location",
    b"content-range",
    b"content-security-policy",
    b"content-type",
    b"date",
    b"etag",
    b"last-modified",
    b"location",
    b"truto-is-remote-error",
    b"x-content-type-options",
}


async def refuse(
    connections: Connections, connection: Connection, answer: Answer, scopes: Sequence[str] = ()
) -> RemoteProblem:
    """The problem to raise for an answer that is no success. `scopes`: what the call needs, for a 403.

    A 401 marks the account `needs_reauth`, a 403 is noted on it.
    """
    message = _message(answer)
    if answer.status == 401:
        await connections.note_refused(connection, message)
    if answer.status == 403:
        await connections.note_forbidden(connection, message, scopes)
    return RemoteProblem(
        message,
        status=answer.status if _is_error(answer.status) else 502,
        raw=answer.raw(),
        insight=_insight(answer, message, scopes),
        reason=_reason(answer.status),
        headers=_headers(answer),
    )


def _message(answer: Answer) -> str:
    said = answer.complaint() or TITLES.get(answer.status)
    if said:
        return said
    words = answer.words()
    return (
        f"The vendor answered {answer.status}: {words}" if words else f"The vendor answered {answer.status}."
    )


def _reason(status: int) -> str | None:
    if status == 401:
        return "needs_reauth"
    return None if _is_error(status) else "vendor_invalid_response"


def _is_error(status: int) -> bool:
    """Redirects are not followed, and what HTTP does not know can't be answered with."""
    return 400 <= status <= 599


def _insight(answer: Answer, message: str, scopes: Sequence[str]) -> Mapping[str, Any]:
    if answer.status == 403:
        wanted = ", ".join(scopes)
        grant = f"This call needs {wanted}: grant it at the vendor and reconnect."
        text = f"The connected client lacks a right. {grant}" if scopes else message
        return {"forbidden_error": {"description": text, "value": {"missing_scopes": list(scopes)}}}
    if answer.status == 429:
        wait = answer.headers.get("retry-after", "1")
        text = f"The vendor's rate limit is reached: call again in {wait} s, as retry-after says."
        return {"rate_limit_error": {"description": text}}
    return {"remote_error": {"description": message}}


def _headers(answer: Answer) -> Mapping[str, str]:
    """The vendor's end-to-end headers; several of one name are one list."""
    found: dict[str, str] = {}
    for raw_name, raw_value in without(handed_on(answer.headers.raw, answer.status), NOT_FORWARDED):
        name, value = raw_name.decode("latin-1"), answer.hide(raw_value.decode("latin-1"))
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found

"""Error answers and JSON as NetSuite words them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from sandbox.netsuite.switches import Switches

W3 = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"
RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    429: "Bad Request",
    500: "Internal Server Error",
}
MEDIA = "application/vnd.oracle.resource+json"


@dataclass(eq=False)  # not frozen, for an exception's traceback is written to it
class Refusal(Exception):
    """One error answer: `more` are members of its detail (`o:errorPath` …), `top` members beside the status."""

    status: int
    code: str
    detail: str
    more: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    title: str | None = None
    section: str = ""
    top: Mapping[str, str] | None = None

    def response(self, switches: Switches) -> Response:
        type_ = f"{MEDIA}; type=error"
        return Response(self.body(switches), self.status, dict(self.headers or {}), media_type=type_)

    def body(self, switches: Switches) -> bytes:
        told = {
            "type": _type(switches, self.status, self.section),
            "title": self.title or TITLES[self.status],
            "status": self.status,
            **(self.top or {}),
            "o:errorDetails": [{"detail": self.detail, "o:errorCode": self.code, **(self.more or {})}],
        }
        return orjson.dumps(told)


def answer(body: Any, *, kind: str = "singular") -> Response:
    """`kind`: singular or collection, as the content type says it."""
    return Response(orjson.dumps(body), media_type=f"{MEDIA}; type={kind}")


def problems(switches: Switches) -> dict[int, tuple[bytes, bytes]]:
    """What faults of these statuses say, with its type."""
    known = (too_many(), unexpected("jrgbpyylphhishmmlxyt"))
    return {one.status: (one.body(switches), f"{MEDIA}; type=error".encode()) for one in known}


def too_many(headers: Mapping[str, str] | None = None) -> Refusal:
    """The account's pool is used up."""
    detail = "Concurrent request limit exceeded. Request blocked."
    top = {"o:errorCode": "USER_ERROR"}
    return Refusal(429, "CONCURRENCY_LIMIT_EXCEEDED", detail, top=top, headers=headers)


def unexpected(id_: str) -> Refusal:
    """An internal failure; the id differs each time."""
    return Refusal(500, "UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {id_}")


def not_found(detail: str = "Record does not exist.") -> Refusal:
    return Refusal(404, "NONEXISTENT_ID", detail)


def forbidden(permission: str) -> Refusal:
    """Where the role lacks a permission."""
    detail = f"Permission Violation: You need the '{permission}' permission to access this page."
    return Refusal(403, "INSUFFICIENT_PERMISSION", f"{detail} Please contact your account administrator.")


def _type(switches: Switches, status: int, section: str) -> Any:
    if switches.error_type == "rfc":
        return f"{RFC}.{status // 100 + 1}.{status % 100 + 1}"
    if switches.error_type == "object":
        return {"uri": W3}
    return W3 + section

"""What callers hear of bytes that never became a request: the same envelope as of every other error."""

import logging
import secrets
from collections.abc import Iterable

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from schemas.envelope import error_body
from schemas.errors import InvalidRequest, Refused

LATE = Refused("The request's headers took too long to arrive.", status=408, reason="request_timeout")

log = logging.getLogger(__name__)


def refusal(problem: Refused, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A whole answer, after which the connection closes. `headers` stand in every answer of the server."""
    log.info("refused before it was a request: %d %s", problem.status, problem.reason)
    request_id = secrets.token_hex(16)
    body = orjson.dumps(error_body(problem, request_id))
    lines = [
        *headers,
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    text = b"".join(b"%s: %s\r\n" % line for line in lines)
    return STATUS_LINE[problem.status] + text + b"\r\n" + body


def too_large(message: str) -> Refused:
    return Refused(message, status=431, reason="headers_too_large")


def not_http(error: httptools.HttpParserError) -> InvalidRequest:
    """In the parser's words where it has any: they quote nothing of the request."""
    words = str(error) if type(error) is httptools.HttpParserError else ""
    return InvalidRequest(f"The request is not HTTP/1.1: {words or 'its first line can not be read'}.")

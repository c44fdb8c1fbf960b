"""A request's head as bytes: what is in it as it stands, and the framing that its body needs."""

import re
from functools import lru_cache

import httpx

BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE")  # others say so where they bring no body (RFC 9110 §8.6)
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def request_head(request: httpx.Request, length: int | None) -> bytes:
    """The request line and headers as they stand, with the framing that the body needs."""
    lines = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    if "host" not in request.headers:
        lines.append(b"Host: " + request.url.netloc)
    for name, value in request.headers.raw:
        if name.lower() == b"transfer-encoding":
            continue
        if not _is_token(name):
            raise httpx.LocalProtocolError("The request holds control characters", request=request)
        lines.append(b"%b: %b" % (name, value))
    if framing := _framing(request, length):
        lines.append(framing)
    text = b"\n".join(lines)
    if CONTROL.search(text) or text.count(b"\n") != len(lines) - 1:
        raise httpx.LocalProtocolError("The request holds control characters", request=request)
    return text.replace(b"\n", b"\r\n") + b"\r\n\r\n"


def _framing(request: httpx.Request, length: int | None) -> bytes:
    """The header that says where the body ends, if the request has a body and does not say so itself."""
    if "content-length" in request.headers:
        return b""
    if length is None:
        return b"Transfer-Encoding: chunked"
    return b"Content-Length: %d" % length if length or request.method not in BODILESS else b""


def body_length(request: httpx.Request) -> int | None:
    """How many bytes the body has; None: nobody knows yet. Raises LocalProtocolError where it is said wrongly."""
    given = request.headers.get_list("content-length")
    if len(given) > 1 or (given and not (given[0].isascii() and given[0].isdigit())):
        raise httpx.LocalProtocolError("The request's Content-Length is not one number", request=request)
    said = int(given[0]) if given else None
    if not isinstance(request.stream, httpx.ByteStream):
        return said
    length = len(request.content)
    if said not in (None, length):
        raise httpx.LocalProtocolError("The body is not as long as its Content-Length", request=request)
    return length


@lru_cache(1024)
def _is_token(name: bytes) -> bool:
    return TOKEN.fullmatch(name) is not None

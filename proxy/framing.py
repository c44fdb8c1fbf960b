"""A request's head as bytes: what is in it as it stands, and the framing that its body needs."""

import re

import httpx

BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE")  # others say so where they bring no body (RFC 9110 §8.6)
# All of it at once, each line behind a single line feed: a header's name is a token, nothing holds a control character.
HEAD = re.compile(
    rb"[^\x00-\x08\x0a-\x1f\x7f]+\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\x00-\x08\x0a-\x1f\x7f]*\n)+"
)


def request_head(request: httpx.Request, length: int | None) -> bytes:
    """The request line and headers as they stand, with the framing that the body needs."""
    has_host = has_length = False
    lines = []
    for name, value in request.headers.raw:
        lower = name.lower()
        if lower == b"transfer-encoding":
            continue
        has_host = has_host or lower == b"host"
        has_length = has_length or lower == b"content-length"
        lines.append(b"%b: %b\n" % (name, value))
    first = b"%b %b HTTP/1.1\n" % (request.method.encode(), request.url.raw_path)
    host = b"" if has_host else b"Host: %b\n" % request.url.netloc
    framing = b"" if has_length else _framing(request, length)
    text = b"".join((first, host, *lines, framing))
    if HEAD.fullmatch(text) is None:
        raise httpx.LocalProtocolError("The request holds control characters", request=request)
    return text.replace(b"\n", b"\r\n") + b"\r\n"


def _framing(request: httpx.Request, length: int | None) -> bytes:
    """The header that says where the body ends, if the request has a body."""
    if length is None:
        return b"Transfer-Encoding: chunked\n"
    return b"Content-Length: %d\n" % length if length or request.method not in BODILESS else b""


def body_length(request: httpx.Request) -> int | None:
    """How many bytes the body has; None: nobody knows yet. Raises LocalProtocolError where it is said wrongly."""
    given = [value for name, value in request.headers.raw if name.lower() == b"content-length"]
    if len(given) > 1 or (given and not given[0].isdigit()):
        raise httpx.LocalProtocolError("The request's Content-Length is not one number", request=request)
    said = int(given[0]) if given else None
    if not isinstance(request.stream, httpx.ByteStream):
        return said
    length = len(request.content)
    if said not in (None, length):
        raise httpx.LocalProtocolError("The body is not as long as its Content-Length", request=request)
    return length

"""Where a passthrough call goes: the caller's path and query byte for byte below the vendor's base, or refused."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import httpx

from schemas.errors import InvalidRequest

DEEPEST = 8  # times a path may be percent-encoded over; each is undone and looked at
FORBIDDEN = re.compile(rb"[\x00-\x1f\x7f\\]")
# `..;x` is a dot segment too: some servers cut a segment's parameters off before they resolve it.
DOT_SEGMENT = re.compile(rb"(?:^|/)\.{1,2}(?:[/;]|$)")
ABSOLUTE = re.compile(rb"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)


def vendor_path(raw_path: bytes, room: bytes) -> bytes:
    """What follows `/proxy/` (or another `room`) in a request's raw path, without a leading slash, as it was written.

    Raises `InvalidRequest` `invalid_path` for what could lead, for some reader of it, out of the vendor's base. An
    encoded slash is let through: ids may hold one.
    """
    first, _, path = raw_path.lstrip(b"/").partition(b"/")
    if unquote_to_bytes(first) != room:
        raise _refused(f"write its first part plainly, as /{room.decode()}/")
    if not path.isascii():
        raise _refused("percent-encode what is not ASCII")
    form = path
    for _ in range(DEEPEST):
        _check(form)
        plainer = unquote_to_bytes(form)
        if plainer == form:
            return path
        form = plainer
    raise _refused(f"it is percent-encoded more than {DEEPEST} times over")


def _check(path: bytes) -> None:
    if FORBIDDEN.search(path):
        raise _refused("it holds a backslash or a control character")
    if path.startswith(b"/"):
        raise _refused("it begins with two slashes")
    if ABSOLUTE.match(path):
        raise _refused("it is an absolute URL; give the path below the vendor's API base")
    if DOT_SEGMENT.search(path):
        raise _refused("it holds a dot segment")


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"This path can't be called: {why}.", reason="invalid_path")


def exact_url(base_url: str, path: bytes, query: bytes) -> httpx.URL:
    """`path` and `query` below the base as they stand: httpx encodes anew what it reads, so it does not read them.

    An empty query leaves no question mark. Both must be ASCII.
    """
    base = _read(base_url)
    url = httpx.URL(base)
    url._uri_reference = base._uri_reference._replace(
        path=f"{base.raw_path.decode().rstrip('/')}/{path.decode()}", query=query.decode() or None
    )
    return url


@lru_cache(1024)
def _read(base_url: str) -> httpx.URL:
    return httpx.URL(base_url)

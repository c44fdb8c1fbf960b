"""Which headers pass through in each direction: end-to-end ones, except those that speak for the gateway's own side."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin

Header = tuple[bytes, bytes]
Headers = list[Header]

# RFC 9110, 7.6.1, with the older names that it lists.
HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"trailers", b"transfer-encoding", b"upgrade"}
)
# What speaks to the gateway, of its caller, or would make the vendor's front read another request.
OURS = frozenset(
    {
        b"authorization",
        b"baggage",  # with traceparent and tracestate: what the caller's own tracing says of it
        b"cookie",
        b"expect",
        b"forwarded",
        b"host",
        b"idempotency-key",
        b"traceparent",
        b"tracestate",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
        b"x-original-url",
        b"x-real-ip",
        b"x-request-id",
        b"x-request-timeout",
        b"x-rewrite-url",
    }
)
NOT_SENT = HOP_BY_HOP | OURS
NOT_SENT_PREFIXES = (b"proxy-", b"x-forwarded-", b"x-koine-")
# What would act on the gateway's own origin, or speaks of the vendor's connection.
NOT_HANDED_ON = HOP_BY_HOP | {
    b"alt-svc",
    b"clear-site-data",
    b"public-key-pins",
    b"public-key-pins-report-only",
    b"server",
    b"set-cookie",
    b"set-cookie2",
    b"strict-transport-security",
    b"truto-is-remote-error",
    b"via",
}
NOT_HANDED_ON_PREFIXES = (b"proxy-", b"access-control-")
# Of a body that is taken apart and put together anew.
OF_THE_BODY = frozenset(
    {
        b"accept-ranges",
        b"content-digest",
        b"content-encoding",
        b"content-length",
        b"content-md5",
        b"digest",
        b"repr-digest",
    }
)
BODY = frozenset({b"content-encoding", b"content-language", b"content-length", b"content-type"})
REMOTE_ERROR = (b"truto-is-remote-error", b"true")
CAGE = (b"content-security-policy", b"sandbox")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
# Types that a browser shows as a page, and those that it looks into for itself (WHATWG, MIME Sniffing, 7).
PAGES = frozenset({b"multipart/x-mixed-replace", b"text/xsl"})
SNIFFED = frozenset({b"", b"*/*", b"application/unknown", b"unknown/unknown"})
ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:")
UNDONE = (b"gzip", b"x-gzip", b"deflate")  # the encodings that the gateway can undo


def sent(headers: Iterable[Header], defaults: Sequence[tuple[str, str]]) -> Headers:
    """What of a caller's headers goes to the vendor; a provider's `defaults` fill the gaps.

    A `Content-Length` stays unless the body is chunked. An `accept` that takes anything is a gap. Names are lower case.
    """
    given = list(headers)
    named = _named(given)
    gone = NOT_SENT | named if named else NOT_SENT
    found = [
        header for header in given if header[0] not in gone and not header[0].startswith(NOT_SENT_PREFIXES)
    ]
    if _has(given, b"transfer-encoding"):
        found = without(found, {b"content-length"})
    for name, value in defaults:
        found = _filled(found, name.encode(), value.encode())
    return found


def handed_on(headers: Iterable[Header], status: int) -> Headers:
    """What of a vendor's headers goes to the caller, and what is added. Names become lower case."""
    given = [(name.lower(), value) for name, value in headers]
    named = _named(given)
    gone = NOT_HANDED_ON | named if named else NOT_HANDED_ON
    found = [
        (b"x-upstream-request-id", value) if name == b"x-request-id" else (name, value)
        for name, value in given
        if name not in gone and not name.startswith(NOT_HANDED_ON_PREFIXES)
    ]
    # A 304 names the length of what it does not send; servers count what they send.
    if status in (204, 304) or _has(given, b"transfer-encoding"):
        found = without(found, {b"content-length"})
    if status >= 400:
        found.append(REMOTE_ERROR)
    return _caged(found)


def located(headers: Headers, url: str) -> Headers:
    """A relative `location` made absolute. As it stands it would name a place on the gateway, and a caller that follows
    it would go there with its token. `url`: what was asked of the vendor.
    """
    if not _has(headers, b"location"):
        return headers
    return [(name, _absolute(value, url) if name == b"location" else value) for name, value in headers]


def without(headers: Iterable[Header], names: Iterable[bytes]) -> Headers:
    gone = frozenset(names)
    return [header for header in headers if header[0] not in gone]


def value_of(headers: Iterable[Header], name: bytes) -> bytes:
    """All values of a header as one list; empty where there is none."""
    return b", ".join([value for found, value in headers if found == name])


def readable(headers: Headers) -> Headers:
    """For an answer that the gateway reads itself: of the encodings that the caller takes, those it can undo."""
    offered = value_of(headers, b"accept-encoding").lower().split(b",")
    kept = [coding.strip() for coding in offered if coding.split(b";")[0].strip() in UNDONE]
    found = without(headers, {b"accept-encoding"})
    return [*found, (b"accept-encoding", b", ".join(kept))] if kept else found


def accepts_json(headers: Iterable[Header]) -> bool:
    """Whether an `accept` takes JSON: none at all does, and `q=0` does not."""
    accept = value_of(headers, b"accept").decode("latin-1").lower()
    if accept == "application/json":
        return True
    return not accept.strip() or any(map(_takes_json, accept.split(",")))


def is_json(headers: Iterable[Header]) -> bool:
    """Whether a body says of itself that it is JSON."""
    kind = media_type(headers)
    return kind == b"application/json" or kind.endswith(b"+json")


def media_type(headers: Iterable[Header]) -> bytes:
    return value_of(headers, b"content-type").split(b";")[0].strip().lower()


def _takes_json(option: str) -> bool:
    kind, *parameters = (part.strip() for part in option.split(";"))
    refused = any(
        parameter.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for parameter in parameters
    )
    return not refused and (kind in ("*/*", "application/*", "application/json") or kind.endswith("+json"))


def _absolute(reference: bytes, url: str) -> bytes:
    """What can't be read as a reference leads nowhere, and stays."""
    if ABSOLUTE.match(reference):
        return reference
    try:
        return urljoin(url, reference.decode("latin-1")).encode("latin-1")
    except ValueError:
        return reference


def _has(headers: Headers, name: bytes) -> bool:
    return name in [found for found, _ in headers]


def _named(headers: Iterable[Header]) -> frozenset[bytes]:
    """The hop-by-hop headers that `Connection` names."""
    value = value_of(headers, b"connection").lower()
    return frozenset(name.strip() for name in value.split(b",")) if value else frozenset()


def _filled(headers: Headers, name: bytes, value: bytes) -> Headers:
    given = value_of(headers, name).strip()
    if given and not (name == b"accept" and given == b"*/*"):
        return headers
    return [*without(headers, {name}), (name, value)]


def _caged(headers: Headers) -> Headers:
    """A page of the vendor's must not run as one of the gateway's. Several policies bind together."""
    kinds = [value.split(b";")[0].strip().lower() for name, value in headers if name == b"content-type"]
    if not any(map(_is_page, kinds or [b""])):
        return headers
    return [*without(headers, {NO_SNIFFING[0]}), CAGE, NO_SNIFFING]


def _is_page(kind: bytes) -> bool:
    return (
        b"html" in kind
        or kind.endswith((b"/xml", b"+xml"))
        or b"/" not in kind
        or kind in PAGES
        or kind in SNIFFED
    )

"""Where the same window goes in the end: which addresses a link token may name, and the result in their query."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

LONGEST = 2048
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
APP = re.compile(r"[a-z][a-z0-9+.-]*")
# Schemes that a browser runs, shows or hands to something else than one app.
NOT_APPS = frozenset(
    (
        *(
            "about",
            "blob",
            "chrome",
            "content",
            "data",
            "file",
            "filesystem",
            "ftp",
            "http",
            "https",
            "intent",
        ),
        *("jar", "javascript", "mailto", "resource", "sms", "tel", "vbscript", "view-source", "ws", "wss"),
    )
)


def complaint(uri: str) -> str | None:
    """What is wrong with a `redirect_uri`; None where it is an https, a local http or an app's own address."""
    if len(uri) > LONGEST or not uri.isascii() or not uri.isprintable() or set(uri) & set(" \"'<>\\^`{|}"):
        return f"must be a URL of at most {LONGEST} characters, with all but plain ASCII percent-encoded"
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "must be a URL"
    if "#" in uri:
        return "must have no fragment"
    if parts.scheme in ("http", "https"):
        return _web_complaint(uri, parts.scheme, parts.netloc, host, port)
    if not APP.fullmatch(parts.scheme) or parts.scheme in NOT_APPS or not uri.startswith(parts.scheme + ":/"):
        return "must begin with https://, with http://localhost, or with an app's own scheme"
    return None


def _web_complaint(uri: str, scheme: str, netloc: str, host: str | None, port: int | None) -> str | None:
    if not uri.startswith(f"{scheme}://") or not HOST.fullmatch(netloc) or port == 0:
        return "must name a host, without a user, as in https://app.example.com/connected"
    if scheme == "http" and host not in LOCAL:
        return "must be https, but for localhost"
    return None


def with_result(uri: str, message: Mapping[str, object]) -> str:
    """The address with the result's members in its query, `is_truto` and what is null left out."""
    told = ("result", "integration", "integrated_account_id", "error", "error_type")
    query = urlencode({name: message[name] for name in told if message.get(name) is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"

"""Where an authorization may lead back to, and the address with the answer on it."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def registered(listed: str, uri: str) -> bool:
    """Exactly one of a comma list or, where that is empty, any loopback address that ends in /callback."""
    if listed:
        return uri in listed.split(",")
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    ours = parts.scheme in ("http", "https") and parts.hostname in LOOPBACK and "@" not in parts.netloc
    return ours and parts.path.endswith("/callback") and not parts.fragment


def answered(uri: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The URI with further parameters behind those that it has."""
    parts = urlsplit(uri)
    kept = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*kept, *pairs])))

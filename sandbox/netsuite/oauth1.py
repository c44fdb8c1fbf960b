"""Token-based authentication: OAuth 1.0a signatures (RFC 5849) checked as NetSuite checks them."""

import base64
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

from sandbox.clock import Clock
from sandbox.netsuite.audit import LoginFailed
from sandbox.netsuite.hosts import site_of
from sandbox.netsuite.registry import AccessToken, Actor, Registry

PAIR = re.compile(r'\s*([A-Za-z0-9_]+)="([^"]*)"\s*(?:,|$)')
NEEDED = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce")
WINDOW = 300  # seconds that a timestamp may lie off
SHORTEST_NONCE = 6
REMEMBERED = 50_000  # signed requests, so that a second one like them is noticed

Pairs = Iterable[tuple[str, str]]


class Signatures:
    """What one account has seen signed. Timestamps are held against the clock that callers have, too."""

    def __init__(self, account: str, registry: Registry, clock: Clock) -> None:
        self.account, self.registry, self.clock = account, registry, clock
        self._seen: set[tuple[str, ...]] = set()
        self._order: deque[tuple[str, ...]] = deque()

    def actor(self, request: Request) -> Actor:
        """Who has signed the request. Raises LoginFailed."""
        given = read_header(request.headers["authorization"])
        missing = [name for name in (*NEEDED, "realm", "oauth_signature") if not given.get(name)]
        if missing:
            raise LoginFailed(f"no {', '.join(missing)}")
        token = self._token(given)
        self._check_terms(given)
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        base = base_string(request.method, _url(request), [*query, *_signed(given)])
        expected = signature(base, token.actor.integration.client_secret, token.secret)
        if not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise LoginFailed("the signature is wrong")
        self._remember(tuple(given[name] for name in NEEDED))
        return token.actor

    def _token(self, given: Mapping[str, str]) -> AccessToken:
        token = self.registry.tokens.get(given["oauth_token"])
        if token is None or token.actor.integration.client_id != given["oauth_consumer_key"]:
            raise LoginFailed("consumer key and token are not known together")
        if given["realm"].upper() != self.account:
            raise LoginFailed("the realm is another account")
        return token

    def _check_terms(self, given: Mapping[str, str]) -> None:
        if given["oauth_signature_method"] != "HMAC-SHA256" or given.get("oauth_version", "1.0") != "1.0":
            raise LoginFailed("the signature method or version is not offered")
        if len(given["oauth_nonce"]) < SHORTEST_NONCE:
            raise LoginFailed("the nonce is too short")
        stamp = given["oauth_timestamp"]
        if not re.fullmatch("[0-9]{1,12}", stamp) or abs(int(stamp) - self.clock.outside()) > WINDOW:
            raise LoginFailed("the timestamp is out of bounds")

    def _remember(self, call: tuple[str, ...]) -> None:
        if call in self._seen:
            raise LoginFailed("timestamp and nonce were used before")
        self._seen.add(call)
        self._order.append(call)
        if len(self._order) > REMEMBERED:
            self._seen.remove(self._order.popleft())


def read_header(text: str) -> dict[str, str]:
    """The pairs of an `Authorization: OAuth …` header, decoded; empty where it cannot be read."""
    rest, found = text.partition(" ")[2].strip(), {}
    while rest:
        pair = PAIR.match(rest)
        if pair is None:
            return {}
        found[unquote(pair[1])] = unquote(pair[2])
        rest = rest[pair.end() :]
    return found


def base_string(method: str, url: str, pairs: Pairs) -> str:
    """What is signed: `url` is without its query, `pairs` are the query's and those of the header."""
    encoded = sorted((_pct(name), _pct(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    return f"{method.upper()}&{_pct(url)}&{_pct(parameters)}"


def signature(base: str, consumer_secret: str, token_secret: str) -> str:
    """HMAC-SHA256 in base64."""
    key = f"{_pct(consumer_secret)}&{_pct(token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def _signed(given: Mapping[str, str]) -> Pairs:
    """All that the header says of OAuth: libraries add more than the standard names."""
    return [
        (name, value)
        for name, value in given.items()
        if name.startswith("oauth_") and name != "oauth_signature"
    ]


def _url(request: Request) -> str:
    path: bytes = request.scope["raw_path"]
    return site_of(request).root + path.decode("latin-1")


def _pct(text: str) -> str:
    return quote(text, safe="-._~")

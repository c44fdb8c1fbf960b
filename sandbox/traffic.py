"""What a stand-in saw and sent: counters, and the last requests as they came over the wire."""

import hashlib
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.token_calls import TokenCalls

KEPT = 2000
SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "x-coupa-api-key", "x_coupa_api_key", "proxy-authorization"}
)
SECRET_WORDS = re.compile(
    r"((?:client_secret|code|code_verifier|refresh_token|access_token|api_key|password)=)([^&]+)"
)


def digest(secret: str) -> str:
    """A short mark by which two secrets can be told apart, but not learned."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:12]


@dataclass
class Exchange:
    """One request and the answer to it, as far as it went."""

    method: str
    path: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    sent: int = 0
    refresh_token: str | None = None

    def shown(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.target,
            "headers": self.headers,
            "body_sha256": hashlib.sha256(self.body).hexdigest(),
            "body_length": len(self.body),
            "status": self.status,
            "bytes_sent": self.sent,
        }


@dataclass
class Traffic:
    """`is_token` tells the paths at which tokens are issued."""

    is_token: Callable[[str], bool]
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    in_flight: int = 0
    in_flight_max: int = 0
    refused: int = 0
    token_requests: int = 0
    token_calls: TokenCalls = field(default_factory=TokenCalls)
    by_path: Counter[str] = field(default_factory=Counter)
    log: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))

    def begin(self, exchange: Exchange) -> None:
        self.requests += 1
        self.bytes_received += len(exchange.body)
        if self.is_token(exchange.path):
            self.token_requests += 1
            query = exchange.target.partition("?")[2]
            exchange.refresh_token = self.token_calls.begin(query, exchange.body)
        self.by_path[exchange.path] += 1
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)
        self.log.append(exchange)

    def end(self, exchange: Exchange) -> None:
        self.in_flight -= 1
        self.token_calls.end(exchange.refresh_token)
        self.bytes_sent += exchange.sent
        self.refused += exchange.status in (429, 503)

    def stats(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "bytes_sent": self.bytes_sent,
            "bytes_received": self.bytes_received,
            "in_flight": self.in_flight,
            "in_flight_max": self.in_flight_max,
            "refused": self.refused,
            "token_requests": self.token_requests,
            **self.token_calls.stats(),
            "by_path": dict(self.by_path),
        }

    def reset(self) -> None:
        """Counters go back to nothing; calls under way stay counted as such. The log is emptied."""
        self.requests = self.bytes_sent = self.bytes_received = self.refused = self.token_requests = 0
        self.in_flight_max = self.in_flight
        self.token_calls.reset()
        self.by_path.clear()
        self.log.clear()


def shown_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; credentials as a digest."""
    shown: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        text = digest(text) if key in SECRET_HEADERS else text
        shown[key] = f"{shown[key]}, {text}" if key in shown else text
    return shown


def shown_target(path: bytes, query: bytes) -> str:
    """Path and query as sent; values of secret parameters as a digest."""
    target = path + b"?" + query if query else path
    return SECRET_WORDS.sub(lambda found: found[1] + digest(found[2]), target.decode("latin-1"))

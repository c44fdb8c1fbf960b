"""What a stand-in saw at its token endpoint: calls by grant, and how many held the same refresh token at once."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass
class TokenCalls:
    """Counted where requests come in, so that a slow answer counts for as long as it is waited for."""

    by_grant: Counter[str] = field(default_factory=Counter)
    refresh_in_flight_max: int = 0
    _under_way: Counter[str] = field(default_factory=Counter)

    def begin(self, query: str, body: bytes) -> str | None:
        """Counts a call; what it returns is handed to `end`."""
        form = {**parse_qs(query), **parse_qs(body.decode("utf-8", "replace"))}
        self.by_grant[form.get("grant_type", ["none"])[0]] += 1
        token = form.get("refresh_token", [None])[0]
        if token:
            self._under_way[token] += 1
            self.refresh_in_flight_max = max(self.refresh_in_flight_max, self._under_way[token])
        return token

    def end(self, token: str | None) -> None:
        if token:
            self._under_way[token] -= 1
            self._under_way += Counter()  # drops what has come to nothing

    def stats(self) -> dict[str, Any]:
        return {
            "token_requests_by_grant": dict(self.by_grant),
            "refresh_in_flight_max": self.refresh_in_flight_max,
        }

    def reset(self) -> None:
        """Calls under way stay counted as such."""
        self.by_grant.clear()
        self.refresh_in_flight_max = max(self._under_way.values(), default=0)

"""What this process holds of tokens, so that a warm call asks neither the vendor nor the database."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from auth.connection import Connection
from auth.grants import Token
from providers.schemes import ClientCredentials
from schemas.errors import Problem

MOST_KEPT = 10_000


@dataclass
class Kept:
    """What is known of one version of an account's credentials.

    `refused`: the access token that the vendor has turned down. `is_scopeless`: the vendor turned the scopes down and
    gave a token without. `failure` stands until `retry_at`.
    """

    connection: Connection
    token: Token | None = None
    refused: str | None = None
    is_scopeless: bool = False
    failure: Problem | None = None
    failures: int = 0
    retry_at: float = 0.0
    used_at: float = 0.0

    def living(self, now: float) -> Token | None:
        """The token, unless it has expired or was turned down."""
        token = self.token
        if token is None or now >= token.expires_at or token.value == self.refused:
            return None
        return token

    @property
    def is_renewable(self) -> bool:
        """Whether there is something to renew the token with; one without serves to its end."""
        is_mintable = isinstance(self.connection.scheme, ClientCredentials)
        return self.token is not None and (is_mintable or self.token.refresh_token is not None)

    def is_due(self, now: float) -> bool:
        """Whether the token is to be renewed while it serves."""
        token = self.token
        return token is not None and self.is_renewable and now >= max(token.renew_at, self.retry_at)

    def take(self, token: Token, *, is_scopeless: bool) -> None:
        """From here on this token is used."""
        self.token, self.is_scopeless = token, is_scopeless
        self.failure, self.failures, self.retry_at = None, 0, 0.0

    def rest(self, problem: Problem, until: float) -> Problem:
        """No renewal until then; whoever has no token hears of the problem."""
        self.failure, self.retry_at = problem, until
        return problem


class Shelf:
    """The tokens used last, by account and version of its credentials."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def of(self, connection: Connection) -> Kept:
        key = key_of(connection)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = Kept(connection)
        kept.connection = connection
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    def due(self, now: float, used_after: float) -> Iterator[Kept]:
        """What has been used since and is to be renewed now."""
        for kept in tuple(self._kept.values()):
            if kept.used_at > used_after and kept.is_due(now):
                yield kept


def key_of(connection: Connection) -> str:
    return f"{connection.account_id}/{connection.version}"

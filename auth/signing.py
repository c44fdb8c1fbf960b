"""Authentication as a conversation: sign, look at the answer, renew what was turned down, sign once more."""

from typing import Protocol

import httpx

from auth.connection import Connection
from auth.grants import Token
from auth.oauth1 import authorization
from auth.renewal import Renewals
from providers.schemes import ApiKey, OAuth1, TokenScheme

MOST_REPLAYED = 1024 * 1024  # bytes of a body that is kept for a repeat


class Signer(Protocol):
    """The conversation for one attempt of a call; its errors are those of `Renewals.token`."""

    async def sign(self, request: httpx.Request) -> None:
        """Before each sending."""

    async def is_to_be_sent_again(self, request: httpx.Request, answer: httpx.Response) -> bool:
        """Signed anew. A request whose body streams can't be: its answer stands, and the next call has a new token."""


def signer(connection: Connection, renewals: Renewals) -> Signer:
    if isinstance(connection.scheme, ApiKey):
        return _Key(connection.scheme, connection.value(connection.scheme.fields[0].name))
    if isinstance(connection.scheme, OAuth1):
        return _Signature(connection, connection.scheme)
    return _Bearer(connection, connection.scheme, renewals)


class _Key:
    def __init__(self, scheme: ApiKey, key: str) -> None:
        self._header = scheme.header
        self._value = scheme.prefix + key

    async def sign(self, request: httpx.Request) -> None:
        request.headers[self._header] = self._value

    async def is_to_be_sent_again(self, request: httpx.Request, answer: httpx.Response) -> bool:
        return False


class _Signature:
    def __init__(self, connection: Connection, scheme: OAuth1) -> None:
        self._connection, self._scheme = connection, scheme
        self._was_refused = False

    async def sign(self, request: httpx.Request) -> None:
        request.headers["authorization"] = authorization(self._connection, self._scheme, request)

    async def is_to_be_sent_again(self, request: httpx.Request, answer: httpx.Response) -> bool:
        """Once, after a 401: vendors under load have been seen to turn good signatures down."""
        if answer.status_code != 401 or self._was_refused or not is_replayable(request):
            return False
        self._was_refused = True
        return True


class _Bearer:
    """A token turned down is tried again when it is ripe, else renewed, once; what comes after that stands.

    A vendor that turns down tokens too young to be known everywhere turns down a renewed one as well at first.
    """

    def __init__(self, connection: Connection, scheme: TokenScheme, renewals: Renewals) -> None:
        self._connection = connection
        self._ready_after = scheme.ready_after
        self._renewals = renewals
        self._token: Token | None = None
        self._is_renewed = False
        self._has_ripened = False

    async def sign(self, request: httpx.Request) -> None:
        if self._token is None:
            self._token = await self._renewals.token(self._connection)
        request.headers["authorization"] = f"Bearer {self._token.value}"

    async def is_to_be_sent_again(self, request: httpx.Request, answer: httpx.Response) -> bool:
        if answer.status_code != 401 or self._token is None:
            return False
        wait = 0.0 if self._has_ripened else self._ripe_in(self._token)
        if wait <= 0:
            if self._is_renewed:
                return False
            self._token = await self._renewals.token(self._connection, refused=self._token)
            self._is_renewed, self._has_ripened = True, False
        if not is_replayable(request):
            return False
        if wait > 0:
            self._has_ripened = True
            await self._renewals.sleep(wait)
        return True

    def _ripe_in(self, token: Token) -> float:
        """Seconds until the vendor should know it everywhere."""
        return token.minted_at + self._ready_after - self._renewals.clock()


def is_replayable(request: httpx.Request) -> bool:
    """Whether a request can be sent again: its body is at hand."""
    stream = request.stream
    return isinstance(stream, httpx.ByteStream) and len(request.content) <= MOST_REPLAYED

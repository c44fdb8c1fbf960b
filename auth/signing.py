"""Authentication as a conversation: sign, look at the answer, renew what was turned down, sign once more."""

from collections.abc import AsyncGenerator

import httpx

from auth.connection import Connection
from auth.grants import Token
from auth.oauth1 import authorization
from auth.renewal import Renewals
from providers.schemes import ApiKey, OAuth1, TokenScheme

MOST_REPLAYED = 1024 * 1024  # bytes of a body that is kept for a repeat


def signer(connection: Connection, renewals: Renewals) -> httpx.Auth:
    """The conversation for one call of this account; its errors are those of `Renewals.token`.

    A request whose body streams can't be repeated: its answer stands, and a bad token is renewed for the next call.
    """
    if isinstance(connection.scheme, ApiKey):
        return _Key(connection.scheme, connection.value(connection.scheme.fields[0].name))
    if isinstance(connection.scheme, OAuth1):
        return _Signature(connection, connection.scheme)
    return _Bearer(connection, connection.scheme, renewals)


class _Key(httpx.Auth):
    def __init__(self, scheme: ApiKey, key: str) -> None:
        self._header = scheme.header
        self._value = scheme.prefix + key

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers[self._header] = self._value
        yield request


class _Signature(httpx.Auth):
    def __init__(self, connection: Connection, scheme: OAuth1) -> None:
        self._connection, self._scheme = connection, scheme

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Signed anew, once, after a 401: vendors under load have been seen to turn good signatures down."""
        response = yield self._signed(request)
        if response.status_code == 401 and is_replayable(request):
            yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = authorization(self._connection, self._scheme, request)
        return request


class _Bearer(httpx.Auth):
    def __init__(self, connection: Connection, scheme: TokenScheme, renewals: Renewals) -> None:
        self._connection = connection
        self._ready_after = scheme.ready_after
        self._renewals = renewals

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """A token turned down is tried again when it is ripe, else renewed, once; what comes after that stands.

        A vendor that turns down tokens too young to be known everywhere turns down a renewed one as well at first.
        """
        token, tried, is_renewed = await self._renewals.token(self._connection), None, False
        while True:
            response = yield _signed(request, token)
            if response.status_code != 401:
                return
            unripe = 0.0 if token == tried else token.minted_at + self._ready_after - self._renewals.clock()
            if unripe <= 0 and is_renewed:
                return
            if unripe <= 0:
                token, is_renewed = await self._renewals.token(self._connection, refused=token), True
            if not is_replayable(request):
                return
            if unripe > 0:
                tried = token
                await self._renewals.sleep(unripe)


def is_replayable(request: httpx.Request) -> bool:
    """Whether a request can be sent again: its body is at hand."""
    stream = request.stream
    return isinstance(stream, httpx.ByteStream) and len(request.content) <= MOST_REPLAYED


def _signed(request: httpx.Request, token: Token) -> httpx.Request:
    request.headers["authorization"] = f"Bearer {token.value}"
    return request

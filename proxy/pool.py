"""aiohttp's connection pool, made to say what each request is waiting for and never to end a broken answer cleanly."""

import functools
import socket
import ssl
from contextvars import ContextVar
from typing import cast

import aiohttp
import aiohttp.abc
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_parser import RawResponseMessage
from aiohttp.tracing import Trace

from proxy.exchange import CONNECT, Exchange
from proxy.guard import Guard, GuardedResolver

current: ContextVar[Exchange] = ContextVar("exchange")


class Wire(ResponseHandler):
    """One connection. When it breaks, the body being read breaks too.

    By itself aiohttp takes a reset for the end of a body that ends with its connection, and leaves a reader waiting
    for ever when a chunk is malformed or the session is closed.
    """

    _body: aiohttp.StreamReader | None = None

    def feed_data(self, data: tuple[RawResponseMessage, aiohttp.StreamReader], size: int = 0) -> None:
        self._body = data[1]
        super().feed_data(data, size)

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None:
            self._break_body()
        super().connection_lost(exc)
        self._break_body()

    def _break_body(self) -> None:
        if self._body is not None and not self._body.is_eof() and self._body.exception() is None:
            self._body.set_exception(aiohttp.ClientPayloadError("The connection broke"))


class Pool(aiohttp.TCPConnector):
    """Connections to addresses that the guard lets through. Serves the exchange in `current`."""

    def __init__(
        self,
        guard: Guard,
        *,
        limit: int,
        limit_per_host: int,
        tls: ssl.SSLContext,
        resolver: aiohttp.abc.AbstractResolver | None,
    ) -> None:
        super().__init__(
            limit=limit,
            limit_per_host=limit_per_host,
            ssl=tls,
            resolver=GuardedResolver(guard, resolver or aiohttp.DefaultResolver()),
            socket_factory=self._new_socket,
        )
        self._guard = guard
        self._factory = cast(functools.partial[ResponseHandler], functools.partial(Wire, loop=self._loop))

    @property
    def in_use(self) -> int:
        """Connections that serve a request, or are being made for one."""
        return len(self._acquired)

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        # An answer that nobody asked for (408 to an idle connection) must not become the answer to this request.
        while connection.protocol is None or connection.protocol.should_close:
            connection.close()
            connection = await super().connect(req, traces, timeout)
        current.get().connected(connection)
        return connection

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> ResponseHandler:
        current.get().enter(CONNECT)
        return await super()._create_connection(req, traces, timeout)

    def _new_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """The last gate: sees the address that is dialled, also where the URL names it and nothing is resolved."""
        family, kind, protocol, _, address = info
        self._guard.check(str(address[0]))
        return socket.socket(family, kind, protocol)

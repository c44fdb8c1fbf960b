"""The one way out: httpx's transport interface over connections of our own, exact in bytes, errors and timeouts."""

import asyncio
from contextlib import ExitStack

import httpx

from proxy.dialing import Dialler, connect_text
from proxy.exchange import Seconds, exchange
from proxy.framing import body_length, request_head
from proxy.guard import AddressRefused, Guard, Resolver, system_resolver
from proxy.pool import CLOSED, Origin, Pool
from proxy.wire import Wire

# What is certain after a failure. Never sent: any request may be repeated. No answer: the vendor may have done it.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ANSWER = (
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
)
PORTS = {"http": 80, "https": 443}


class Transport(httpx.AsyncBaseTransport):
    """Sends a request exactly as it stands, once, to an address that the guard lets through.

    Called directly (`handle_async_request`), without `httpx.AsyncClient`. Adds no header but Host and framing, keeps
    no cookies, follows no redirect, decodes nothing and takes no proxy from the environment. Certificates are checked
    against `SSL_CERT_FILE` or `SSL_CERT_DIR`, else certifi's list. Times are in seconds; a request's
    `extensions["timeout"]` replaces those it names. `read_idle_seconds` bounds the wait for the answer's head as a
    whole, then each silence within the body. Raises `NEVER_SENT`, `NO_ANSWER`, what the request's own body raised,
    or `httpx.LocalProtocolError` and `httpx.UnsupportedProtocol` for a request that can't be sent as it stands.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        connect_seconds: float = 5.0,
        pool_seconds: float = 2.0,
        read_idle_seconds: float = 30.0,
        write_idle_seconds: float = 15.0,
        limit: int = 1000,
        limit_per_host: int = 500,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._seconds: Seconds = {
            "connect": connect_seconds,
            "pool": pool_seconds,
            "read": read_idle_seconds,
            "write": write_idle_seconds,
        }
        self._limits = (limit, limit_per_host)
        tls = httpx.create_ssl_context()
        tls.set_alpn_protocols(["http/1.1"])
        self._dialler = Dialler(guard, tls, resolver)
        self._pools: dict[asyncio.AbstractEventLoop, Pool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = _origin(request)
        length = body_length(request)
        head = request_head(request, length)
        given = request.extensions.get("timeout")
        seconds = self._seconds | given if given else self._seconds
        try:
            wire = await self._connected(origin, seconds)
            found = await exchange(wire, request, head, length, seconds)
        except AddressRefused as refused:
            raise AddressRefused(refused.address, request) from None
        except httpx.RequestError as error:
            error.request = request
            raise
        return httpx.Response(
            found.status,
            headers=found.headers,
            stream=found.body,
            request=request,
            extensions={"reason_phrase": found.reason},
        )

    @property
    def connections_in_use(self) -> int:
        """How many connections serve a request at present; the rest of the pool waits for work."""
        return sum(pool.in_use for pool in self._pools.values())

    async def aclose(self) -> None:
        """Close what the running event loop has opened; answers that are still being read break off."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            pool.close()

    def _pool(self) -> Pool:
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = Pool(*self._limits)
        return self._pools[loop]

    async def _connected(self, origin: Origin, seconds: Seconds) -> Wire:
        pool = self._pool()
        wire = pool.kept(origin)
        if wire is not None:
            return wire
        try:
            async with asyncio.timeout(seconds["pool"]):
                wire = await pool.take(origin)
        except TimeoutError:
            raise httpx.PoolTimeout("No progress within the pool timeout") from None
        return wire or await self._dialled(pool, origin, seconds["connect"])

    async def _dialled(self, pool: Pool, origin: Origin, seconds: float | None) -> Wire:
        """A new connection in the slot that was taken, which is given back unless the connection serves in it."""
        wire = Wire(pool.free)
        with ExitStack() as unless_it_serves:
            unless_it_serves.callback(pool.give_back, origin)
            await self._dial(origin, wire, seconds)
            if pool.is_closed or wire.is_closed:
                wire.abort(httpx.ReadError(CLOSED))
                raise httpx.ConnectError(CLOSED if pool.is_closed else "The connection was closed at once")
            pool.serve(wire, origin)
            unless_it_serves.pop_all()
        return wire

    async def _dial(self, origin: Origin, wire: Wire, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._dialler.dial(origin, wire)
        except TimeoutError:
            raise httpx.ConnectTimeout("No progress within the connect timeout") from None
        except OSError as error:
            raise httpx.ConnectError(connect_text(error)) from None


def _origin(request: httpx.Request) -> Origin:
    url = request.url
    host = url.raw_host.decode("ascii")
    if url.scheme not in PORTS or not host or request.method == "CONNECT":
        raise httpx.UnsupportedProtocol("Only http and https requests to a host can be sent", request=request)
    return Origin(url.scheme, host, url.port or PORTS[url.scheme])

"""The one way out: httpx's transport interface over a kept aiohttp session, exact in bytes, errors and timeouts."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import aiohttp
import aiohttp.abc
import httpx
from multidict import CIMultiDict
from yarl import URL

from proxy.exchange import PIECE, Exchange, body_failure
from proxy.guard import AddressRefused, Guard
from proxy.pool import Pool, current

# What is certain after a failure. Never sent: any request may be repeated. No answer: the vendor may have done it.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ANSWER = (
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
)

# Together these bound the head of one answer to 2 MiB of memory.
MOST_HEADERS = 128
LONGEST_HEADER = 16 * 1024


class _Body(httpx.AsyncByteStream):
    """An answer's body as it comes, still encoded. It ends cleanly only where the vendor ended it."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self._next():
            yield chunk

    async def _next(self) -> bytes:
        try:
            return await self._answer.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            await self.aclose()
            raise body_failure(error) from None

    async def aclose(self) -> None:
        """Drop the connection unless the body has ended; then it is back in the pool already."""
        if self._answer.connection is not None and self._answer.connection.transport is not None:
            self._answer.connection.transport.abort()
        self._answer.close()


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
        resolver: aiohttp.abc.AbstractResolver | None = None,
    ) -> None:
        self._guard = guard
        self._seconds: dict[str, float | None] = {
            "connect": connect_seconds,
            "pool": pool_seconds,
            "read": read_idle_seconds,
            "write": write_idle_seconds,
        }
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._resolver = resolver
        self._tls = httpx.create_ssl_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = Exchange(self._seconds | request.extensions.get("timeout", {}))
        answer = await self._send(request, exchange)
        if answer.status < 200:  # 101 ends HTTP on the connection, and what else is below is no final answer
            exchange.abort()
            answer.close()
            raise httpx.RemoteProtocolError(f"The answer has the status {answer.status}", request=request)
        return httpx.Response(
            answer.status,
            headers=list(answer.raw_headers),
            stream=_Body(answer),
            request=request,
            extensions={"reason_phrase": (answer.reason or "").encode("utf-8", "surrogateescape")},
        )

    async def _send(self, request: httpx.Request, exchange: Exchange) -> aiohttp.ClientResponse:
        url, headers = _url(request), _headers(request)
        data = _data(request, headers, exchange)
        timeout = aiohttp.ClientTimeout(total=None, sock_read=exchange.seconds["read"])
        session = self._session()
        token = current.set(exchange)
        try:
            async with exchange.timer:
                answer = await session.request(
                    request.method, url, headers=headers, data=data, allow_redirects=False, timeout=timeout
                )
                exchange.answered = True
                return answer
        except AddressRefused as refused:
            raise AddressRefused(refused.address, request) from None
        except aiohttp.InvalidURL:
            # aiohttp turns down 127.1 and 2130706433, which the system would take for addresses.
            raise AddressRefused(url.raw_host or "", request) from None
        except (aiohttp.ClientError, OSError) as error:
            raise _about(request, exchange.failure(error)) from None
        except ValueError:
            raise httpx.LocalProtocolError("The request holds control characters", request=request) from None
        except asyncio.CancelledError:
            if not session.closed or _is_cancelled():
                raise
            raise httpx.ConnectError("The transport was closed", request=request) from None
        finally:
            current.reset(token)
            if not exchange.answered:
                exchange.abort()

    @property
    def connections_in_use(self) -> int:
        """How many connections serve a request at present; the rest of the pool waits for work."""
        return sum(cast(Pool, session.connector).in_use for session in self._sessions.values())

    async def aclose(self) -> None:
        """Close what the running event loop has opened; answers that are still being read break off."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = self._open()
        return self._sessions[loop]

    def _open(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=Pool(
                self._guard,
                limit=self._limit,
                limit_per_host=self._limit_per_host,
                tls=self._tls,
                resolver=self._resolver,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            auto_decompress=False,
            trust_env=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )
        # By itself aiohttp sends a GET, PUT or DELETE again when a kept connection breaks.
        session._retry_connection = False
        return session


def _url(request: httpx.Request) -> URL:
    """The target as it stands: yarl would drop an empty query, so path and query go in as one encoded path."""
    host = request.url.raw_host.decode("ascii")
    if request.url.scheme not in ("http", "https") or not host or request.method == "CONNECT":
        raise httpx.UnsupportedProtocol("Only http and https requests to a host can be sent", request=request)
    return URL.build(
        scheme=request.url.scheme,
        host=f"[{host}]" if ":" in host else host,
        port=request.url.port,
        path=request.url.raw_path.decode("ascii"),
        encoded=True,
    )


def _headers(request: httpx.Request) -> CIMultiDict[str]:
    """The request's headers without Transfer-Encoding, which aiohttp sets where there is no Content-Length."""
    headers: CIMultiDict[str] = CIMultiDict()
    spelling: dict[bytes, str] = {}  # aiohttp loses a repeated header whose second name is spelled otherwise
    for name, value in request.headers.raw:
        if name.lower() == b"transfer-encoding":
            continue
        try:
            headers.add(spelling.setdefault(name.lower(), name.decode("ascii")), value.decode("utf-8"))
        except UnicodeDecodeError:
            raise httpx.LocalProtocolError("A header of the request is not UTF-8", request=request) from None
    return headers


def _data(
    request: httpx.Request, headers: CIMultiDict[str], exchange: Exchange
) -> bytes | AsyncIterator[bytes] | None:
    """What aiohttp is to send: small bodies as they are, others piecewise. Sets a known Content-Length."""
    length = _length(request)
    if isinstance(request.stream, httpx.ByteStream):
        content = request.content
        if length is not None and length != len(content):
            raise httpx.LocalProtocolError("The body is not as long as its Content-Length", request=request)
        if len(content) <= PIECE:
            return content or None
        length = len(content)
        headers["Content-Length"] = str(length)
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise TypeError("The request's body must be an asynchronous stream")
    exchange.streams = True
    return exchange.send(aiter(request.stream), length)


def _length(request: httpx.Request) -> int | None:
    given = request.headers.get_list("content-length")
    if not given:
        return None
    if len(given) > 1 or not (given[0].isascii() and given[0].isdigit()):
        raise httpx.LocalProtocolError("The request's Content-Length is not one number", request=request)
    return int(given[0])


def _is_cancelled() -> bool:
    """Whether someone wants this task to end. Closing a session cancels only what its requests wait for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _about(request: httpx.Request, error: Exception) -> Exception:
    if isinstance(error, httpx.RequestError):
        error.request = request
    return error

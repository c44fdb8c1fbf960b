"""What each layer of one small passthrough call costs: `python -m bench.layers`, all in one process, in turn.

Each layer is timed by itself, with what it works on ready at hand; the rest is what is between them: the event loop,
the middlewares, the passage. Sockets are left out: that part is what `python -m bench` measures beside this.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import uvloop
from starlette.requests import Request

from auth.tokens import authenticate
from gateway.heap import settle
from gateway.visit import Visit
from proxy.addresses import exact_url, vendor_path
from proxy.framing import body_length, request_head
from proxy.headers import handed_on, located, sent
from proxy.observing import Observation
from proxy.query import read_query
from sandbox.coupa import create_app
from tests.house import SANDBOX, House, open_house

ROUNDS, TIMES = 15, 300
BODY = b'{"a":"' + b"x" * 992 + b'"}'
ANSWERED = [
    (b"Server", b"vendor"),
    (b"Date", b"Sat, 21 Nov 2026 16:00:00 GMT"),
    (b"Content-Type", b"application/json"),
    (b"Content-Length", b"1000"),
    (b"Connection", b"keep-alive"),
]
Layers = dict[str, Callable[[], Awaitable[object]]]


class Here(httpx.AsyncByteStream):
    """A body that has arrived."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield BODY


class Near(httpx.AsyncBaseTransport):
    """Answers at once what is not meant for the stand-in."""

    def __init__(self, stand_in: httpx.AsyncBaseTransport) -> None:
        self._stand_in = stand_in

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/1kB":
            return await self._stand_in.handle_async_request(request)
        return httpx.Response(200, headers=ANSWERED, stream=Here(), request=request)


def scope_of(house: House) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": "/proxy/1kB",
        "raw_path": b"/proxy/1kB",
        "query_string": f"integrated_account_id={house.account}".encode(),
        "root_path": "",
        "headers": [(b"host", b"koine.test"), (b"authorization", f"Bearer {house.token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("koine.test", 80),
        "state": dict(house.state),
    }


async def layers(house: House) -> Layers:
    scope = scope_of(house)
    request = Request(scope)
    caller = await authenticate(request)
    connections, watch = house.state["connections"], house.state["watch"]
    connection = await connections.open(caller, house.account)
    url = exact_url(connection.base_url, b"1kB", b"")
    outgoing = httpx.Request("GET", url, headers=[(b"accept", b"*/*")], stream=httpx.ByteStream(b""))
    outgoing.read()
    visit = Visit("x" * 32, scope)
    visit.status, visit.answered, visit.ended = 200, visit.started, visit.started
    records: list[Any] = []
    Observation(connection, outgoing, records.append).end("answered")

    async def whole() -> None:
        gone = asyncio.Event()
        await house.app({**scope}, gone.wait, _swallow)  # type: ignore[arg-type]

    async def opened() -> None:
        await connections.open(await authenticate(Request(scope)), house.account)

    async def understood() -> None:
        vendor_path(scope["raw_path"], b"proxy")
        read_query(scope["query_string"])
        sent(scope["headers"], connection.provider.headers)

    async def framed() -> None:
        request_head(outgoing, body_length(outgoing))

    async def built() -> None:
        address = exact_url(connection.base_url, b"1kB", b"")
        httpx.Request("GET", address, headers=[(b"accept", b"*/*")], stream=httpx.ByteStream(b"")).read()

    async def answered() -> None:
        httpx.Response(200, headers=ANSWERED, stream=Here(), request=outgoing)
        located(handed_on(ANSWERED, 200), str(url))

    async def governed() -> None:
        gate = house.state["pipe"]._way.governor.gate(connection)
        (await gate.enter(connection.limits, 1.0)).close()

    async def told() -> None:
        watch.began(visit)
        watch.called(records[0])
        watch.ended(visit)

    return {
        "all of it": whole,
        "token, account and credentials": opened,
        "path, query and headers in": understood,
        "the request to the vendor, built": built,
        "its head, checked and written": framed,
        "the governor": governed,
        "the answer, built, and its headers out": answered,
        "two log lines, metrics, request log": told,
    }


async def _swallow(message: object) -> None:
    pass


async def measure(found: Layers) -> dict[str, list[float]]:
    """Microseconds of CPU of this thread for each round of each layer, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS):
        for name, work in found.items():
            start = time.thread_time_ns()
            for _ in range(TIMES):
                await work()
            times[name].append((time.thread_time_ns() - start) / TIMES / 1000)
    return times


async def main() -> None:
    stand_in = create_app(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
    with tempfile.TemporaryDirectory() as folder:
        transport = Near(httpx.ASGITransport(stand_in))
        async with open_house(Path(folder), stand_in=stand_in, transport=transport) as house:
            house.state["lines"]._stream = BytesIO()
            found = await layers(house)
            settle()
            times = await measure(found)
    whole = statistics.median(times["all of it"])
    print(f"{'':42}{'least':>8}{'median':>8}   of all")
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:42}{min(values):8.1f}{middle:8.1f} µs {middle / whole:6.0%}")
    rest = whole - sum(statistics.median(values) for name, values in times.items() if name != "all of it")
    print(f"{'between them':42}{'':8}{rest:8.1f} µs {rest / whole:6.0%}")


if __name__ == "__main__":
    uvloop.run(main())

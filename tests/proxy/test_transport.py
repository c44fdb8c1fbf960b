"""The table of truth: for every fault, which exception tells of it and how often the vendor was asked."""

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Any

import httpx
import pytest

from proxy.guard import Guard
from proxy.transport import NEVER_SENT, NO_ANSWER, Transport
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import Upstream, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Production runs on uvloop, which reports broken connections in ways of its own."""
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with serving(FAULTS) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def kept() -> Transport:
    """One for all tests: it reads the list of certificates once, and has a session for each test's event loop."""
    return Transport(Guard(allow_private=True), limit=1, pool_seconds=0.1)


@pytest.fixture
async def transport(kept: Transport) -> AsyncIterator[Transport]:
    async with kept:
        yield kept


NO_HEAD = [
    ("close", httpx.RemoteProtocolError),
    ("close_unread", httpx.RemoteProtocolError),
    ("continues", httpx.ReadTimeout),
    ("deaf", httpx.ReadTimeout),
    ("endless_header", httpx.RemoteProtocolError),
    ("endless_reason", httpx.RemoteProtocolError),
    ("garbage", httpx.RemoteProtocolError),
    ("huge_header", httpx.RemoteProtocolError),
    ("many_headers", httpx.RemoteProtocolError),
    ("nul", httpx.RemoteProtocolError),
    ("rst_before", httpx.ReadError),
    ("silent", httpx.ReadTimeout),
    ("slow_headers", httpx.ReadTimeout),
    ("split", httpx.RemoteProtocolError),
    ("switch", httpx.RemoteProtocolError),
    ("two_lengths", httpx.RemoteProtocolError),
    ("zero", httpx.RemoteProtocolError),
]
CUT_BODY = [
    ("chunkbad", httpx.RemoteProtocolError),
    ("chunkcut", httpx.RemoteProtocolError),
    ("half", httpx.RemoteProtocolError),
    ("rst", httpx.RemoteProtocolError),
    ("rst_until_close", httpx.RemoteProtocolError),
    ("silent_body", httpx.ReadTimeout),
]


def request(upstream: Upstream, method: str, fault: str, **seconds: float) -> httpx.Request:
    content = b"0123456789" if method in ("PUT", "POST") else None
    return httpx.Request(
        method, f"{upstream.url}/{fault}", content=content, extensions={"timeout": seconds} if seconds else {}
    )


def patience(fault: type[Exception]) -> dict[str, float]:
    return {"read": 0.06} if fault is httpx.ReadTimeout else {}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("fault", "error"), NO_HEAD)
async def test_a_fault_before_the_answer_is_told_exactly_and_frees_its_slot(
    transport: Transport, upstream: Upstream, method: str, fault: str, error: type[Exception]
) -> None:
    sent = request(upstream, method, fault, **patience(error))
    with pytest.raises(NO_ANSWER) as failure:
        await transport.handle_async_request(sent)
    assert type(failure.value) is error
    assert failure.value.request is sent
    assert len(upstream.seen) == 1
    upstream.listens.set()
    assert await upstream.closes()
    answer = await transport.handle_async_request(request(upstream, "GET", "plain"))
    assert await answer.aread() == b"plain"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("fault", "error"), CUT_BODY)
async def test_a_body_that_is_cut_never_ends_cleanly_and_frees_its_slot(
    transport: Transport, upstream: Upstream, method: str, fault: str, error: type[Exception]
) -> None:
    response = await transport.handle_async_request(request(upstream, method, fault, **patience(error)))
    assert response.status_code == 200
    with pytest.raises(NO_ANSWER) as failure:
        await response.aread()
    assert type(failure.value) is error
    assert len(upstream.seen) == 1
    assert await upstream.closes()
    answer = await transport.handle_async_request(request(upstream, "GET", "plain"))
    assert await answer.aread() == b"plain"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])  # some clients repeat all but POST
async def test_a_kept_connection_that_breaks_on_reuse_is_not_tried_again(
    transport: Transport, upstream: Upstream, method: str
) -> None:
    first = await transport.handle_async_request(request(upstream, method, "stale"))
    assert await first.aread() == b"fresh"
    with pytest.raises(httpx.ReadError):
        await transport.handle_async_request(request(upstream, method, "stale"))
    assert [seen.turn for seen in upstream.seen] == [1, 2]
    assert upstream.connections == 1


async def test_a_refused_connection_was_never_sent(transport: Transport) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(NEVER_SENT) as failure:
            await transport.handle_async_request(httpx.Request("POST", url))
    assert type(failure.value) is httpx.ConnectError
    assert str(failure.value) == "Connection refused"


async def test_a_connection_that_is_not_taken_times_out_as_never_sent(transport: Transport) -> None:
    with socket.socket() as full, socket.socket() as queued:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        queued.setblocking(False)
        queued.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/"
        started = asyncio.get_running_loop().time()
        with pytest.raises(NEVER_SENT) as failure:
            await transport.handle_async_request(
                httpx.Request("GET", url, extensions={"timeout": {"connect": 0.1}})
            )
    assert type(failure.value) is httpx.ConnectTimeout
    assert asyncio.get_running_loop().time() - started < 1.0


async def test_a_full_pool_times_out_as_never_sent(transport: Transport, upstream: Upstream) -> None:
    held = await transport.handle_async_request(request(upstream, "GET", "silent_body"))
    with pytest.raises(NEVER_SENT) as failure:
        await transport.handle_async_request(request(upstream, "GET", "plain"))
    assert type(failure.value) is httpx.PoolTimeout
    await held.aclose()
    answer = await transport.handle_async_request(request(upstream, "GET", "plain"))
    assert await answer.aread() == b"plain"
    assert [seen.target for seen in upstream.seen] == [b"/silent_body", b"/plain"]


async def test_an_answer_that_nobody_asked_for_answers_no_request(
    transport: Transport, upstream: Upstream
) -> None:
    first = await transport.handle_async_request(request(upstream, "GET", "twice"))
    assert await first.aread() == b"asked for"
    await asyncio.sleep(0.5)  # the second answer comes late on a busy machine
    second = await transport.handle_async_request(request(upstream, "GET", "plain"))
    assert await second.aread() == b"plain"
    assert upstream.connections == 2


async def test_none_means_no_timeout(transport: Transport, upstream: Upstream) -> None:
    never: dict[str, float | None] = dict.fromkeys(("connect", "pool", "read", "write"))
    request = httpx.Request("POST", f"{upstream.url}/silent", extensions={"timeout": never})
    with pytest.raises(TimeoutError) as failure:
        async with asyncio.timeout(0.2):
            await transport.handle_async_request(request)
    assert type(failure.value) is TimeoutError


class Call:
    """Stands for what a caller's request leaves in its context."""


CALL: ContextVar[Call] = ContextVar("call")


@pytest.mark.parametrize(
    "anyio_backend", [("asyncio", {"use_uvloop": True})]
)  # asyncio keeps timers' contexts
async def test_a_kept_connection_holds_nothing_of_the_call_that_made_it(
    transport: Transport, upstream: Upstream
) -> None:
    async def ask() -> "weakref.ref[Call]":
        call = Call()
        CALL.set(call)
        answer = await transport.handle_async_request(request(upstream, "GET", "plain"))
        await answer.aread()
        return weakref.ref(call)

    left = await asyncio.create_task(ask())
    await asyncio.sleep(0)  # what woke this task has hold of the other
    gc.collect()

    assert upstream.open == 1
    assert left() is None

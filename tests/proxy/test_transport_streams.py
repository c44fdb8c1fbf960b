"""Bodies flow no faster than they are taken, and whoever leaves takes the connection along."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from proxy.guard import Guard
from proxy.transport import NO_ANSWER, Transport
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import Upstream, serving

pytestmark = pytest.mark.anyio

MIB = 1 << 20


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Production runs on uvloop, which closes connections in ways of its own."""
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with serving(FAULTS) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def kept() -> Transport:
    return Transport(Guard(allow_private=True), limit=1, pool_seconds=0.1)


@pytest.fixture
async def transport(kept: Transport) -> AsyncIterator[Transport]:
    async with kept:
        yield kept


class Upload:
    """A body of `total` bytes that counts how many of them were taken."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < self.total:
            self.taken += 1 << 16
            yield bytes(1 << 16)


def post(upstream: Upstream, fault: str, body: Any = None, **seconds: float) -> httpx.Request:
    return httpx.Request("POST", f"{upstream.url}/{fault}", content=body, extensions={"timeout": seconds})


def sockets() -> int:
    """How many sockets this process holds, the upstream's ends among them."""
    return sum(
        stat.S_ISSOCK(entry.stat().st_mode) for entry in os.scandir("/proc/self/fd") if entry.is_symlink()
    )


async def becomes(value: Callable[[], int], wanted: int) -> bool:
    """Whether `value()` is `wanted` within a second."""
    for _ in range(100):
        if value() == wanted:
            return True
        await asyncio.sleep(0.01)
    return False


async def still_works(transport: Transport, upstream: Upstream) -> bool:
    """The pool holds one connection: it answers only where the slot is free again."""
    answer = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/plain"))
    return await answer.aread() == b"plain"


async def test_an_upload_stops_where_the_vendor_stops_reading(
    transport: Transport, upstream: Upstream
) -> None:
    before = sockets()
    upload = Upload(1024 * MIB)
    with pytest.raises(httpx.WriteTimeout):
        await transport.handle_async_request(post(upstream, "deaf", upload, write=0.2))
    assert upload.taken < 64 * MIB
    assert len(upstream.seen) == 1
    # The vendor's end is still open, ours is not: nothing waits for it to read on.
    assert await becomes(sockets, before + 1)
    assert await still_works(transport, upstream)


async def test_a_slow_caller_is_not_taken_for_a_slow_vendor(transport: Transport, upstream: Upstream) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(2):
            await asyncio.sleep(0.3)
            yield b"x"

    request = post(upstream, "echo", slow(), write=0.2)
    answer = await transport.handle_async_request(request)
    assert (await answer.aread()).endswith(b"\r\n\r\nxx")


async def test_a_download_waits_for_its_reader(transport: Transport, upstream: Upstream) -> None:
    answer = await transport.handle_async_request(post(upstream, "endless", read=0.3))
    await asyncio.sleep(0.4)
    before = upstream.sent
    assert 0 < before < 32 * MIB
    await asyncio.sleep(0.1)
    assert upstream.sent == before
    chunks = answer.aiter_raw()
    taken = 0
    while taken < 64 * MIB:
        taken += len(await anext(chunks))
    await answer.aclose()
    assert upstream.sent > before
    assert await upstream.closes()


async def test_closing_an_answer_early_closes_the_connection(
    transport: Transport, upstream: Upstream
) -> None:
    answer = await transport.handle_async_request(post(upstream, "silent_body"))
    assert await anext(answer.aiter_raw()) == b"only these"
    await answer.aclose()
    assert await upstream.closes()
    assert await still_works(transport, upstream)


async def test_an_answer_that_was_read_keeps_its_connection(transport: Transport, upstream: Upstream) -> None:
    for _ in range(3):
        assert await still_works(transport, upstream)
    assert upstream.connections == 1


async def test_an_early_answer_to_an_upload_arrives_and_ends_the_upload(
    transport: Transport, upstream: Upstream
) -> None:
    before = sockets()
    upload = Upload(1024 * MIB)
    answer = await transport.handle_async_request(post(upstream, "early", upload))
    assert answer.status_code == 413
    assert await answer.aread() == b"too much"
    assert upload.taken < 64 * MIB
    assert await becomes(sockets, before + 1)
    assert await still_works(transport, upstream)


async def test_an_upload_that_is_cut_off_counts_as_sent(transport: Transport, upstream: Upstream) -> None:
    with pytest.raises(NO_ANSWER):
        await transport.handle_async_request(post(upstream, "close_unread", Upload(64 * MIB)))
    assert len(upstream.seen) == 1
    assert await still_works(transport, upstream)


@pytest.mark.parametrize("fault", ["silent", "slow_headers", "continues"])
async def test_a_caller_that_leaves_takes_the_connection_along(
    transport: Transport, upstream: Upstream, fault: str
) -> None:
    waiting = asyncio.create_task(transport.handle_async_request(post(upstream, fault)))
    assert await becomes(lambda: len(upstream.seen), 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await upstream.closes()
    assert await still_works(transport, upstream)


async def test_a_caller_that_leaves_amid_an_upload_takes_the_connection_along(
    transport: Transport, upstream: Upstream
) -> None:
    before = sockets()
    waiting = asyncio.create_task(
        transport.handle_async_request(post(upstream, "deaf", Upload(1024 * MIB), write=30))
    )
    await asyncio.sleep(0.2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await becomes(sockets, before + 1)
    assert await still_works(transport, upstream)


async def test_a_caller_that_leaves_amid_an_answer_takes_the_connection_along(
    transport: Transport, upstream: Upstream
) -> None:
    async def read() -> None:
        answer = await transport.handle_async_request(post(upstream, "silent_body"))
        try:
            await answer.aread()
        finally:
            await answer.aclose()

    waiting = asyncio.create_task(read())
    assert await becomes(lambda: len(upstream.seen), 1)
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await upstream.closes()


async def test_the_callers_own_deadline_stays_the_callers(transport: Transport, upstream: Upstream) -> None:
    with pytest.raises(TimeoutError) as failure:
        async with asyncio.timeout(0.1):
            await transport.handle_async_request(post(upstream, "silent"))
    assert type(failure.value) is TimeoutError
    assert await upstream.closes()


class Interrupted(Exception):
    """What a caller's own body may raise."""


@pytest.mark.parametrize("error", [Interrupted("left"), TimeoutError("idle"), ConnectionResetError("gone")])
async def test_what_the_callers_body_raises_reaches_the_caller(
    transport: Transport, upstream: Upstream, error: Exception
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        await asyncio.sleep(0.02)
        raise error

    with pytest.raises(type(error)) as failure:
        await transport.handle_async_request(post(upstream, "echo", broken()))
    assert failure.value is error
    assert await upstream.closes()
    assert await still_works(transport, upstream)


@pytest.mark.parametrize("length", [9, 11])
async def test_a_body_that_belies_its_length_is_cut_off(
    transport: Transport, upstream: Upstream, length: int
) -> None:
    async def ten() -> AsyncIterator[bytes]:
        yield b"12345"
        await asyncio.sleep(0.02)
        yield b"67890"

    request = httpx.Request(
        "POST", f"{upstream.url}/echo", content=ten(), headers={"Content-Length": str(length)}
    )
    with pytest.raises(httpx.LocalProtocolError):
        await transport.handle_async_request(request)
    assert await upstream.closes()
    assert await still_works(transport, upstream)


async def test_a_callers_body_that_breaks_after_the_answer_began_breaks_the_answer(
    transport: Transport, upstream: Upstream
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(0.1)
        raise Interrupted

    answer = await transport.handle_async_request(post(upstream, "begun", broken(), read=30))
    with pytest.raises(NO_ANSWER):
        await answer.aread()
    assert await upstream.closes()


async def test_closing_the_transport_breaks_off_what_is_under_way(upstream: Upstream) -> None:
    transport = Transport(Guard(allow_private=True))
    answer = await transport.handle_async_request(post(upstream, "silent_body"))
    reading = asyncio.create_task(answer.aread())
    waiting = asyncio.create_task(transport.handle_async_request(post(upstream, "silent")))
    assert await becomes(lambda: len(upstream.seen), 2)
    await transport.aclose()
    async with asyncio.timeout(1):
        for task in (reading, waiting):
            with pytest.raises(NO_ANSWER):
                await task
    assert await upstream.closes()


async def test_closing_the_transport_turns_away_who_waits_for_a_connection(upstream: Upstream) -> None:
    transport = Transport(Guard(allow_private=True), limit=1)
    held = await transport.handle_async_request(post(upstream, "silent_body"))
    waiting = asyncio.create_task(transport.handle_async_request(post(upstream, "plain")))
    await asyncio.sleep(0.05)
    await transport.aclose()
    with pytest.raises(httpx.ConnectError):
        await waiting
    await held.aclose()
    assert [seen.target for seen in upstream.seen] == [b"/silent_body"]


async def test_a_closed_transport_opens_again(upstream: Upstream) -> None:
    transport = Transport(Guard(allow_private=True))
    for _ in range(2):
        assert await still_works(transport, upstream)
        await transport.aclose()
        assert await upstream.closes()
    assert upstream.connections == 2

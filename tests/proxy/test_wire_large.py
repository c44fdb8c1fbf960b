"""A production server's memory is bounded: bodies of 100 MB at anyone's pace, many connections, many requests."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

import pytest

from bench.crowd import holding
from bench.load import Load, press
from gateway.descriptors import claim
from tests.production import Production, koine_serve
from tests.proxy.faults import OK, whole
from tests.proxy.upstream import Peer, Upstream, serving

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
SIZES = [64 * 1024, MEBIBYTE, 100 * MEBIBYTE]
BLOCK = random.Random(7).randbytes(64 * 1024)
MOST = 32 * MEBIBYTE  # bytes of memory above idle


def digest(size: int) -> str:
    found = hashlib.sha256()
    for _ in range(size // len(BLOCK)):
        found.update(BLOCK)
    return found.hexdigest()


async def api(peer: Peer) -> bool | None:
    """`/api/pour/{size}` sends that many bytes, `/api/swallow` says what it was sent, anything else an empty list."""
    _, _, name, *rest = peer.request.target.split(b"?")[0].split(b"/")
    if name == b"pour":
        size = int(rest[0])
        await peer.write(OK + b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(size // len(BLOCK)):
            await peer.write(BLOCK)
            peer.upstream.sent += len(BLOCK)
        return True
    if name == b"swallow":
        found = hashlib.sha256()
        fields = dict(line.lower().split(b": ", 1) for line in peer.request.headers)
        left = int(fields[b"content-length"])
        while left:
            piece = await peer.reader.read(min(left, 65_536))
            if not piece:
                return None
            found.update(piece)
            left -= len(piece)
            peer.upstream.sent += len(piece)  # here: what has arrived
        await peer.write(whole(found.hexdigest().encode()))
        return True
    await peer.body()
    await peer.write(whole(b"[]", b"Content-Type: application/json"))
    return True


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def upstream() -> AsyncIterator[Upstream]:
    async with serving({b"api": api, b"echo": api}) as found:
        yield found


@pytest.fixture(scope="module")
async def gateway(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    started = koine_serve(folder, upstream.url)
    production = await asyncio.to_thread(started.__enter__)
    try:
        for _ in range(3):
            await download(production, MEBIBYTE)
            await upload(production, MEBIBYTE)
        yield production
    finally:
        await asyncio.to_thread(started.__exit__, None, None, None)
    assert b'"level":"error"' not in (folder / "serve.log").read_bytes()


@asynccontextmanager
async def connected(
    gateway: Production, method: str, target: str, *lines: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = [
        f"{method} {target}?integrated_account_id={gateway.account} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {gateway.token}",
        *lines,
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def download(gateway: Production, size: int) -> str:
    """The digest of what came."""
    async with connected(gateway, "GET", f"/proxy/pour/{size}") as (reader, _):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"content-length: %d\r\n" % size in head
        found = hashlib.sha256()
        left = size
        while left:
            piece = await reader.read(min(left, 65_536))
            assert piece, "the answer was cut"
            found.update(piece)
            left -= len(piece)
        return found.hexdigest()


async def upload(gateway: Production, size: int) -> str:
    """The digest that the vendor found."""
    async with connected(gateway, "POST", "/proxy/swallow", f"Content-Length: {size}") as (reader, writer):
        for _ in range(size // len(BLOCK)):
            writer.write(BLOCK)
            await writer.drain()
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        return (await reader.readexactly(64)).decode()


@pytest.mark.parametrize("size", SIZES)
async def test_a_download_is_equal_and_costs_no_memory(gateway: Production, size: int) -> None:
    idle = gateway.resident()
    gateway.forget_peak()
    assert await download(gateway, size) == digest(size)
    assert gateway.peak() - idle < MOST


@pytest.mark.parametrize("size", SIZES)
async def test_d22_an_upload_is_equal_and_costs_no_memory(gateway: Production, size: int) -> None:
    idle = gateway.resident()
    gateway.forget_peak()
    assert await upload(gateway, size) == digest(size)
    assert gateway.peak() - idle < MOST


async def test_d18_a_slow_reader_costs_no_memory(gateway: Production, upstream: Upstream) -> None:
    idle, upstream.sent = gateway.resident(), 0
    gateway.forget_peak()
    async with connected(gateway, "GET", f"/proxy/pour/{100 * MEBIBYTE}") as (reader, _):
        for _ in range(40):
            await reader.read(25_000)
            await asyncio.sleep(0.05)
        assert upstream.sent < 20 * MEBIBYTE
    assert gateway.peak() - idle < MOST


async def test_d18_a_slow_sender_is_passed_on_as_it_sends(gateway: Production, upstream: Upstream) -> None:
    idle, upstream.sent = gateway.resident(), 0
    gateway.forget_peak()
    size = 100 * MEBIBYTE
    async with connected(gateway, "POST", "/proxy/swallow", f"Content-Length: {size}") as (_, writer):
        for _ in range(40):
            writer.write(BLOCK)
            await asyncio.sleep(0.05)
        assert upstream.sent > 38 * len(BLOCK)
    async with asyncio.timeout(2):
        while upstream.open > 1:  # noqa: ASYNC110  one is kept for the next call
            await asyncio.sleep(0.02)
    assert gateway.peak() - idle < MOST


def small(gateway: Production) -> list[bytes]:
    """A request of each kind, as they are sent."""
    paths = ("proxy/users", f"proxy/pour/{len(BLOCK)}", "custom/users", "unified/accounting/currencies")
    lines = f"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.token}\r\n\r\n"
    return [f"GET /{path}?integrated_account_id={gateway.account} {lines}".encode() for path in paths]


async def asked(gateway: Production, count: int) -> Load:
    """So many requests at least, all of which were answered 200."""
    found, requests = Load(), cycle(small(gateway))
    while len(found.latencies) < count:
        found.latencies += (await press(gateway.port, requests, 16, 0.3)).latencies
    return found


async def test_d21_three_thousand_idle_connections_cost_little_memory_and_nobody_anything(
    gateway: Production,
) -> None:
    claim()
    await asked(gateway, 200)
    idle = gateway.resident()
    async with holding(gateway.port, 3000):
        beside = await asked(gateway, 200)
        assert gateway.resident() - idle < 3000 * 20_000
        assert gateway.resident() < 200_000_000
    assert beside.quantile(0.99) < 1.0


async def test_e14_memory_does_not_grow_with_requests(gateway: Production) -> None:
    await asked(gateway, 500)
    settled = gateway.resident()
    await asked(gateway, 2000)
    assert gateway.resident() < settled * 1.1

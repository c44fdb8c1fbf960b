"""A slot of the pool comes back whatever becomes of the one who took it or waited for it."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import httpx
import pytest

from proxy.guard import AddressRefused, Guard
from proxy.pool import CLOSED, Origin, Pool
from proxy.transport import Transport

pytestmark = pytest.mark.anyio

VENDOR = Origin("https", "vendor.example", 443)


async def waiting(pool: Pool) -> asyncio.Task[object]:
    """One who waits, since another has the only slot."""
    await pool.take(VENDOR)
    task: asyncio.Task[object] = asyncio.create_task(pool.take(VENDOR))
    await asyncio.sleep(0)
    return task


async def test_who_leaves_while_the_pool_closes_leaves_quietly() -> None:
    pool = Pool(1, 1)
    before, after = await waiting(pool), asyncio.create_task(pool.take(VENDOR))
    await asyncio.sleep(0)
    before.cancel()
    pool.close()
    after.cancel()
    assert [type(found) for found in await asyncio.gather(before, after, return_exceptions=True)] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
    ]
    assert pool.in_use == 1


async def test_who_waits_while_the_pool_closes_is_turned_away() -> None:
    pool = Pool(1, 1)
    turned_away = await waiting(pool)
    pool.close()
    with pytest.raises(httpx.ConnectError, match=CLOSED):
        await turned_away


async def test_a_slot_that_comes_as_its_taker_leaves_goes_to_the_next() -> None:
    pool = Pool(1, 1)
    leaving, next_one = await waiting(pool), asyncio.create_task(pool.take(VENDOR))
    await asyncio.sleep(0)
    pool.give_back(VENDOR)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await next_one is None
    assert pool.in_use == 1


async def never(host: str, port: int) -> list[tuple[str, int]]:
    await asyncio.sleep(60)
    return []


async def nowhere(host: str, port: int) -> list[tuple[str, int]]:
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


async def uncertified(host: str, port: int) -> list[tuple[str, int]]:
    raise ssl.SSLCertVerificationError("certificate verify failed")


async def inside(host: str, port: int) -> list[tuple[str, int]]:
    return [("127.0.0.1", port)]


async def broken(host: str, port: int) -> list[tuple[str, int]]:
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize(
    ("resolver", "expected"),
    [
        (never, httpx.ConnectTimeout),
        (nowhere, httpx.ConnectError),
        (uncertified, httpx.ConnectError),
        (inside, AddressRefused),
        (broken, RuntimeError),
    ],
)
async def test_a_connection_that_can_not_be_made_costs_no_slot(
    resolver: Callable[[str, int], Awaitable[list[tuple[str, int]]]], expected: type[Exception]
) -> None:
    async with Transport(
        Guard(allow_private=False), connect_seconds=0.05, limit=1, resolver=resolver
    ) as transport:
        for _ in range(2):
            with pytest.raises(Exception) as caught:
                await transport.handle_async_request(httpx.Request("GET", "https://vendor.example/"))
            assert type(caught.value) is expected
            assert transport.connections_in_use == 0


async def test_who_leaves_while_a_connection_is_made_costs_no_slot() -> None:
    async with Transport(Guard(allow_private=False), limit=1, resolver=never) as transport:
        call = asyncio.create_task(
            transport.handle_async_request(httpx.Request("GET", "https://vendor.example/"))
        )
        await asyncio.sleep(0.01)
        assert transport.connections_in_use == 1
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert transport.connections_in_use == 0

"""The server's protocol under an application of the test's own: what a caller that reads slowly or never gets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from gateway.limits import Limits
from tests.gateway.around import around
from tests.gateway.wire import get

pytestmark = pytest.mark.anyio
PIECE = b"x" * 65536
ENOUGH = 128  # pieces: more than the buffers between the two hold
LIMITS = Limits(stall_seconds=1, linger_seconds=1)


class Spring:
    """Streams `ENOUGH` pieces; `sent` counts those that the server has taken."""

    def __init__(self) -> None:
        self.sent = 0
        self.ended = asyncio.Event()

    async def flow(self) -> AsyncIterator[bytes]:
        try:
            for _ in range(ENOUGH):
                yield PIECE
                self.sent += 1
        finally:
            self.ended.set()

    async def answer(self, request: Request) -> StreamingResponse:
        return StreamingResponse(self.flow(), headers={"content-length": str(ENOUGH * len(PIECE))})


async def connect(port: int) -> socket.socket:
    """A caller that takes in little at a time."""
    caller = socket.socket()
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    caller.setblocking(False)
    await asyncio.get_running_loop().sock_connect(caller, ("127.0.0.1", port))
    return caller


async def test_d18_a_caller_that_takes_nothing_of_its_answer_is_cut_off() -> None:
    spring = Spring()
    async with around(spring.answer, LIMITS) as port:
        with await connect(port) as caller:
            started = time.perf_counter()
            await asyncio.get_running_loop().sock_sendall(caller, get(b"/"))
            await asyncio.wait_for(spring.ended.wait(), 5)
            assert 0.9 < time.perf_counter() - started < 4


async def test_d18_a_caller_that_reads_slowly_gets_all_of_its_answer() -> None:
    spring = Spring()
    loop = asyncio.get_running_loop()
    async with around(spring.answer, LIMITS) as port:
        with await connect(port) as caller:
            await loop.sock_sendall(caller, get(b"/", b"Connection: close"))
            await asyncio.sleep(0.3)
            assert spring.sent < ENOUGH
            size, turn = 0, 0
            while data := await loop.sock_recv(caller, 262_144):
                size, turn = size + len(data), turn + 1
                if turn % 16 == 0:
                    await asyncio.sleep(0.2)
            assert size > ENOUGH * len(PIECE)
    assert spring.sent == ENOUGH

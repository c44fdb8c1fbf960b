"""A product's own address, as a raw server that notes what it gets and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.proxy.faults import FAULTS
from tests.proxy.upstream import Peer, Upstream, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Got:
    """One delivery as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def place(self) -> tuple[str, int]:
        """The account, and the number of its event."""
        return self.json["payload"]["id"], self.json["payload"]["sequence"]


@dataclass
class Receiver:
    """`answers` are given first, in turn; None says nothing for ever. `in_hand_max`: requests at one time."""

    url: str = ""
    upstream: Upstream | None = None
    answers: list[bytes | None] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    delay: float = 0.0
    in_hand: int = 0
    in_hand_max: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, peer: Peer) -> bool:
        self.in_hand += 1
        self.in_hand_max = max(self.in_hand, self.in_hand_max)
        pairs = (line.decode().split(": ", 1) for line in peer.request.headers)
        headers = {name.lower(): value for name, value in pairs}
        try:
            self.got.append(Got(headers, await peer.body()))
            self.arrived.set()
            await asyncio.sleep(self.delay)
        finally:
            self.in_hand -= 1
        answer = self.answers.pop(0) if self.answers else OK
        if answer is None:
            await peer.until_closed()
            return False
        await peer.write(answer)
        return True

    async def wait_for(self, count: int) -> None:
        """Until so many deliveries have come."""
        async with asyncio.timeout(20):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()


def status(code: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {code} Said", *headers, "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Answers at its `url`, and at the paths of the raw upstream's faults beside it."""
    receiver = Receiver()
    async with serving({**FAULTS, b"hook": receiver.take}) as upstream:
        receiver.url, receiver.upstream = f"{upstream.url}/hook", upstream
        yield receiver

"""Load on one HTTP server: connections that ask again as soon as they are answered, or at a given rate."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Load:
    """What a round saw: seconds of each request, and how long the round took."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


class Caller(asyncio.Protocol):
    """One connection. `pause`: seconds from one request to the next; 0 asks again at once."""

    def __init__(self, requests: Iterator[bytes], load: Load, pause: float) -> None:
        self._requests, self._load, self._pause = requests, load, pause
        self._head = b""
        self._left = 0
        self._sent = self._due = 0.0
        self._stopped = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def start(self) -> None:
        self._due = time.perf_counter()
        self._ask()

    def stop(self) -> None:
        self._stopped = True

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            self._left, self._head = int(length.partition(b":")[2]) - len(body), b""
        if self._left == 0:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        # Where a rate is kept, a late start is the server's doing too.
        self._load.latencies.append(now - (self._due if self._pause else self._sent))
        if self._stopped:
            self.done.set_result(None)
            self._transport.close()
            return
        self._due += self._pause
        if self._pause and self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))


async def press(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, rate: float | None = None
) -> Load:
    """A round; whoever asks next takes the next request.

    `rate`: requests a second over all connections; None as fast as they are answered.
    """
    load = Load()
    loop = asyncio.get_running_loop()
    pause = connections / rate if rate else 0.0
    callers: list[Caller] = []
    for _ in range(connections):
        _, caller = await loop.create_connection(lambda: Caller(requests, load, pause), "127.0.0.1", port)
        callers.append(caller)
    started = time.perf_counter()
    for number, caller in enumerate(callers):
        loop.call_later(pause * number / connections, caller.start)
    await asyncio.sleep(seconds)
    for caller in callers:
        caller.stop()
    await asyncio.gather(*(caller.done for caller in callers))
    load.seconds = time.perf_counter() - started
    return load

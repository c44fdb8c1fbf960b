"""A raw asyncio HTTP server on 127.0.0.1 that counts what arrives and answers each path with its own fault."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One request as it arrived: its head without the empty line, and its place on its connection, from 1 on."""

    head: bytes
    turn: int

    @property
    def target(self) -> bytes:
        return self.head.split(b" ", 2)[1]

    @property
    def headers(self) -> list[bytes]:
        return self.head.split(b"\r\n")[1:]


@dataclass
class Upstream:
    """The server's address, and what it has seen so far."""

    url: str
    port: int
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0  # bytes of endless bodies
    listens: asyncio.Event = field(default_factory=asyncio.Event)  # set it, and /deaf reads again

    async def closes(self, within: float = 1.0) -> bool:
        """Whether every connection has ended before `within` seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.idle.wait()
        return self.idle.is_set()


@dataclass
class Peer:
    """One connection, as a fault handles it. A fault that returns True keeps the connection."""

    upstream: Upstream
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Seen = field(default=Seen(b"", 0))

    async def write(self, data: bytes) -> None:
        if self.writer.is_closing():
            raise ConnectionError("the other side has left")
        self.writer.write(data)
        await self.writer.drain()

    async def body(self) -> bytes:
        """The request's body without its framing."""
        fields = dict(line.lower().split(b": ", 1) for line in self.request.headers)
        if fields.get(b"transfer-encoding") == b"chunked":
            chunks = []
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                chunks.append((await self.reader.readexactly(size + 2))[:-2])
            await self.reader.readexactly(2)
            return b"".join(chunks)
        return await self.reader.readexactly(int(fields.get(b"content-length", b"0")))

    async def until_closed(self) -> None:
        while await self.reader.read(65536):
            pass

    async def reset(self) -> None:
        """Close with RST instead of FIN, after what was written has left."""
        await asyncio.sleep(0.02)
        never = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, never)
        self.writer.transport.abort()


Fault = Callable[[Peer], Awaitable[bool | None]]


async def _serve(
    upstream: Upstream,
    faults: Mapping[bytes, Fault],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    peer = Peer(upstream, reader, writer)
    upstream.connections += 1
    upstream.open += 1
    upstream.idle.clear()
    kept: bool | None = True
    try:
        while kept:
            head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
            peer.request = Seen(head, peer.request.turn + 1)
            upstream.seen.append(peer.request)
            name = peer.request.target.split(b"?")[0].split(b"/")[1]
            kept = await faults.get(name, faults[b"echo"])(peer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the other side has left
    finally:
        upstream.open -= 1
        if not upstream.open:
            upstream.idle.set()
        writer.close()


@asynccontextmanager
async def serving(
    faults: Mapping[bytes, Fault], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Upstream]:
    """Serve on a free port until the block ends. The first segment of a path names its fault, else it is echoed."""
    upstream = Upstream("", 0)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(_serve(upstream, faults, reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    upstream.port = server.sockets[0].getsockname()[1]
    upstream.url = f"{'https' if tls else 'http'}://127.0.0.1:{upstream.port}"
    try:
        yield upstream
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

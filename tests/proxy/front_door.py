"""A gateway behind a real server, whose only vendor is the raw test upstream: both wires are seen byte for byte."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.serving import Server, terms
from proxy.guard import Guard
from proxy.transport import Transport
from tests.house import House, link, open_house
from tests.proxy.faults import FAULTS, whole
from tests.proxy.upstream import Fault, Peer, Seen, Upstream, serving

TOKEN = {"access_token": "eyJhbGci.a.b", "token_type": "bearer", "expires_in": 86399}
JSON = b"Content-Type: application/json"


class ToUpstream:
    """Every name is the test upstream's."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", self._port)]


def vendor(faults: Mapping[bytes, Fault]) -> dict[bytes, Fault]:
    """What the upstream does: gives tokens, lets checks pass, and below `/api` what the next segment names."""

    async def oauth2(peer: Peer) -> bool:
        await peer.body()
        await peer.write(whole(orjson.dumps(TOKEN), JSON))
        return True

    async def api(peer: Peer) -> bool | None:
        if peer.request.target.startswith(b"/api/users?return_object"):
            await peer.write(whole(b"[]", JSON))
            return True
        name = peer.request.target.split(b"?")[0].split(b"/")[2:3]
        return await faults.get(name[0] if name else b"echo", faults[b"echo"])(peer)

    return {**faults, b"oauth2": oauth2, b"api": api}


@dataclass
class Answer:
    """`whole`: whether the answer ended as its framing says it must."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    whole: bool

    def all(self, name: bytes) -> list[bytes]:
        return [value for found, value in self.headers if found == name]

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Door:
    """`key_account` is signed in with a key, the house's own by tokens."""

    house: House
    upstream: Upstream
    port: int
    key_account: str

    @property
    def seen(self) -> Seen:
        """The last call that the vendor saw."""
        return self.upstream.seen[-1]

    def calls(self) -> list[Seen]:
        """What the vendor saw of a caller's making."""
        return [
            seen
            for seen in self.upstream.seen
            if seen.target.startswith(b"/api/") and not seen.target.startswith(b"/api/users?return_object")
        ]

    def head(self, method: bytes, target: bytes, *lines: bytes, account: str | None = None) -> bytes:
        name = b"integrated_account_id=" + (account or self.key_account).encode()
        joint = b"&" if b"?" in target else b"?"
        first = b"%s %s%s%s HTTP/1.1" % (method, target, joint, name)
        token = b"Authorization: Bearer " + self.house.token.encode()
        return b"\r\n".join([first, b"Host: 127.0.0.1", token, *lines, b"", b""])

    async def ask(
        self, method: bytes, target: bytes, *lines: bytes, body: bytes = b"", account: str | None = None
    ) -> Answer:
        """One request on a connection of its own. A body is sent with its length unless a line frames it."""
        framed = any(line.lower().startswith((b"transfer-encoding", b"content-length")) for line in lines)
        length = [b"Content-Length: %d" % len(body)] if body and not framed else []
        head = self.head(method, target, *lines, *length, b"Connection: close", account=account)
        return await self.send(head + body, method)

    async def send(self, data: bytes, method: bytes = b"GET") -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        try:
            writer.write(data)
            return await read_answer(reader, method)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader, method: bytes = b"GET") -> Answer:
    head = b"HTTP/1.1 100 Continue"
    while head.startswith(b"HTTP/1.1 100 "):
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
    first, *lines = head.split(b"\r\n")
    headers = [(name.lower(), value) for name, value in (line.split(b": ", 1) for line in lines)]
    status = int(first.split()[1])
    found = Answer(status, headers, b"", whole=True)
    if method == b"HEAD" or status in (204, 304):
        return found
    try:
        found.body = await _body(reader, dict(headers))
    except asyncio.IncompleteReadError as error:
        found.body, found.whole = error.partial, False
    except ConnectionError:
        found.whole = False
    return found


async def _body(reader: asyncio.StreamReader, headers: Mapping[bytes, bytes]) -> bytes:
    if b"content-length" in headers:
        return await reader.readexactly(int(headers[b"content-length"]))
    chunks = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        chunks.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(chunks)


@asynccontextmanager
async def front_door(
    folder: Path, faults: Mapping[bytes, Fault] | None = None, **options: Any
) -> AsyncIterator[Door]:
    """`faults`: more of them than the upstream knows; `options`: as a house takes them."""
    async with (
        serving(vendor({**FAULTS, **(faults or {})})) as upstream,
        Transport(Guard(allow_private=True), resolver=ToUpstream(upstream.port)) as way_out,
        open_house(folder, transport=way_out, **options) as house,
        served(house) as port,
    ):
        linked = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
        yield Door(house, upstream, port, linked["id"])


@asynccontextmanager
async def served(house: House) -> AsyncIterator[int]:
    """The port at which a real server serves the house."""
    with socket.create_server(("127.0.0.1", 0)) as plug:
        config = terms(house.app, "info")  # type: ignore[arg-type]
        config.lifespan = "off"
        server = Server(config)
        running = asyncio.create_task(server.serve([plug]))
        await server.answers.wait()
        server.lifespan.state.update(house.state)
        try:
            yield plug.getsockname()[1]
        finally:
            server.should_exit = True
            await running

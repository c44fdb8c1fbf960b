"""D17: a caller that hangs up ends a read at the vendor, and no write; seen from a real socket to a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from gateway.serving import Server, terms
from tests.house import House
from tests.proxy.diverted import Diversion, diverted_house
from tests.proxy.faults import whole
from tests.proxy.upstream import Peer

pytestmark = pytest.mark.anyio
SUPPLIERS = "/api/suppliers"
ID = "the-one-that-leaves"


@dataclass
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        self.writer.close()


async def slow(peer: Peer) -> bool:
    """Works for a third of a second, then answers."""
    await peer.body()
    await asyncio.sleep(0.3)
    await peer.write(whole(b"done"))
    return True


async def page(peer: Peer) -> bool:
    """A first page of suppliers; what comes after it never comes."""
    await peer.body()
    if b"id%5Bgt%5D" in peer.request.target:
        await peer.until_closed()
    await peer.write(whole(b'[{"id": 1}, {"id": 2}]', b"Content-Type: application/json"))
    return True


class Opened:
    """The house's app with its own lifespan: the house is open already."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._house.app(scope, receive, send)
            return
        scope["state"].update(self._house.state)
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[House, Diversion, int]]:
    """A house behind a real server; its port comes last."""
    async with diverted_house(folder, {b"slow": slow, b"page": page}) as (house, diversion):
        with socket.create_server(("127.0.0.1", 0)) as plug:
            server = Server(terms(Opened(house), "info"))  # type: ignore[arg-type]
            running = asyncio.create_task(server.serve([plug]))
            await server.answers.wait()
            try:
                yield house, diversion, plug.getsockname()[1]
            finally:
                server.should_exit = True
                await running


async def ask(
    house: House, port: int, method: str, target: str, *lines: str, body: bytes = b"", name: str = ID
) -> Caller:
    joint = "&" if "?" in target else "?"
    head = [
        f"{method} {target}{joint}integrated_account_id={house.account} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {house.token}",
        f"X-Request-Id: {name}",
        *lines,
        "",
        "",
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(head).encode() + body)
    return Caller(reader, writer)


async def arrives(diversion: Diversion, count: int = 1) -> None:
    async with asyncio.timeout(5):
        while len(diversion.upstream.seen) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def line(house: House, event: str, name: str = ID) -> dict[str, object]:
    """What the gateway's log says of the request that the test makes, once it is written."""
    async with asyncio.timeout(5):
        while True:
            found = [
                each for each in house.lines() if (each["event"], each.get("request_id")) == (event, name)
            ]
            if found:
                assert len(found) == 1
                return found[0]
            await asyncio.sleep(0.05)


def complaints(house: House) -> list[dict[str, object]]:
    return [each for each in house.lines() if each["level"] in ("warning", "error", "critical")]


@pytest.mark.parametrize(
    "target",
    [
        "/unified/accounting/contacts",
        "//unified/accounting/contacts",
        "/proxy/suppliers",
        "/proxy/odd",
        "/custom/odd",
    ],
)
async def test_d17_a_caller_that_leaves_ends_a_read_at_the_vendor(tmp_path: Path, target: str) -> None:
    async with served(tmp_path) as (house, diversion, port):
        for count, fault in enumerate(("silent", "silent_body", "slow_headers"), 1):
            diversion.to = {SUPPLIERS: f"/{fault}", "/api/odd": f"/{fault}"}
            caller = await ask(house, port, "GET", target, name=f"leaves-{fault}")
            await arrives(diversion, count)
            await asyncio.sleep(0.05)
            caller.close()
            assert await diversion.upstream.closes(within=1.0)
            assert (await line(house, "request", f"leaves-{fault}"))["outcome"] == "left"
            assert (await line(house, "vendor_call", f"leaves-{fault}"))["outcome"] == "cancelled"
        assert complaints(house) == []


async def test_d17_a_caller_that_leaves_a_crawl_ends_it(tmp_path: Path) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {SUPPLIERS: "/page"}
        caller = await ask(
            house, port, "GET", "/unified/accounting/contacts?limit=2", "Accept: application/x-ndjson"
        )
        await arrives(diversion, 2)
        caller.close()
        assert await diversion.upstream.closes(within=1.0)
        assert (await line(house, "request"))["outcome"] == "left"
        assert complaints(house) == []


async def test_d17_a_read_with_a_body_ends_as_well(tmp_path: Path) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/silent"}
        caller = await ask(house, port, "GET", "/proxy/odd", "Content-Length: 5", body=b"12345")
        await arrives(diversion)
        await asyncio.sleep(0.05)
        caller.close()
        assert await diversion.upstream.closes(within=1.0)
        assert (await line(house, "request"))["outcome"] == "left"


async def test_d17_a_caller_that_leaves_while_it_is_queued_reaches_no_vendor(tmp_path: Path) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/answers/429/2"}
        assert (
            await house.client.post(f"/proxy/odd?integrated_account_id={house.account}")
        ).status_code == 429
        caller = await ask(house, port, "GET", "/proxy/odd")
        await asyncio.sleep(0.3)
        caller.close()
        assert (await line(house, "request"))["outcome"] == "left"
        assert (await line(house, "vendor_call"))["outcome"] == "cancelled"
        assert len(diversion.upstream.seen) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_caller_that_leaves_a_write_does_not_end_it(tmp_path: Path, method: str) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/slow"}
        caller = await ask(house, port, method, "/proxy/odd", "Content-Length: 5", body=b"order")
        await arrives(diversion)
        caller.close()
        call = await line(house, "vendor_call")
        assert (call["outcome"], call["status"], call["response_bytes"]) == ("answered", 200, 4)
        assert complaints(house) == []


@pytest.mark.parametrize("lines", [(), ("Idempotency-Key: once",)])
async def test_a_write_whose_caller_left_is_not_read_without_end(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/endless"}
        caller = await ask(house, port, "POST", "/proxy/odd", "Content-Length: 5", *lines, body=b"order")
        assert (await caller.reader.read(100)).startswith(b"HTTP/1.1 200 ")
        caller.close()
        assert await diversion.upstream.closes(within=5.0)
        assert (await line(house, "request"))["outcome"] == "left"
        assert (await line(house, "vendor_call"))["outcome"] == "cancelled"
        assert complaints(house) == []


async def test_a_caller_that_leaves_amid_its_own_body_is_no_fault_of_ours(tmp_path: Path) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/slow"}
        length = 5 * 1024 * 1024
        caller = await ask(
            house, port, "POST", "/proxy/odd", f"Content-Length: {length}", body=b"x" * (2 * 1024 * 1024)
        )
        await arrives(diversion)
        caller.close()
        assert await diversion.upstream.closes(within=1.0)
        assert (await line(house, "request"))["outcome"] == "left"
        assert complaints(house) == []


async def test_a_caller_that_stays_gets_its_answer_and_the_connection_serves_again(tmp_path: Path) -> None:
    async with served(tmp_path) as (house, diversion, port):
        diversion.to = {"/api/odd": "/slow"}
        for _ in range(2):
            caller = await ask(house, port, "GET", "/proxy/odd", "Connection: keep-alive")
            async with asyncio.timeout(5):
                head = await caller.reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 ")
                assert await caller.reader.readexactly(4) == b"done"
            caller.close()


@pytest.mark.parametrize(
    ("given", "status"), [("0.2", 504), ("3000", 200), ("1e3", 400), ("0", 400), ("-1", 400)]
)
async def test_a_caller_may_wait_for_less_than_the_gateway_would(
    tmp_path: Path, given: str, status: int
) -> None:
    async with diverted_house(tmp_path, {b"slow": slow}) as (house, diversion):
        diversion.to = {"/api/odd": "/slow"}
        path = f"/proxy/odd?integrated_account_id={house.account}"
        answer = await house.client.get(path, headers={"x-request-timeout": given})
        assert answer.status_code == status
        if status == 504:
            assert answer.json()["details"] == {"reason": "vendor_timeout"}
        if status == 400:
            expected = "X-Request-Timeout must be a positive number of seconds, such as 2.5."
            assert answer.json()["message"] == expected

"""D13, D18, D22: bodies stream both ways as they are; what breaks off is never ended cleanly."""

import asyncio
import gzip
import hashlib
import random
from collections.abc import AsyncIterator

import pytest

from auth.signing import MOST_REPLAYED
from tests.proxy.faults import OK, whole
from tests.proxy.front_door import Door, front_door, read_answer
from tests.proxy.upstream import Fault, Peer

pytestmark = pytest.mark.anyio

LONG = MOST_REPLAYED + 1
METHODS = [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def mirror(peer: Peer) -> bool:
    """The request's body, with its type and encoding, and how it was framed."""
    body = await peer.body()
    fields = dict(line.lower().split(b": ", 1) for line in peer.request.headers)
    kept = [
        b"%s: %s" % (name, fields[name]) for name in (b"content-type", b"content-encoding") if name in fields
    ]
    framed = b"chunked" if b"transfer-encoding" in fields else fields.get(b"content-length", b"none")
    await peer.write(whole(body, *kept, b"X-Framed: " + framed))
    return True


async def hungry(peer: Peer) -> None:
    """Says so when the first bytes of a body have come, and answers when all have."""
    await peer.reader.readexactly(1)
    peer.upstream.listens.set()
    await peer.reader.readexactly(LONG - 1)
    await peer.write(whole(b"all"))


async def turned_down(peer: Peer) -> bool:
    """401 to everything."""
    await peer.body()
    await peer.write(whole(b'{"error":"no"}', b"Content-Type: application/json", status=b"401 Unauthorized"))
    return True


async def events(peer: Peer) -> None:
    """A head at once, an event when it is told to, an end when it is told to again."""
    await peer.write(OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    await peer.upstream.listens.wait()
    await peer.write(b"8\r\ndata: 1\n\r\n")
    peer.upstream.listens.clear()
    await peer.upstream.listens.wait()
    await peer.write(b"0\r\n\r\n")


async def strange(peer: Peer) -> bool:
    await peer.body()
    await peer.write(whole(b"denied", status=b"999 Request Denied"))
    return True


async def unchanged(peer: Peer) -> bool:
    """304 with the length of what it does not send."""
    await peer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 500\r\n\r\n')
    return True


async def cut_page(peer: Peer) -> None:
    """JSON that breaks off."""
    await peer.body()
    await peer.write(OK + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n[1,")


async def at_once(seconds: float) -> None:
    """How renewals wait for a token to be taken."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    mine = (mirror, hungry, turned_down, events, strange, unchanged, cut_page)
    faults: dict[bytes, Fault] = {fault.__name__.encode(): fault for fault in mine}
    faults[b"suppliers"] = cut_page
    async with front_door(tmp_path_factory.mktemp("door"), faults, sleep=at_once) as found:
        yield found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [0, 1, 65_536, MOST_REPLAYED, LONG, 3_000_000])
async def test_a_body_comes_back_as_it_went(door: Door, method: bytes, size: int) -> None:
    body = noise(size)
    answer = await door.ask(method, b"/proxy/mirror", b"Content-Type: application/x-thing", body=body)
    assert (answer.status, answer.whole, digest(answer.body)) == (200, True, digest(body))
    assert door.seen.head.split()[0] == method
    assert answer.all(b"x-framed") == [
        b"%d" % size if size or method not in (b"GET", b"OPTIONS") else b"none"
    ]
    assert answer.all(b"content-type") == [b"application/x-thing"]


@pytest.mark.parametrize("pieces", [1, 3, 40])
async def test_a_chunked_body_arrives_whole_whatever_its_length(door: Door, pieces: int) -> None:
    body = noise(50_000) * pieces
    chunks = [b"%x\r\n%s\r\n" % (50_000, body[:50_000])] * pieces
    answer = await door.ask(
        b"POST", b"/proxy/mirror", b"Transfer-Encoding: chunked", body=b"".join([*chunks, b"0\r\n\r\n"])
    )
    assert (answer.status, digest(answer.body)) == (200, digest(body))
    known = len(body) <= MOST_REPLAYED  # a short one is at hand, and so is its length
    assert answer.all(b"x-framed") == [b"%d" % len(body) if known else b"chunked"]


async def test_content_codings_and_types_are_kept_both_ways(door: Door) -> None:
    answer = await door.ask(
        b"POST", b"/proxy/mirror", b"Content-Type: a/b; c=d", b"Content-Encoding: br", body=b"\x8b\x02\x80"
    )
    assert (answer.all(b"content-type"), answer.all(b"content-encoding")) == ([b"a/b; c=d"], [b"br"])
    assert answer.body == b"\x8b\x02\x80"


async def all_of(door: Door, target: bytes) -> bytes:
    """What a caller that speaks HTTP/1.0 reads until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"GET", target).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    async with asyncio.timeout(5):
        try:
            return await reader.read()
        finally:
            writer.close()


async def test_the_old_version_gets_no_chunks(door: Door) -> None:
    for target in (b"/proxy/chunked", b"/proxy/until_close"):
        head, _, body = (await all_of(door, target)).partition(b"\r\n\r\n")
        assert body == (await door.ask(b"GET", target)).body != b""
        assert b"connection: close" in head
        assert b"transfer-encoding" not in head


async def test_d13_the_old_version_sees_that_an_answer_breaks_off(door: Door) -> None:
    with pytest.raises(ConnectionResetError):
        await all_of(door, b"/proxy/chunkcut")


async def test_a_packed_answer_is_not_unpacked(door: Door) -> None:
    answer = await door.ask(b"GET", b"/proxy/packed")
    assert answer.all(b"content-encoding") == [b"gzip"]
    assert gzip.decompress(answer.body) == b"unpacked"


async def test_a_long_body_reaches_the_vendor_before_its_end_has_come(door: Door) -> None:
    door.upstream.listens.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"POST", b"/proxy/hungry", b"Content-Length: %d" % LONG) + b"x" * 100_000)
    async with asyncio.timeout(5):
        await door.upstream.listens.wait()
        writer.write(b"x" * (LONG - 100_000))
        answer = await read_answer(reader)
    writer.close()
    assert (answer.status, answer.body) == (200, b"all")


async def test_an_answer_begins_before_its_body(door: Door) -> None:
    door.upstream.listens.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(door.head(b"GET", b"/proxy/events"))
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"content-type: text/event-stream" in head
        door.upstream.listens.set()
        assert await reader.readuntil(b"data: 1\n\r\n") == b"8\r\ndata: 1\n\r\n"
        door.upstream.listens.set()
        assert await reader.readexactly(5) == b"0\r\n\r\n"
    writer.close()


@pytest.mark.parametrize("method", [b"GET", b"POST"])
@pytest.mark.parametrize("fault", ["half", "rst", "rst_until_close", "chunkbad", "chunkcut"])
async def test_d13_an_answer_that_breaks_off_is_never_ended_cleanly(
    door: Door, method: bytes, fault: str
) -> None:
    answer = await door.ask(method, f"/proxy/{fault}".encode())
    assert (answer.status, answer.whole) == (200, False)
    noted = [line for line in door.house.lines() if line["event"] == "request"][-1]
    assert noted["outcome"] == "cut"
    assert [line for line in door.house.lines() if line["level"] in ("error", "critical")] == []


@pytest.mark.parametrize(
    ("method", "fault", "reason"),
    [
        (b"GET", "close", "vendor_unreachable"),
        (b"GET", "rst_before", "vendor_unreachable"),
        (b"POST", "close", "outcome_uncertain"),
        (b"DELETE", "rst_before", "outcome_uncertain"),
    ],
)
async def test_d13_what_breaks_before_it_began_is_a_502(
    door: Door, method: bytes, fault: str, reason: str
) -> None:
    answer = await door.ask(method, f"/proxy/{fault}".encode())
    outcome = {} if method == b"GET" else {"outcome": "uncertain"}
    assert (answer.status, answer.json()["details"]) == (502, {"reason": reason, **outcome})


@pytest.mark.parametrize("target", ["proxy/suppliers", "custom/suppliers", "custom/cut_page"])
async def test_d13_what_the_gateway_reads_itself_is_a_502_when_it_breaks_off(door: Door, target: str) -> None:
    answer = await door.ask(b"GET", f"/{target}".encode())
    assert (answer.status, answer.json()["details"]) == (502, {"reason": "vendor_unreachable"})


async def test_d22_a_long_body_is_not_sent_again_after_a_401(door: Door) -> None:
    account = door.house.account
    for size, times in ((10, 4), (MOST_REPLAYED, 4), (LONG, 1)):  # as it is, ripe, renewed, and that one ripe
        before = len(door.calls())
        answer = await door.ask(b"POST", b"/proxy/turned_down", body=noise(size), account=account)
        assert (answer.status, answer.body) == (401, b'{"error":"no"}')
        assert len(door.calls()) - before == times
        found = (await door.house.client.get(f"/integrated-account/{account}")).json()
        assert found["status"] == ("active" if times == 1 else "needs_reauth")
        await mend(door)


async def test_a_status_that_http_does_not_have_is_a_502(door: Door) -> None:
    answer = await door.ask(b"GET", b"/proxy/strange")
    assert (answer.status, answer.json()["details"]) == (502, {"reason": "vendor_invalid_response"})


async def test_answers_without_a_body_keep_their_headers(door: Door) -> None:
    answer = await door.ask(b"GET", b"/proxy/unchanged")
    assert (answer.status, answer.all(b"etag"), answer.all(b"content-length")) == (304, [b'"1"'], [])
    answer = await door.ask(b"HEAD", b"/proxy/bodiless")
    assert (answer.status, answer.all(b"content-length")) == (200, [b"5"])
    answer = await door.ask(b"DELETE", b"/proxy/empty")
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT"])
async def test_methods_that_would_show_the_credentials_are_refused(door: Door, method: bytes) -> None:
    before = len(door.upstream.seen)
    answer = await door.ask(method, b"/proxy/plain")
    assert answer.status in (400, 405)
    assert len(door.upstream.seen) == before


async def test_d18_a_slow_reader_holds_the_vendor_back(door: Door) -> None:
    door.upstream.sent, idle = 0, door.upstream.open
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port, limit=1024)
    writer.write(door.head(b"GET", b"/proxy/endless"))
    await reader.readuntil(b"\r\n\r\n")
    await settled(door)
    held = door.upstream.sent
    taken = 0
    while taken < held:
        taken += len(await reader.read(65_536))
    await settled(door)
    assert held < 16_000_000
    assert door.upstream.sent > held
    writer.transport.abort()
    async with asyncio.timeout(2):
        while door.upstream.open > idle:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def settled(door: Door) -> None:
    """Until the vendor can't get rid of any more."""
    before = -1
    while before != door.upstream.sent:
        before = door.upstream.sent
        await asyncio.sleep(0.3)


async def mend(door: Door) -> None:
    credentials = door.house.coupa_credentials
    context = {"client_id": credentials["client_id"], "client_secret": credentials["client_secret"]}
    answer = await door.house.client.patch(
        f"/integrated-account/{door.house.account}/credentials", json={"context": context}
    )
    assert answer.json()["status"] == "active", answer.text

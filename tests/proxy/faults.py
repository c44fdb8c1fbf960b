"""The answers and faults of the test upstream, one function for each path."""

import asyncio
import gzip
import zlib

from tests.proxy.upstream import Fault, Peer

OK = b"HTTP/1.1 200 OK\r\n"

FAULTS: dict[bytes, Fault] = {}


def fault(run: Fault) -> Fault:
    FAULTS[run.__name__.encode()] = run
    return run


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """The bytes of a complete answer."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


@fault
async def plain(peer: Peer) -> bool:
    await peer.body()
    await peer.write(whole(b"plain"))
    return True


@fault
async def echo(peer: Peer) -> bool:
    """The request's head as it came, an empty line, its body."""
    body = await peer.body()
    await peer.write(whole(peer.request.head + b"\r\n\r\n" + body))
    return True


@fault
async def chunked(peer: Peer) -> bool:
    await peer.body()
    await peer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    return True


@fault
async def until_close(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"\r\nends with the connection")


@fault
async def close_unread(peer: Peer) -> None:
    """Closes with the request's body still in the socket, which makes the kernel send RST."""


@fault
async def close(peer: Peer) -> None:
    await peer.body()


@fault
async def rst_before(peer: Peer) -> None:
    await peer.body()
    await peer.reset()


@fault
async def stale(peer: Peer) -> bool:
    """Answers the first request on a connection and resets it on the second."""
    await peer.body()
    if peer.request.turn > 1:
        await peer.reset()
        return False
    await peer.write(whole(b"fresh"))
    return True


@fault
async def half(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"Content-Length: 100\r\n\r\nonly these")


@fault
async def rst(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"Content-Length: 100\r\n\r\nonly these")
    await peer.reset()


@fault
async def rst_until_close(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"\r\nonly these")
    await peer.reset()


@fault
async def chunkbad(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await asyncio.sleep(0.02)
    await peer.write(b"zz\r\nbad\r\n")
    await peer.until_closed()


@fault
async def chunkcut(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


@fault
async def silent(peer: Peer) -> None:
    await peer.until_closed()


@fault
async def silent_body(peer: Peer) -> None:
    await peer.body()
    await peer.write(OK + b"Content-Length: 100\r\n\r\nonly these")
    await peer.until_closed()


@fault
async def slow_headers(peer: Peer) -> None:
    """One header every 20 ms for ever: never silent, never done."""
    await peer.write(OK)
    while True:
        await peer.write(b"X-Slow: 1\r\n")
        await asyncio.sleep(0.02)


@fault
async def continues(peer: Peer) -> None:
    """100 Continue for ever."""
    while True:
        await peer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await asyncio.sleep(0.001)


@fault
async def huge_header(peer: Peer) -> None:
    await peer.write(OK + b"X-Huge: " + b"x" * 200_000 + b"\r\nContent-Length: 2\r\n\r\nok")
    await peer.until_closed()


@fault
async def endless_header(peer: Peer) -> None:
    await peer.write(OK + b"X-Endless: ")
    while True:
        await peer.write(b"x" * 65536)
        await asyncio.sleep(0.001)


@fault
async def endless_reason(peer: Peer) -> None:
    await peer.write(b"HTTP/1.1 200 ")
    while True:
        await peer.write(b"x" * 65536)
        await asyncio.sleep(0.001)


@fault
async def many_headers(peer: Peer) -> None:
    await peer.write(
        OK + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"Content-Length: 2\r\n\r\nok"
    )
    await peer.until_closed()


@fault
async def garbage(peer: Peer) -> None:
    await peer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await peer.until_closed()


@fault
async def split(peer: Peer) -> None:
    await peer.write(OK + b"X-Split: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok")
    await peer.until_closed()


@fault
async def nul(peer: Peer) -> None:
    await peer.write(OK + b"X-Nul: a\x00b\r\nContent-Length: 2\r\n\r\nok")
    await peer.until_closed()


@fault
async def two_lengths(peer: Peer) -> None:
    await peer.write(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!")
    await peer.until_closed()


@fault
async def zero(peer: Peer) -> None:
    await peer.write(whole(b"ok", status=b"000 None"))
    await peer.until_closed()


@fault
async def switch(peer: Peer) -> None:
    await peer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nraw"
    )
    await peer.until_closed()


@fault
async def cookie(peer: Peer) -> bool:
    await peer.body()
    await peer.write(whole(b"", b"Set-Cookie: tenant=a; Path=/"))
    return True


@fault
async def headers(peer: Peer) -> bool:
    await peer.body()
    repeated = (b"X-One: 1", b"x-two: a", b"X-One: 2", b"X-Latin: caf\xe9")
    await peer.write(whole(b"", *repeated, status=b"299 Some Reason"))
    return True


@fault
async def redirect(peer: Peer) -> bool:
    await peer.body()
    await peer.write(whole(b"", b"Location: /plain", status=b"307 Temporary Redirect"))
    return True


@fault
async def twice(peer: Peer) -> bool:
    """Answers, and a moment later once more, as a load balancer does with 408 on an idle connection."""
    await peer.body()
    await peer.write(whole(b"asked for"))
    await asyncio.sleep(0.02)
    await peer.write(whole(b"not asked for"))
    return True


@fault
async def early(peer: Peer) -> None:
    """Refuses an upload without reading it, and keeps the connection."""
    await peer.write(whole(b"too much", status=b"413 Content Too Large"))
    await peer.upstream.listens.wait()
    await peer.until_closed()


@fault
async def deaf(peer: Peer) -> None:
    """Reads the head and nothing more until `listens` is set."""
    await peer.upstream.listens.wait()
    await peer.until_closed()


@fault
async def endless(peer: Peer) -> None:
    await peer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await peer.write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        peer.upstream.sent += 0x2000


@fault
async def bodiless(peer: Peer) -> bool:
    """An answer to HEAD: it names the length of a body that does not come."""
    await peer.write(OK + b"Content-Length: 5\r\n\r\n")
    return True


@fault
async def empty(peer: Peer) -> bool:
    await peer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    return True


@fault
async def bomb(peer: Peer) -> None:
    """About 400 KB that unpack to 400 MB: the packed form of 1 MiB of zeros, 400 times over."""
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    await peer.write(whole(start + again * 399, b"Content-Encoding: gzip"))
    await peer.until_closed()


@fault
async def packed(peer: Peer) -> bool:
    await peer.write(whole(gzip.compress(b"unpacked"), b"Content-Encoding: gzip"))
    return True


@fault
async def expects(peer: Peer) -> bool:
    """Asks for the body as `Expect: 100-continue` wants it."""
    await peer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    await peer.write(whole(await peer.body()))
    return True


@fault
async def begun(peer: Peer) -> None:
    """Answers at once, but ends the answer only after the request."""
    await peer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
    await peer.body()
    await peer.write(b"0\r\n\r\n")

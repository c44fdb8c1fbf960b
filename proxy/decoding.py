"""Reading a vendor's answer into memory within bounds, so that a few kilobytes can't unpack to gigabytes."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx

MOST = 64 * 1024 * 1024  # bytes of one answer, packed or unpacked
RATIO = 200  # bytes unpacked for each byte on the wire
SMALL = (
    1024 * 1024
)  # bytes up to which the ratio is no matter: a short list of equal rows packs better than that
DEEPEST = 2  # content encodings on top of each other
MOST_MEMBERS = 1024  # gzip members in a row; each costs a copy of what follows it

SLICE = 16 * 1024  # bytes unpacked at once, and looked at before the next
PIECE = 64 * 1024  # bytes that one step of unpacking may yield
BREATH = 1024 * 1024  # bytes after which other tasks have their turn

GZIP, ZLIB, BARE = 31, 15, -15  # zlib's names (wbits) for the three wrappings of a deflate stream
WRAPPINGS = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}


class Undecodable(ValueError):
    """The body is not what its Content-Encoding says, or has an encoding that was not asked for."""


class TooBig(ValueError):
    """The body, or what it unpacks to, is out of bounds."""


class _Bounds:
    def __init__(self, most: int, ratio: int) -> None:
        self._most = most
        self._ratio = ratio
        self._received = 0

    def receive(self, count: int) -> None:
        self._received += count
        if self._received > self._most:
            raise TooBig(f"The body is longer than {self._most} bytes")

    def check(self, unpacked: int) -> None:
        if unpacked > self._most:
            raise TooBig(f"The body unpacks to more than {self._most} bytes")
        if unpacked > SMALL and unpacked > self._ratio * self._received:
            raise TooBig(f"The body unpacks to more than {self._ratio} times its size")


class _Inflation:
    """Undoes one encoding step by step; what it yields is bounded whatever it is fed."""

    def __init__(self, wrapping: int, bounds: _Bounds) -> None:
        self._wrapping = wrapping
        self._bounds = bounds
        self._members = 0
        self._unpacked = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        more = bool(data)
        while more:
            stream = self._member(data)
            piece = self._step(stream, data)
            if piece:
                yield piece
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
            # A full piece may have left output behind in zlib with no input to show for it.
            more = bool(data) or (len(piece) == PIECE and not stream.eof)

    def finish(self) -> None:
        """Raise `Undecodable` if the body ended too early. No body at all is an empty one."""
        if self._stream is not None and not self._stream.eof:
            raise Undecodable("The packed body is cut short")

    def _member(self, data: bytes) -> "zlib._Decompress":
        if self._stream is None or self._stream.eof:
            self._members += 1
            if self._members > (MOST_MEMBERS if self._wrapping == GZIP else 1):
                raise Undecodable("The packed body goes on after its end")
            # Servers send "deflate" with and without zlib's header, whose first byte ends in 8.
            bare = self._wrapping == ZLIB and data[0] & 0x0F != 8
            self._stream = zlib.decompressobj(BARE if bare else self._wrapping)
        return self._stream

    def _step(self, stream: "zlib._Decompress", data: bytes) -> bytes:
        try:
            piece = stream.decompress(data, PIECE)
        except zlib.error:
            raise Undecodable("The body is not what its Content-Encoding says") from None
        self._unpacked += len(piece)
        self._bounds.check(self._unpacked)
        return piece


async def read_bounded(response: httpx.Response, *, most: int = MOST, ratio: int = RATIO) -> bytes:
    """The whole body of a streamed answer without its content encodings; closes the answer in any case.

    `most` bounds the bytes on the wire and unpacked, `ratio` the bytes unpacked for each byte on the wire. Knows gzip
    and deflate: ask for nothing else. Raises `TooBig`, `Undecodable` and what the transport raises.
    """
    bounds = _Bounds(most, ratio)
    pieces: list[bytes] = []
    unrested = 0
    try:
        layers = [_Inflation(wrapping, bounds) for wrapping in reversed(_wrappings(response))]
        async for packed in _slices(response, bounds, SLICE if layers else most):
            for piece in _through(layers, packed):
                pieces.append(piece)
                unrested += len(piece)
            if unrested > BREATH:
                unrested = 0
                await asyncio.sleep(0)
        for layer in layers:
            layer.finish()
    finally:
        await response.aclose()
    return b"".join(pieces)


async def _slices(response: httpx.Response, bounds: _Bounds, size: int) -> AsyncIterator[bytes]:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("The answer's body must be an asynchronous stream")
    async for chunk in response.stream:
        for start in range(0, len(chunk), size):
            packed = chunk[start : start + size]
            bounds.receive(len(packed))
            yield packed


def _through(layers: Sequence[_Inflation], data: bytes) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for piece in layers[0].feed(data):
        yield from _through(layers[1:], piece)


def _wrappings(response: httpx.Response) -> list[int]:
    """The encodings in the order in which the vendor applied them (RFC 9110, 8.4)."""
    names = [
        name.strip().lower() for name in response.headers.get_list("content-encoding", split_commas=True)
    ]
    applied = [name for name in names if name not in ("", "identity")]
    if len(applied) > DEEPEST:
        raise Undecodable(f"The body is packed {len(applied)} times over")
    for name in applied:
        if name not in WRAPPINGS:
            raise Undecodable(f"The body has the content encoding {name[:20]!r}")
    return [WRAPPINGS[name] for name in applied]

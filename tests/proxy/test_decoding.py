"""An answer is unpacked exactly, or refused before it fills the memory."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy.decoding import MOST_MEMBERS, PIECE, SMALL, TooBig, Undecodable, read_bounded
from proxy.guard import Guard
from proxy.transport import Transport
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import serving

pytestmark = pytest.mark.anyio

MIB = 1 << 20


class Body(httpx.AsyncByteStream):
    """Yields the given chunks, then perhaps an error, and knows whether it was closed."""

    def __init__(self, *chunks: bytes, error: Exception | None = None) -> None:
        self.chunks = chunks
        self.error = error
        self.closed = False
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.given += 1
            yield chunk
        if self.error is not None:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


def answer(body: Body, *encodings: str) -> httpx.Response:
    return httpx.Response(200, headers=[("Content-Encoding", name) for name in encodings], stream=body)


def bare(data: bytes) -> bytes:
    """Deflate without zlib's header, as some servers understand the word."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "deflate,  gzip": lambda data: gzip.compress(bare(data)),
    "gzip, identity": gzip.compress,
}


@settings(max_examples=200, deadline=None, database=None)
# zlib takes all input and still holds a byte
@example(encoding="Deflate", data=bytes(PIECE + 1), size=100_000)
@given(
    encoding=st.sampled_from(sorted(PACKERS)),
    data=st.binary(max_size=200) | st.builds(bytes, st.integers(0, 300_000)),
    size=st.integers(1, 100_000),
)
async def test_unpacks_exactly_whatever_the_chunks(encoding: str, data: bytes, size: int) -> None:
    body = Body(*chunks(PACKERS[encoding](data), max(size, len(data) // 1000)))
    assert await read_bounded(answer(body, encoding)) == data
    assert body.closed


@settings(max_examples=100, deadline=None, database=None)
@given(
    encoding=st.sampled_from(["gzip", "deflate", "Deflate", "gzip, gzip", "deflate,  gzip"]),
    data=st.binary(max_size=2000),
    cut=st.floats(0, 1, exclude_max=True),
)
async def test_a_packed_body_that_is_cut_is_refused(encoding: str, data: bytes, cut: float) -> None:
    packed = PACKERS[encoding](data)
    body = Body(packed[: max(1, int(len(packed) * cut))])
    with pytest.raises(Undecodable):
        await read_bounded(answer(body, encoding))
    assert body.closed


@settings(max_examples=200, deadline=None, database=None)
@given(
    encoding=st.sampled_from(["gzip", "deflate", "gzip, deflate"]), noise=st.binary(min_size=1, max_size=300)
)
async def test_noise_is_refused_or_read_but_breaks_nothing(encoding: str, noise: bytes) -> None:
    body = Body(noise)
    with suppress(Undecodable, TooBig):
        await read_bounded(answer(body, encoding))
    assert body.closed


async def test_joins_the_members_of_a_gzip_body() -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"") + gzip.compress(b"two")
    assert await read_bounded(answer(Body(*chunks(packed, 7)), "gzip")) == b"one,two"


async def test_counts_the_members_of_a_gzip_body() -> None:
    most = gzip.compress(b"") * MOST_MEMBERS
    assert await read_bounded(answer(Body(most), "gzip")) == b""
    with pytest.raises(Undecodable, match="goes on after its end"):
        await read_bounded(answer(Body(most + gzip.compress(b"")), "gzip"))


@pytest.mark.parametrize("encoding", ["deflate", "gzip"])
async def test_refuses_what_follows_the_packed_body(encoding: str) -> None:
    with pytest.raises(Undecodable):
        await read_bounded(answer(Body(PACKERS[encoding](b"data") + b"more"), encoding))


async def test_an_absent_body_is_empty_whatever_its_encoding() -> None:
    assert await read_bounded(answer(Body(), "gzip")) == b""


@pytest.mark.parametrize("encodings", [["br"], ["zstd"], ["gzip", "br"], ["compress"], ["gzip;q=1"]])
async def test_refuses_an_encoding_that_was_not_asked_for(encodings: list[str]) -> None:
    body = Body(b"data")
    with pytest.raises(Undecodable, match="has the content encoding"):
        await read_bounded(answer(body, *encodings))
    assert body.closed
    assert body.given == 0


async def test_refuses_three_encodings_on_top_of_each_other() -> None:
    packed = gzip.compress(gzip.compress(gzip.compress(b"data")))
    with pytest.raises(Undecodable, match="packed 3 times over"):
        await read_bounded(answer(Body(packed), "gzip", "gzip, gzip"))


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_reads_up_to_the_bound_and_not_beyond(encoding: str) -> None:
    assert len(await read_bounded(answer(Body(PACKERS[encoding](bytes(1000))), encoding), most=1000)) == 1000
    with pytest.raises(TooBig):
        await read_bounded(answer(Body(PACKERS[encoding](bytes(1001))), encoding), most=1000)


async def test_stops_reading_a_body_that_is_too_long() -> None:
    body = Body(*[bytes(1000)] * 1000)
    with pytest.raises(TooBig):
        await read_bounded(answer(body), most=5000)
    assert body.given == 6
    assert body.closed


async def test_stops_reading_a_packed_body_that_yields_nothing() -> None:
    nothing = b"\x00\x00\x00\xff\xff" * 10_000  # stored blocks of no bytes
    body = Body(*[nothing] * 100)
    with pytest.raises(TooBig):
        await read_bounded(answer(body, "deflate"), most=200_000)
    assert body.given == 5


async def test_the_ratio_counts_only_beyond_a_small_size() -> None:
    small = gzip.compress(bytes(SMALL))
    assert len(await read_bounded(answer(Body(small), "gzip"), ratio=200)) == SMALL
    with pytest.raises(TooBig, match="more than 200 times"):
        await read_bounded(answer(Body(gzip.compress(bytes(SMALL + 1))), "gzip"), ratio=200)
    assert (
        len(await read_bounded(answer(Body(gzip.compress(bytes(SMALL + 1))), "gzip"), ratio=1100))
        == SMALL + 1
    )


async def test_a_bomb_within_a_bomb_is_refused_by_its_outer_layer() -> None:
    inner = gzip.compress(b"") * (3 * MIB // 20)
    with pytest.raises((TooBig, Undecodable)):
        await read_bounded(answer(Body(gzip.compress(inner)), "gzip", "gzip"))


async def test_what_the_stream_raises_goes_through() -> None:
    error = httpx.ReadError("cut")
    body = Body(gzip.compress(b"data"), error=error)
    with pytest.raises(httpx.ReadError) as failure:
        await read_bounded(answer(body, "gzip"))
    assert failure.value is error
    assert body.closed


async def test_other_tasks_have_their_turn_while_a_large_body_is_unpacked() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    body = Body(gzip.compress(b"0123456789abcdef" * (2 * MIB), compresslevel=1))
    assert len(await read_bounded(answer(body, "gzip"), ratio=2000)) == 32 * MIB
    counting.cancel()
    assert turns > 10


async def test_a_bomb_from_the_wire_takes_little_memory() -> None:
    async with serving(FAULTS) as upstream, Transport(Guard(allow_private=True)) as transport:
        response = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/bomb"))
        assert 300_000 < int(response.headers["content-length"]) < 500_000
        tracemalloc.start()
        try:
            with pytest.raises(TooBig):
                await read_bounded(response)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 32 * MIB
        assert await upstream.closes()


async def test_reads_a_packed_answer_from_the_wire_and_keeps_the_connection() -> None:
    async with serving(FAULTS) as upstream, Transport(Guard(allow_private=True)) as transport:
        for _ in range(2):
            response = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/packed"))
            assert await read_bounded(response) == b"unpacked"
        assert upstream.connections == 1

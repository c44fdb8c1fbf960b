"""What leaves is the request byte for byte; what comes back is the answer byte for byte."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from proxy.guard import Guard
from proxy.transport import Transport
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import Upstream, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with serving(FAULTS) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def kept() -> Transport:
    return Transport(Guard(allow_private=True))


@pytest.fixture
async def transport(kept: Transport) -> AsyncIterator[Transport]:
    async with kept:
        yield kept


async def echoed(transport: Transport, request: httpx.Request) -> bytes:
    answer = await transport.handle_async_request(request)
    return await answer.aread()


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example("?")
@example("%2e%2e/%2E./..%2Fa")
@example("a+b;c=1,2/[x]?q=[1]&q=[2]&&=+%20%2B&r")
@example("?a=b?c=d#e")
@example("//double//slash/")
@example("%zz%")
@given(st.text(alphabet="ab/.%2eEF+;,:[]&=?~!$'()*@#\\^|`{}<>\" é☃"))
async def test_path_and_query_arrive_untouched(transport: Transport, upstream: Upstream, text: str) -> None:
    url = httpx.URL(f"{upstream.url}/echo/{text}")
    await echoed(transport, httpx.Request("GET", url))
    assert upstream.seen[-1].target == url.raw_path


async def test_a_bare_request_has_no_header_but_host(transport: Transport, upstream: Upstream) -> None:
    host = f"127.0.0.1:{upstream.port}"
    request = httpx.Request("GET", f"{upstream.url}/echo")
    assert await echoed(transport, request) == f"GET /echo HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


async def test_headers_arrive_in_their_order_and_spelling(transport: Transport, upstream: Upstream) -> None:
    given = [
        (b"Host", b"vendor.example"),
        (b"X-CamelCase", b"1"),
        (b"x-repeated", b"a"),
        (b"user-agent", b""),
        (b"X-Repeated", b"b"),
        (b"cookie", b"own=1; other=2"),
        (b"x-utf-8", "é".encode()),
        (b"x-spaced", b"a  \t b"),
    ]
    request = httpx.Request("GET", f"{upstream.url}/echo", headers=given)
    assert await echoed(transport, request) == (
        b"GET /echo HTTP/1.1\r\nHost: vendor.example\r\nX-CamelCase: 1\r\nx-repeated: a\r\nuser-agent: \r\n"
        b"X-Repeated: b\r\ncookie: own=1; other=2\r\nx-utf-8: \xc3\xa9\r\nx-spaced: a  \t b\r\n\r\n"
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET", "PURGE"])
async def test_a_body_brings_its_length_and_no_type(
    transport: Transport, upstream: Upstream, method: str
) -> None:
    request = httpx.Request(method, f"{upstream.url}/echo", content=b"\x00\xff{}")
    assert await echoed(transport, request) == (
        f"{method} /echo HTTP/1.1\r\nHost: 127.0.0.1:{upstream.port}\r\nContent-Length: 4\r\n\r\n".encode()
        + b"\x00\xff{}"
    )


@pytest.mark.parametrize("size", [65536, 65537, 3_000_000])
async def test_a_large_body_arrives_whole(transport: Transport, upstream: Upstream, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    request = httpx.Request("PUT", f"{upstream.url}/echo", content=content[:size])
    head, _, body = (await echoed(transport, request)).partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[2:] == [b"Content-Length: %d" % size]
    assert body == content[:size]


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"first,", b"", b"second,", b"x" * 100_000):
        yield piece


async def test_a_stream_arrives_in_chunks(transport: Transport, upstream: Upstream) -> None:
    request = httpx.Request("POST", f"{upstream.url}/echo", content=pieces())
    head, _, body = (await echoed(transport, request)).partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[2:] == [b"Transfer-Encoding: chunked"]
    assert body == b"first,second," + b"x" * 100_000


async def test_a_stream_keeps_its_length(transport: Transport, upstream: Upstream) -> None:
    headers = {"content-length": "100013", "content-type": "text/x"}
    request = httpx.Request("POST", f"{upstream.url}/echo", content=pieces(), headers=headers)
    head, _, body = (await echoed(transport, request)).partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[2:] == [b"content-length: 100013", b"content-type: text/x"]
    assert body == b"first,second," + b"x" * 100_000


@pytest.mark.parametrize("body", [b"small", b"x" * 100_000])
async def test_a_body_may_wait_to_be_asked_for(transport: Transport, upstream: Upstream, body: bytes) -> None:
    headers = {"expect": "100-continue"}
    request = httpx.Request("POST", f"{upstream.url}/expects", content=body, headers=headers)
    assert await echoed(transport, request) == body
    assert b"expect: 100-continue" in upstream.seen[0].headers


async def test_no_cookie_is_sent_that_the_caller_did_not_put_there(
    transport: Transport, upstream: Upstream
) -> None:
    answer = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/cookie"))
    assert answer.headers["set-cookie"] == "tenant=a; Path=/"
    await answer.aread()
    await echoed(transport, httpx.Request("GET", f"{upstream.url}/echo"))
    assert upstream.connections == 1
    assert upstream.seen[-1].headers == [b"Host: 127.0.0.1:%d" % upstream.port]


async def test_the_answers_head_comes_back_as_it_was(transport: Transport, upstream: Upstream) -> None:
    answer = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/headers"))
    assert answer.status_code == 299
    assert answer.reason_phrase == "Some Reason"
    assert answer.headers.raw == [
        (b"Content-Length", b"0"),
        (b"X-One", b"1"),
        (b"x-two", b"a"),
        (b"X-One", b"2"),
        (b"X-Latin", b"caf\xe9"),
    ]
    await answer.aclose()


async def test_a_redirect_is_an_answer_like_any_other(transport: Transport, upstream: Upstream) -> None:
    answer = await transport.handle_async_request(
        httpx.Request("POST", f"{upstream.url}/redirect", content=b"x")
    )
    assert (answer.status_code, answer.headers["location"]) == (307, "/plain")
    assert await answer.aread() == b""
    assert [seen.target for seen in upstream.seen] == [b"/redirect"]


async def test_a_packed_body_comes_back_packed(transport: Transport, upstream: Upstream) -> None:
    answer = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/packed"))
    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == b"unpacked"


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "chunked", 200, b"abcdefg"),
        ("GET", "until_close", 200, b"ends with the connection"),
        ("GET", "empty", 204, b""),
        ("HEAD", "bodiless", 200, b""),
    ],
)
async def test_a_body_ends_where_the_vendor_ended_it(
    transport: Transport, upstream: Upstream, method: str, path: str, status: int, body: bytes
) -> None:
    answer = await transport.handle_async_request(httpx.Request(method, f"{upstream.url}/{path}"))
    assert (answer.status_code, await answer.aread()) == (status, body)
    again = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/plain"))
    assert await again.aread() == b"plain"


async def test_proxies_of_the_environment_are_not_used(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with Transport(Guard(allow_private=True)) as transport:
        answer = await transport.handle_async_request(httpx.Request("GET", f"{upstream.url}/plain"))
        assert await answer.aread() == b"plain"


@pytest.mark.parametrize(
    ("method", "url", "headers", "content", "error"),
    [
        ("GET", "ftp://127.0.0.1/", {}, None, httpx.UnsupportedProtocol),
        ("GET", "http:///path", {}, None, httpx.UnsupportedProtocol),
        ("CONNECT", "http://127.0.0.1/", {}, None, httpx.UnsupportedProtocol),
        ("GET", "http://127.0.0.1/", {"x-a": "b\r\nx-c: d"}, None, httpx.LocalProtocolError),
        ("GET", "http://127.0.0.1/", {"x-a\r\nx-c": "d"}, None, httpx.LocalProtocolError),
        ("GE\rT", "http://127.0.0.1/", {}, None, httpx.LocalProtocolError),
        ("POST", "http://127.0.0.1/", {"content-length": "3"}, b"four", httpx.LocalProtocolError),
        ("POST", "http://127.0.0.1/", {"content-length": "+4"}, b"four", httpx.LocalProtocolError),
        ("POST", "http://127.0.0.1/", {"content-length": "4, 4"}, b"four", httpx.LocalProtocolError),
    ],
)
async def test_a_request_that_cannot_be_sent_as_it_stands_is_not_sent(
    transport: Transport,
    upstream: Upstream,
    method: str,
    url: str,
    headers: dict[str, str],
    content: bytes | None,
    error: type[Exception],
) -> None:
    request = httpx.Request(
        method, url.replace("127.0.0.1", f"127.0.0.1:{upstream.port}"), headers=headers, content=content
    )
    with pytest.raises(error) as failure:
        await transport.handle_async_request(request)
    assert type(failure.value) is error
    assert upstream.seen == []


async def test_a_body_of_two_lengths_is_not_sent(transport: Transport, upstream: Upstream) -> None:
    lengths = [("Host", "h"), ("Content-Length", "4"), ("content-length", "5")]
    request = httpx.Request("POST", f"{upstream.url}/echo", headers=lengths, content=pieces())
    with pytest.raises(httpx.LocalProtocolError):
        await transport.handle_async_request(request)
    assert upstream.connections == 0

"""An answer's head and what follows it leave in one write, and a head that nothing follows does not wait for it."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl

from gateway.cycle import Cycle

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\n"


class Written:
    """A transport that keeps apart what it is given apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.writes.append(b"".join(parts))

    def close(self) -> None:
        self.writes.append(b"(closed)")


def leading_to(written: Written) -> Cycle:
    flow = FlowControl(cast(asyncio.Transport, written))
    return Cycle(
        {"type": "http", "method": "GET", "http_version": "1.1"},
        cast(asyncio.Transport, written),
        flow,
        asyncio.get_running_loop(),
        written.close,
        lambda: written.writes.append(b"(over)"),
        keep_alive=True,
        expects_continue=False,
    )


def begin(**headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": 200, "headers": raw}


def go_on(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def test_head_and_body_are_one_write_and_the_rest_goes_as_it_comes() -> None:
    written = Written()
    cycle = leading_to(written)
    await cycle.send(begin(content_length="8"))
    await cycle.send(go_on(b"body", more=True))
    await cycle.send(go_on(b"more"))
    await asyncio.sleep(0)
    assert written.writes == [HEAD + b"content-length: 8\r\n\r\nbody", b"more", b"(over)"]


async def test_a_body_without_a_length_is_chunked_in_as_few_writes() -> None:
    written = Written()
    cycle = leading_to(written)
    await cycle.send(begin())
    await cycle.send(go_on(b"x" * 16, more=True))
    await cycle.send(go_on(b"", more=True))
    await cycle.send(go_on(b"yy"))
    first = HEAD + b"transfer-encoding: chunked\r\n\r\n10\r\n" + b"x" * 16 + b"\r\n"
    assert written.writes == [first, b"2\r\nyy\r\n0\r\n\r\n", b"(over)"]


async def test_a_head_without_a_body_leaves_within_the_same_round() -> None:
    written = Written()
    cycle = leading_to(written)
    await cycle.send(begin(content_length="9"))
    assert written.writes == []
    await asyncio.sleep(0)
    assert written.writes == [HEAD + b"content-length: 9\r\n\r\n"]
    await cycle.send(go_on(b"late body"))
    assert written.writes[1:] == [b"late body", b"(over)"]


async def test_a_head_leaves_before_its_connection_closes() -> None:
    written = Written()
    cycle = leading_to(written)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(begin(content_length="9"))
        raise RuntimeError("in the middle")

    await cycle.run_asgi(app)
    await asyncio.sleep(0)
    assert written.writes == [HEAD + b"content-length: 9\r\n\r\n", b"(closed)"]


@pytest.mark.parametrize("headers", [{"a": "b\r\nc: d"}, {"a": "b\nc: d"}, {"a b": "c"}, {"a": "\x00"}])
async def test_what_is_no_header_is_never_written(headers: dict[str, str]) -> None:
    written = Written()
    with pytest.raises(RuntimeError, match="no headers"):
        await leading_to(written).send(begin(**headers))
    assert written.writes == []


@pytest.mark.parametrize(("body", "message"), [(b"short", "shorter"), (b"much too long", "longer")])
async def test_a_body_of_another_length_than_promised_is_a_fault(body: bytes, message: str) -> None:
    cycle = leading_to(Written())
    await cycle.send(begin(content_length="9"))
    with pytest.raises(RuntimeError, match=message):
        await cycle.send(go_on(body))

"""Crawls: a whole collection as NDJSON, page after page, ended by a line that says whether it is complete."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio
import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from auth.connections import Connection
from proxy.ahead import Ahead, pages_ahead
from proxy.book import Book, Leaf
from proxy.cursors import Place
from proxy.leaps import Leaps
from proxy.pipe import Pipe
from proxy.tally import be_patient
from schemas.envelope import error_body
from schemas.errors import Problem

NDJSON = "application/x-ndjson"
PIECE = 64 * 1024  # bytes that are sent at once, about
LONGEST_WAIT = 300  # seconds that a crawl waits for a vendor's rate limit at a time
PATIENCE = 20  # throttled answers in a row after which it gives up

Render = Callable[[Problem], dict[str, Any]]


def wants_crawl(accept: str) -> bool:
    return NDJSON in accept.lower()


async def answer_crawl(
    request: Request,
    connection: Connection,
    book: Book,
    start: Place,
    headers: Mapping[str, str] | None = None,
) -> StreamingResponse:
    """The whole collection. Its first page is read before the status is sent, so that its errors have their own."""

    def render(problem: Problem) -> dict[str, Any]:
        return error_body(problem, request.state.request_id)

    be_patient()
    first = await _patiently(book, start)
    pipe: Pipe = request.state.pipe
    read, most = partial(_patiently, book), pages_ahead(pipe.limits(connection))
    by_numbers = book.goes_by_numbers(first.after)
    ahead = Leaps(read, first, most) if by_numbers else Ahead(read, book.beyond, most)
    return Stream(_crawl(book, first, ahead, render), media_type=NDJSON, headers=headers)


class Stream(StreamingResponse):
    """Ends what is read ahead together with itself. That the caller leaves is noticed elsewhere."""

    def __init__(self, lines: AsyncGenerator[bytes, None], **more: Any) -> None:
        super().__init__(lines, **more)
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._lines):
            await self.stream_response(send)


async def _crawl(
    book: Book, first: Leaf, ahead: Ahead[Leaf] | Leaps, render: Render
) -> AsyncGenerator[bytes, None]:
    """Lines of records; then `_end`, or `_error` with the cursor of the page that failed."""
    started = datetime.now(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
    leaf, count, pages = first, 0, 1
    try:
        while True:
            ahead.expect(leaf.after)
            for piece in _pieces(leaf.lines):
                yield piece
            count += len(leaf.lines)
            if leaf.after is None:
                yield _line("_end", {"result_count": count, "pages": pages, "started_at": started})
                return
            place = leaf.after
            try:
                leaf = await ahead.next()
            except Problem as problem:
                ending = {"result_count": count, "next_cursor": book.seal(place)}
                yield _line("_error", {**render(problem), **ending})
                return
            pages += 1
    finally:
        ahead.close()


def _pieces(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Several lines at once: each piece costs a system call."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)


def _line(name: str, value: dict[str, Any]) -> bytes:
    return orjson.dumps({name: value}) + b"\n"


async def _patiently(book: Book, place: Place) -> Leaf:
    """Waits out rate limits instead of failing."""
    for _ in range(PATIENCE):
        try:
            return await book.leaf(place)
        except Problem as problem:
            wait = problem.headers.get("retry-after", "")
            if problem.status != 429 or not wait.isdigit() or int(wait) > LONGEST_WAIT:
                raise
        await anyio.sleep(int(wait))
    return await book.leaf(place)

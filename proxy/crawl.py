"""Crawls: a whole collection as NDJSON, page after page, ended by a line that says whether it is complete."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import anyio
import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from proxy.cursors import Place
from proxy.tally import be_patient
from schemas.envelope import error_body
from schemas.errors import Problem

NDJSON = "application/x-ndjson"
LONGEST_WAIT = 300  # seconds that a crawl waits for a vendor's rate limit at a time
PATIENCE = 20  # throttled answers in a row after which it gives up

Render = Callable[[Problem], dict[str, Any]]


@dataclass(frozen=True)
class Leaf:
    """One page: its records as lines, and the place behind it, None at the end."""

    lines: Iterable[bytes]
    after: Place | None


class Book(Protocol):
    """A collection that can be read page by page."""

    async def leaf(self, place: Place) -> Leaf: ...

    def seal(self, place: Place) -> str | None: ...


def wants_crawl(accept: str) -> bool:
    return NDJSON in accept.lower()


async def answer_crawl(
    request: Request, book: Book, start: Place, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """The whole collection. Its first page is read before the status is sent, so that its errors have their own."""

    def render(problem: Problem) -> dict[str, Any]:
        return error_body(problem, request.state.request_id)

    be_patient()
    first = await _patiently(book, start)
    return StreamingResponse(_crawl(book, first, render), media_type=NDJSON, headers=headers)


async def _crawl(book: Book, first: Leaf, render: Render) -> AsyncIterator[bytes]:
    """Lines of records; then `_end`, or `_error` with the cursor of the page that failed."""
    started = datetime.now(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
    leaf, count, pages = first, 0, 1
    while True:
        for line in leaf.lines:
            count += 1
            yield line
        if leaf.after is None:
            yield _line("_end", {"result_count": count, "pages": pages, "started_at": started})
            return
        place = leaf.after
        try:
            leaf = await _patiently(book, place)
        except Problem as problem:
            ending = {"result_count": count, "next_cursor": book.seal(place)}
            yield _line("_error", {**render(problem), **ending})
            return
        pages += 1


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

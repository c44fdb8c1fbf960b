"""Crawls: a whole collection as NDJSON, page after page, ended by a line that says whether it is complete."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio
import orjson

from providers.resource import Resource
from schemas.errors import Problem
from unified.cursors import Place
from unified.listing import Listing, Page
from unified.question import DEFAULT_LIMIT, ListQuestion

LONGEST_WAIT = 300  # seconds that a crawl waits for a vendor's rate limit at a time
PATIENCE = 20  # throttled answers in a row after which it gives up

Render = Callable[[Problem], dict[str, Any]]
Found = tuple[Page, Place | None]


def crawl_question(question: ListQuestion, resource: Resource) -> ListQuestion:
    """Without a limit of the caller's: large pages of lean records, small ones of whole documents."""
    whole = None if question.flags.lean else resource.crawl_page
    return replace(question, limit=question.limit or whole or DEFAULT_LIMIT)


async def first_page(listing: Listing) -> Found:
    """The page that is read before the status is sent, so that its errors have their own."""
    return await _patiently(partial(listing.page, listing.start()))


async def crawl(listing: Listing, first: Found, render: Render) -> AsyncIterator[bytes]:
    """Lines of records; then `_end`, or `_error` with the cursor of the page that failed."""
    started = datetime.now(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
    (page, place), count, pages = first, 0, 1
    while True:
        for record in page.records:
            yield orjson.dumps(record) + b"\n"
        count += len(page.records)
        if place is None:
            yield _line("_end", {"result_count": count, "pages": pages, "started_at": started})
            return
        try:
            page, place = await _patiently(partial(listing.page, place))
        except Problem as problem:
            yield _line(
                "_error", {**render(problem), "result_count": count, "next_cursor": listing.seal(place)}
            )
            return
        pages += 1


def _line(name: str, value: dict[str, Any]) -> bytes:
    return orjson.dumps({name: value}) + b"\n"


async def _patiently(read: Callable[[], Awaitable[Found]]) -> Found:
    """Waits out rate limits instead of failing."""
    for _ in range(PATIENCE):
        try:
            return await read()
        except Problem as problem:
            wait = problem.headers.get("retry-after", "")
            if problem.status != 429 or not wait.isdigit() or int(wait) > LONGEST_WAIT:
                raise
        await anyio.sleep(int(wait))
    return await read()

"""NetSuite's SuiteQL answered by a script: rows by table as a test gives them, whatever the statement asks for."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from sandbox.netsuite import create_app
from tests.house import SANDBOX, House, Wire, open_house

Row = dict[str, Any]
FROM = re.compile(r" FROM (\w+)")
UNKNOWN = (
    "Invalid search query. Detailed unprocessed description follows. Search error occurred: Unknown identifier '{}'. "
    "Available identifiers are: {{entityid=entityid, email=email}}."
)
ZONE = [{"links": [], "timezone": "Europe/Paris"}]


@dataclass
class Script(httpx.AsyncBaseTransport):
    """`tables`: the rows of each; `answers`: instead of them, status and body; `records`: REST records by path;
    `unknown`: columns that the role does not see.

    What neither has goes to `inner`: tokens, and whatever a test leaves to the stand-in.
    """

    inner: httpx.AsyncBaseTransport
    tables: dict[str, list[Row]] = field(default_factory=dict)
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    records: dict[str, tuple[int, Any]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/suiteql"):
            return self._suiteql(orjson.loads(await request.aread())["q"])
        if "/record/v1/" in path:
            status, body = self.records.get(path.rpartition("/v1/")[2], (404, error(404, "NONEXISTENT_ID")))
            return answer(status, body)
        return await self.inner.handle_async_request(request)

    def _suiteql(self, text: str) -> httpx.Response:
        self.asked.append(text)
        match = FROM.search(text)
        table = match[1].lower() if match else ""
        if waiting := self.answers.get(table):
            status, body = waiting.pop(0)
            return answer(status, body)
        if gone := next((name for name in re.findall(r"\.(\w+)", text) if name in self.unknown), None):
            return answer(400, error(400, "INVALID_PARAMETER", UNKNOWN.format(gone)))
        rows = ZONE if table == "dual" else self.tables.get(table, [])
        return answer(200, page(rows))


class Body(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def answer(status: int, body: Any) -> httpx.Response:
    headers = {"content-type": "application/vnd.oracle.resource+json; type=collection"}
    return httpx.Response(status, headers=headers, stream=Body(orjson.dumps(body)))


def page(rows: list[Row], **more: Any) -> Mapping[str, Any]:
    count = {"count": len(rows), "hasMore": False, "offset": 0, "totalResults": len(rows)}
    return {"links": [], "items": [{"links": [], **row} for row in rows], **count, **more}


def error(status: int, code: str, detail: str = "Record does not exist.") -> Mapping[str, Any]:
    said = {"detail": detail, "o:errorCode": code}
    return {"type": "https://www.rfc-editor.org/rfc/rfc9110.html", "status": status, "o:errorDetails": [said]}


@asynccontextmanager
async def scripted(folder: Path) -> AsyncIterator[tuple[House, Script]]:
    app = create_app(seed=1, public_url=SANDBOX, work_seconds=0.0)
    script = Script(Wire(app))
    async with open_house(folder, provider="netsuite", stand_in=app, transport=script) as house:
        yield house, script

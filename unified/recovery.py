"""Finds out what became of a write whose answer was lost: the vendor's record is looked up, and compared."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from proxy.answer import Call
from proxy.once import Absent, Attempt, Finding, Found, Unknown
from proxy.pipe import Pipe
from unified.given import IGNORED
from unified.reader import Reader, Row, Rows
from unified.write import Write, given_of
from unified.writer import Done, Extras, call_of

SKEW = timedelta(seconds=60)  # by which a vendor's clock may be behind

Render = Callable[[Done], Awaitable[Response]]


class Recovery:
    """Looks one write up. `render` makes the answer of a success from what was found."""

    def __init__(self, pipe: Pipe, reader: Reader, write: Write, render: Render) -> None:
        self._pipe, self._reader, self._write, self._render = pipe, reader, write, render

    async def find(self, attempt: Attempt) -> Finding:
        """Raises what a read raises. What the caller's own bytes say, only the vendor knows."""
        write = self._write
        if write.extras.content is not None:
            return Unknown()
        if write.method == "create":
            return await self._made(attempt.started_at)
        if write.method == "update":
            return await self._changed()
        return await self._deleted() if write.method == "delete" else Unknown()

    async def _made(self, since: datetime) -> Finding:
        """By the number, name or reference that the caller gave it."""
        write = self._write
        step = write.deed.handle(replace(write.draft, given=given_of(write)))
        if step is None:
            return Unknown()
        rows = await self._reader.rows(write.target, call_of(step, Extras()))
        news = [row for row in rows.rows if _is_new(self._record(rows, row), since)]
        if not news:
            return Absent()
        if len(news) > 1:
            return Unknown(f"look which of {len(news)} new records at the vendor is meant")
        if not self._holds(rows, news[0]):
            return Unknown(f"record {news[0]['id']} was made, but has not all that was given: see to it")
        return await self._found(rows, news[0])

    async def _changed(self) -> Finding:
        """What sets values may be sent again; what changes lists may add to them twice."""
        target = self._write.target
        rows = await self._reader.row(target, self._get())
        if self._holds(rows, rows.rows[0]):
            return await self._found(rows, rows.rows[0])
        sets = not any(isinstance(value, list) for value in self._write.draft.given.values())
        return Absent() if sets and not self._write.draft.remote else Unknown("read the record")

    async def _deleted(self) -> Finding:
        """Gone is gone; what is there may have been meant to be switched off only."""
        call = self._get()
        answer = await self._pipe.read(self._write.target.connection, call)
        if answer.status != 404:
            return Unknown("read the record")
        return Found(await self._render(Done(None, call, answer)))

    def _get(self) -> Call:
        target = self._write.target
        return target.get_call(f"{target.source.prefix}{self._write.draft.id}", (), False)

    def _record(self, rows: Rows, row: Row) -> Mapping[str, Any]:
        return self._write.target.record(rows.readable(row), {})

    def _holds(self, rows: Rows, row: Row) -> bool:
        """Whether the record has all that was given, as far as that can be compared."""
        draft = self._write.draft
        given = {name: value for name, value in draft.given.items() if name not in (*IGNORED, "remote_data")}
        return not draft.remote and holds(given, self._record(rows, row))

    async def _found(self, rows: Rows, row: Row) -> Found:
        return Found(await self._render(Done(row, self._get(), rows.answer)))


def _is_new(record: Mapping[str, Any], since: datetime) -> bool:
    made = record.get("created_at")
    return not isinstance(made, str) or datetime.fromisoformat(made) >= since - SKEW


def holds(given: Any, present: Any) -> bool:
    """Whether what was given is there, among what may be more. Numbers count by value; null for nothing at all."""
    if isinstance(given, Mapping):
        return isinstance(present, Mapping) and all(
            holds(value, present.get(name)) for name, value in given.items()
        )
    if isinstance(given, list):
        present = present or []
        return isinstance(present, list) and len(given) == len(present) and all(map(holds, given, present))
    if isinstance(given, int | float) and isinstance(present, int | float):
        return float(given) == float(present)
    return given == present or (given in (None, "") and present in (None, ""))

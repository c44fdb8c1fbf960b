"""A write at work: does it and answers, or finds out what became of one whose answer was lost."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from auth.bodies import json_response
from providers.overrides.override import Faults
from providers.turning import key
from providers.writing import Row
from proxy.once import Absent, Attempt, Finding, Found, Unknown
from schemas.errors import Problem
from unified.debug import debug
from unified.listing import mapped
from unified.overrides import fault_headers
from unified.reader import Reader
from unified.recovery import differs, holds, is_new
from unified.rows import Rows
from unified.write import Write, completed
from unified.writer import Done, Writer

PLAIN = ("create", "update", "delete")  # methods that answer without `result` around the record


class Work:
    """One write, checked. `status`: that of its success."""

    def __init__(self, write: Write, writer: Writer, reader: Reader, status: int) -> None:
        self._write, self._writer, self._reader, self._status = write, writer, reader, status

    async def run(self, attempt: Attempt) -> Response:
        """Does the write and answers. Raises what a call ends in, with `outcome` in the details."""
        return await _told(self._run(attempt.handle))

    async def _run(self, handle: str) -> Response:
        named = replace(self._write, draft=replace(self._write.draft, handle=handle))
        write = await completed(named, self._writer)
        done = await self._writer.run(write.target, write.writing, write.deed, write.draft, write.extras)
        return await self._response(done)

    async def recover(self, attempt: Attempt) -> Finding:
        """What became of an earlier attempt. Raises what a read ends in."""
        if self._write.extras.content is not None:
            return Unknown()
        match self._write.method:
            case "create":
                return await self._created(attempt)
            case "update":
                return await self._changed()
            case "delete":
                return await self._deleted()
        return await self._acted()

    async def _created(self, attempt: Attempt) -> Finding:
        """By the handle that the body has: a record of that name or number, made since the first attempt began."""
        if self._write.deed.goes_by_handle(self._write.draft):
            return Absent()
        write = await completed(self._write, None)
        step = write.deed.handle(write.draft)
        if step is None or self._is_bent():
            return Unknown("look whether the record is there")
        rows = await self._writer.look(write.target, write.writing, write.deed, write.draft, step)
        news = [row for row in rows if is_new(self._record(row), attempt.started_at)]
        if not news:  # a member of `remote_data` may have given it another name
            return Unknown("look whether the record is there") if write.draft.remote else Absent()
        if len(news) > 1:
            return Unknown(f"look which of {len(news)} new records at the vendor is meant")
        if differs(write.draft.given, self._record(news[0])):
            return Unknown(f"record {news[0]['id']} was made, but has not all that was given: see to it")
        return Found(await self._resumed(write, news[0]))

    def _is_bent(self) -> bool:
        """Whether an override may have given the record another handle, or takes its time of birth away."""
        override = self._write.target.resource.override
        return override is not None and (bool(override.request) or "created_at" in override.response)

    async def _resumed(self, write: Write, found: Row) -> Response:
        """The answer of a create whose record was found, with what was still to be done to it."""
        resume = write.deed.resume
        if resume is None:
            return await self._response_of(await self._writer.reading(write.target, str(found["id"])))
        deed = replace(write.deed, talk=lambda draft: resume(draft, found))
        return await self._response(
            await self._writer.run(write.target, write.writing, deed, write.draft, write.extras)
        )

    async def _deleted(self) -> Finding:
        row = await self._present()
        if row is None or self._state(row) in self._write.deed.done:
            return Found(json_response(self._id()))
        return Absent()

    async def _changed(self) -> Finding:
        """What sets values may be sent again; what adds to lists may do so twice."""
        write, given = self._write, self._write.draft.given
        found = await self._writer.reading(write.target, write.draft.id)
        if not write.draft.remote and holds(given, self._record(found.readable(found.rows[0]))):
            return Found(await self._response_of(found))
        is_safe = write.deed.repeats and not write.draft.remote and not any(map(write.adds, given))
        return Absent() if is_safe else Unknown("read the record")

    async def _acted(self) -> Finding:
        """By the state that the record is in; what can be done twice without harm counts as not done."""
        write, deed = self._write, self._write.deed
        if deed.repeats:
            return Absent()
        row = await self._present()
        if row is not None and self._state(row) in deed.done:
            return Found(await self._response_of(await self._writer.reading(write.target, write.draft.id)))
        is_undone = row is not None and self._state(row) in deed.states
        return Absent() if is_undone else Unknown("read the record")

    def _record(self, row: Row) -> Mapping[str, Any]:
        return self._write.target.record(dict(row), {})

    def _state(self, row: Row) -> str:
        return self._write.writing.status(row)

    async def _present(self) -> Row | None:
        """The record; None where it is gone."""
        try:
            return await self._writer.present(self._write.target, self._write.draft.id)
        except Problem as problem:
            if problem.status == 404:
                return None
            raise

    def _id(self) -> dict[str, str]:
        return {"id": f"{self._write.target.source.prefix}{self._write.draft.id}"}

    async def _response(self, done: Done) -> Response:
        if self._write.method == "delete":
            return self._shown(done, self._id(), {})
        return await self._response_of(await self._rows(done), done)

    async def _response_of(self, found: Rows, done: Done | None = None) -> Response:
        write, row = self._write, found.rows[0]
        faults: Faults = {}
        record = (
            found.remote(row)
            if write.flags.format == "raw"
            else mapped(write.target, found, row, write.flags, faults)
        )
        return self._shown(done, record, faults)

    def _shown(self, done: Done | None, result: Any, faults: Faults) -> Response:
        headers = fault_headers(faults)
        if self._write.flags.format == "debug" and done is not None:
            shown = debug(self._write.target.connection, done.call, done.answer)
            return json_response({"result": result, "debug": shown}, self._status, headers)
        is_plain = self._write.method in PLAIN
        return json_response(result if is_plain else {"result": result}, self._status, headers)

    async def _rows(self, done: Done) -> Rows:
        """The record as it is now, read back where the vendor's answer was not the whole of it."""
        row = dict(done.row) if done.row else {}
        if row.get("id") is None:
            row["id"] = key(self._write.draft.id) if self._write.draft.id else None
        if row["id"] is None:
            return Rows((row,), done.answer)
        return await self._reader.completed(self._write.target, row, done.answer)


async def _told(work: Awaitable[Response]) -> Response:
    """What fails without a word of its outcome failed before anything was written."""
    try:
        return await work
    except Problem as problem:
        problem.details.setdefault("outcome", "not_applied")
        raise

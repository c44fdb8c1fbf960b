"""The endpoints of unified writes: each reads what is asked, has it checked as a whole, does it, and answers."""

from collections.abc import Awaitable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response
from providers.overrides.override import Faults
from providers.turning import key
from proxy.once import Attempt, once, write_of
from schemas.errors import Conflict, Problem
from unified.debug import debug
from unified.desk import Desk
from unified.listing import mapped
from unified.overrides import fault_headers
from unified.reader import Reader, Rows
from unified.recovery import Recovery
from unified.write import Write, prepared, read_write
from unified.writer import Done, Writer, first_call


async def told(work: Awaitable[Response]) -> Response:
    """A write that fails says what became of it: unless somebody knows better, nothing was done."""
    try:
        return await work
    except Conflict:  # another attempt at it is under way, or done
        raise
    except Problem as problem:
        problem.details.setdefault("outcome", "not_applied")
        raise


async def create(request: Request, desk: Desk) -> Response:
    return await _answer(request, await read_write(request, desk, "create"), status=201)


async def update(request: Request, desk: Desk, id_: str | None) -> Response:
    return await _answer(request, await read_write(request, desk, "update", id_))


async def delete(request: Request, desk: Desk, id_: str | None) -> Response:
    return await _answer(request, await read_write(request, desk, "delete", id_))


async def act(request: Request, desk: Desk, method: str) -> Response:
    """A custom method, on the record that the body names."""
    return await _answer(request, await read_write(request, desk, method))


async def _answer(request: Request, write: Write, *, status: int = 200) -> Response:
    if write.flags.skip_call:
        return await _shown(request, write)

    async def run(_: Attempt) -> Response:
        return await told(_done(request, write, status))

    async def render(done: Done) -> Response:
        return await _rendered(request, write, done, status)

    asked = write_of(request, write.target.connection.account_id, write.received)
    recovery = Recovery(request.state.pipe, request.state.reader, write, render)
    return await once(request.state.ledger, asked, run, recovery.find)


async def _shown(request: Request, write: Write) -> Response:
    """What would be sent."""
    state = request.state
    write = await prepared(write, Writer(state.pipe, state.connections, state.reader))
    call = first_call(write.deed.talk(write.draft), write.extras)
    return json_response({"result": None, "debug": debug(write.target.connection, call, None)})


async def _done(request: Request, write: Write, status: int) -> Response:
    state = request.state
    writer = Writer(state.pipe, state.connections, state.reader)
    write = await prepared(write, writer)
    done = await writer.run(write.target, write.writing, write.deed, write.draft, write.extras)
    return await _rendered(request, write, done, status)


async def _rendered(request: Request, write: Write, done: Done, status: int) -> Response:
    faults: Faults = {}
    result = await _result(request.state.reader, write, done, faults)
    headers = fault_headers(faults)
    if write.flags.format == "debug":
        shown = debug(write.target.connection, done.call, done.answer)
        return json_response({"result": result, "debug": shown}, status, headers)
    is_bare = write.method in ("create", "update", "delete")
    return json_response(result if is_bare else {"result": result}, status, headers)


async def _result(reader: Reader, write: Write, done: Done, faults: Faults) -> Any:
    """The record as it is now; of a deleted one its id."""
    if write.method == "delete":
        return {"id": f"{write.target.source.prefix}{write.draft.id}"}
    found = await _rows(reader, write, done)
    if write.flags.format == "raw":
        return found.rows[0]
    return mapped(write.target, found, found.rows[0], write.flags, faults)


async def _rows(reader: Reader, write: Write, done: Done) -> Rows:
    row = dict(done.row) if done.row else {}
    if row.get("id") is None:
        row["id"] = key(write.draft.id) if write.draft.id else None
    if row["id"] is None:
        return Rows((row,), done.answer)
    return await reader.completed(write.target, row, done.answer)

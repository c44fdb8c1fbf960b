"""The endpoints of unified writes: each reads what is asked, has it checked as a whole, and has it done once."""

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response
from proxy.once import once, write_of
from schemas.errors import Conflict, Problem
from unified.debug import debug
from unified.desk import Desk
from unified.work import Work
from unified.write import Write, checked_write, completed, read_write
from unified.writer import Writer, first_call

# A file is the vendor's, or a stranger's: no browser is to run it as a page of ours.
FILE_HEADERS = {"content-security-policy": "sandbox", "x-content-type-options": "nosniff"}


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


async def _answer(request: Request, asked: Write, *, status: int = 200) -> Response:
    write = checked_write(asked)
    if write.flags.skip_call:
        return await _unsent(write)
    state = request.state
    writer = Writer(state.pipe, state.connections, state.reader)
    if write.deed.gives_file:
        made = await completed(write, writer)
        answer = await writer.file(made.target, made.deed, made.draft, made.extras)
        return Response(answer.body, headers=FILE_HEADERS, media_type=answer.type or None)
    work = Work(write, writer, state.reader, status)
    this = write_of(request, write.target.connection.account_id, write.sent)
    return await once(state.ledger, this, work.run, work.recover)


async def _unsent(write: Write) -> Response:
    """What would be sent, as far as it can be known without a look at the vendor."""
    made = await completed(write, None)
    call = first_call(made.deed.talk(made.draft), made.extras)
    return json_response({"result": None, "debug": debug(made.target.connection, call, None)})

"""`/environment`: the token's own; there is no other for the caller."""

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.endpoints.edge import api_caller, path_id
from auth.forms import EnvironmentChange
from auth.listing import TEXT, TIME, bad_cursor, page, read_listing
from auth.presenting import environment
from schemas.errors import Conflict, NotFound
from schemas.tables import Environment

FILTERS = {"id": TEXT, "name": TEXT, "created_at": TIME, "updated_at": TIME}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, FILTERS)
    if listing.cursor:
        raise bad_cursor()  # there is one row: none was handed out
    async with request.state.database.read() as session:
        row = await _find(session, caller, caller.environment_id)
    is_met = listing.is_met_by(lambda name: getattr(row, name))
    return json_response(page([environment(row)] if is_met else [], listing))


async def get(request: Request) -> Response:
    caller = await api_caller(request)
    async with request.state.database.read() as session:
        return json_response(environment(await _find(session, caller, path_id(request))))


async def change(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(EnvironmentChange, await read_json(request))
    try:
        async with request.state.database.write() as session:
            row = await _find(session, caller, path_id(request))
            for name, value in form.change.items():
                setattr(row, name, value)
    except IntegrityError:
        raise Conflict("An environment of this name exists.") from None
    return json_response(environment(row))


async def _find(session: AsyncSession, caller: Caller, environment_id: str) -> Environment:
    own = environment_id == caller.environment_id
    row = await session.get(Environment, environment_id) if own else None
    if row is None:
        raise NotFound("There is no such environment.")
    return row

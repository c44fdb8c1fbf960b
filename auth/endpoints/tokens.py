"""`/api-token`: the environment's keys; a secret is shown once, where it is made."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.endpoints.edge import api_caller, path_id
from auth.forms import TokenForm
from auth.listing import TEXT, TIME, page, read_listing, read_page
from auth.presenting import api_token
from auth.tokens import create_token
from schemas.errors import InvalidRequest, NotFound
from schemas.tables import ApiToken, now

COLUMNS = {
    "id": ApiToken.id,
    "name": ApiToken.name,
    "created_by": ApiToken.created_by,
    "expires_at": ApiToken.expires_at,
    "created_at": ApiToken.created_at,
    "updated_at": ApiToken.updated_at,
}
FILTERS = {name: TIME if name.endswith("_at") else TEXT for name in COLUMNS}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, FILTERS)
    query = select(ApiToken).where(ApiToken.environment_id == caller.environment_id)
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, ApiToken, listing, COLUMNS)
    return json_response(page([api_token(row) for row in rows], listing, cursor))


async def get(request: Request) -> Response:
    caller = await api_caller(request)
    async with request.state.database.read() as session:
        return json_response(api_token(await _find(session, caller, path_id(request))))


async def create(request: Request) -> Response:
    """A new token never outlives the one that makes it."""
    caller = await api_caller(request)
    form = validate(TokenForm, await read_json(request))
    async with request.state.database.read() as session:
        own = await _find(session, caller, caller.token_id)
    _check_expiry(form, own)
    row, token = await create_token(
        request.state.database,
        request.state.token_hash_key,
        caller.environment_id,
        form.name,
        form.expires_at,
        caller.token_id,
    )
    return json_response({**api_token(row), "token": token}, 201)


async def delete(request: Request) -> Response:
    """At once in this process, elsewhere as soon as the others have forgotten it."""
    caller = await api_caller(request)
    async with request.state.database.write() as session:
        row = await _find(session, caller, path_id(request))
        await session.delete(row)
    request.state.connections.callers.clear()
    return json_response({"id": row.id})


def _check_expiry(form: TokenForm, own: ApiToken) -> None:
    wanted = form.expires_at
    if wanted is not None and wanted <= now():
        _refuse("is in the past")
    if own.expires_at is not None and (wanted is None or wanted > own.expires_at):
        _refuse("must not be later than that of the token which makes it")


def _refuse(message: str) -> None:
    raise InvalidRequest.about("expires_at", message, message="The token can't live so long.")


async def _find(session: AsyncSession, caller: Caller, token_id: str) -> ApiToken:
    row = await session.get(ApiToken, token_id)
    if row is None or row.environment_id != caller.environment_id:
        raise NotFound("There is no such API token.")
    return row

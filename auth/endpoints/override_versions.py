"""Versions of overrides, of an account or of an environment's integration: who saved what when, and back to it."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import find_account, find_integration
from auth.bodies import json_response, read_json, validate
from auth.endpoints.edge import api_caller, path_id
from auth.events import emit
from auth.forms import Rollback
from auth.listing import TIME, Kind, page, read_listing, read_page, whole_number
from auth.override_versions import Owner, find_version, note_version, of_owner, override_of
from auth.presenting import environment_integration, integrated_account, override_version
from schemas.tables import EnvironmentIntegration, OverrideVersion

COLUMNS: dict[str, Any] = {"version": OverrideVersion.version, "created_at": OverrideVersion.created_at}
FILTERS = {"version": Kind(whole_number, TIME.operators), "created_at": TIME}


async def list_of_account(request: Request) -> Response:
    async def find(session: AsyncSession, environment_id: str, row_id: str) -> Owner:
        account, _ = await find_account(session, environment_id, row_id)
        return account

    return await _listed(request, find)


async def list_of_integration(request: Request) -> Response:
    return await _listed(request, find_integration)


async def _listed(request: Request, find: Callable[[AsyncSession, str, str], Awaitable[Owner]]) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, FILTERS)
    async with request.state.database.read() as session:
        owner = await find(session, caller.environment_id, path_id(request))
        query = select(OverrideVersion).where(of_owner(owner))
        rows, cursor = await read_page(session, query, OverrideVersion, listing, COLUMNS, newest_first=True)
    return json_response(page([override_version(row) for row in rows], listing, cursor))


async def roll_account_back(request: Request) -> Response:
    """What was checked when it was saved is not checked again: a read says so if it no longer holds."""
    caller = await api_caller(request)
    form = validate(Rollback, await read_json(request))
    state = request.state
    async with state.database.write() as session:
        account, integration = await find_account(session, caller.environment_id, path_id(request), lock=True)
        former = override_of(account)
        account.unified_model_override = await find_version(session, account, form.version)
        await note_version(session, caller, account, former, restored=form.version)
        await emit(session, "integrated_account:updated", account, integration)
    state.connections.forget(caller.environment_id, account.id)
    return json_response(integrated_account(account, integration, state.providers))


async def roll_integration_back(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(Rollback, await read_json(request))
    async with request.state.database.write() as session:
        row: EnvironmentIntegration = await find_integration(
            session, caller.environment_id, path_id(request), lock=True
        )
        former = override_of(row)
        row.override = {**row.override, "unified": await find_version(session, row, form.version)}
        await note_version(session, caller, row, former, restored=form.version)
    request.state.connections.forget_all()
    return json_response(environment_integration(row, request.state.providers))

"""`/environment-integration`: which providers an environment has switched on, and its own settings for them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth import sealed
from auth.accounts import erase_accounts, find_integration
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.endpoints.edge import api_caller, path_id
from auth.forms import IntegrationChange, IntegrationForm, Override
from auth.listing import BOOLEAN, TEXT, TIME, Listing, page, read_listing, read_page
from auth.oauth_clients import binding
from auth.override_versions import note_version, override_of
from auth.presenting import built_in_id, environment_integration
from auth.vault import Vault
from providers.overrides.reading import check_override
from providers.provider import Provider
from schemas.errors import Conflict, InvalidRequest
from schemas.tables import EnvironmentIntegration, IntegratedAccount

COLUMNS: dict[str, Any] = {
    "id": EnvironmentIntegration.id,
    "integration_id": EnvironmentIntegration.integration,
    "integration.name": EnvironmentIntegration.integration,
    "is_enabled": EnvironmentIntegration.is_enabled,
    "show_in_catalog": EnvironmentIntegration.show_in_catalog,
    "created_at": EnvironmentIntegration.created_at,
    "updated_at": EnvironmentIntegration.updated_at,
}
FILTERS = {
    "id": TEXT,
    "integration_id": TEXT,
    "integration.name": TEXT,
    "is_enabled": BOOLEAN,
    "show_in_catalog": BOOLEAN,
    "created_at": TIME,
    "updated_at": TIME,
}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = _by_name(request, read_listing(request, FILTERS))
    query = select(EnvironmentIntegration).where(
        EnvironmentIntegration.environment_id == caller.environment_id
    )
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, EnvironmentIntegration, listing, COLUMNS)
    return json_response(page([_shown(request, row) for row in rows], listing, cursor))


async def get(request: Request) -> Response:
    caller = await api_caller(request)
    async with request.state.database.read() as session:
        row = await find_integration(session, caller.environment_id, path_id(request))
    return json_response(_shown(request, row))


async def create(request: Request) -> Response:
    """Switches a provider on; it may be on already."""
    caller = await api_caller(request)
    form = validate(IntegrationForm, await read_json(request))
    name = integration_name(request, form.integration_id)
    if name is None:
        failure = {"field": "integration_id", "message": "is no integration of this gateway"}
        raise InvalidRequest("There is no such integration.", failures=[failure])
    return json_response(_shown(request, await switch_on(request, caller.environment_id, name)), 201)


async def change(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(IntegrationChange, await read_json(request))
    if form.override and form.override.unified:
        await _check_override(request, caller, form.override.unified)
    async with request.state.database.write() as session:
        row = await find_integration(session, caller.environment_id, path_id(request), lock=True)
        former = override_of(row)
        for name, value in form.given("is_enabled", "show_in_catalog").items():
            setattr(row, name, value)
        if "override" in form.model_fields_set:
            await _replace_override(session, request.state.vault, row, form.override)
        await note_version(session, caller, row, former)
    request.state.connections.forget_all()
    return json_response(_shown(request, row))


async def delete(request: Request) -> Response:
    """Refused while accounts exist, unless `force=true` lets them go along."""
    caller = await api_caller(request)
    row_id, force = path_id(request), request.query_params.get("force") in ("true", "1")

    async def erase(session: AsyncSession) -> list[httpx.Request]:
        row = await find_integration(session, caller.environment_id, row_id, lock=True)
        of_row = col(IntegratedAccount.environment_integration_id) == row.id
        if not force and (await session.exec(select(IntegratedAccount.id).where(of_row).limit(1))).first():
            raise Conflict("Integrated accounts use this integration: delete them first, or send force=true.")
        grants = await request.state.revocations.gather(session, caller.environment_id, of_row)
        await erase_accounts(session, caller.environment_id, of_row)
        await _erase_secret(session, row)
        await session.delete(row)
        return list(grants)

    request.state.revocations.send(await request.state.database.transact(erase))
    request.state.connections.forget_all()
    return json_response({"id": row_id})


def integration_name(request: Request, id_or_name: str) -> str | None:
    names: list[str] = list(request.state.providers)
    return next((name for name in names if id_or_name in (name, built_in_id("integration", name))), None)


async def switch_on(request: Request, environment_id: str, name: str) -> EnvironmentIntegration:
    """The environment's row for a provider, made where there is none; whoever comes second finds the first one's."""
    query = select(EnvironmentIntegration).where(
        EnvironmentIntegration.environment_id == environment_id, EnvironmentIntegration.integration == name
    )
    made = EnvironmentIntegration(environment_id=environment_id, integration=name)
    async with request.state.database.read() as session:
        row: EnvironmentIntegration | None = (await session.exec(query)).first()
    if row is not None:
        return row
    try:
        async with request.state.database.write() as session:
            session.add(made)
    except IntegrityError:
        return await switch_on(request, environment_id, name)
    return made


async def _replace_override(
    session: AsyncSession, vault: Vault, row: EnvironmentIntegration, override: Override
) -> None:
    """The whole column; the client's secret goes to the vault, and stays there while the client is named without it."""
    client = override.credentials.client if override.credentials else None
    row.override = override.model_dump(
        exclude_unset=True, exclude={"credentials": {"client": {"secret"}}}, exclude_none=True
    )
    if client is None:
        await _erase_secret(session, row)
    elif client.secret is not None:
        await sealed.put(session, vault, binding(row), {"client_secret": client.secret})


async def _check_override(request: Request, caller: Caller, override: dict[str, Any]) -> None:
    """Beside the event loop and before the transaction: many long expressions take their time."""
    async with request.state.database.read() as session:
        row = await find_integration(session, caller.environment_id, path_id(request))
    provider = _provider(request, row)
    await asyncio.to_thread(check_override, provider, override, "override.unified")


def _provider(request: Request, row: EnvironmentIntegration) -> Provider:
    providers: Mapping[str, Provider] = request.state.providers
    if row.integration not in providers:
        raise InvalidRequest(
            f"This gateway does not offer {row.integration}: its models can't be overridden."
        )
    return providers[row.integration]


async def _erase_secret(session: AsyncSession, row: EnvironmentIntegration) -> None:
    await sealed.erase(session, binding(row))


def _by_name(request: Request, listing: Listing) -> Listing:
    """Ids of integrations are made from their names; the table holds names."""
    names = {built_in_id("integration", name): name for name in request.state.providers}
    return listing.translated("integration_id", lambda value: names.get(value, ""))


def _shown(request: Request, row: EnvironmentIntegration) -> dict[str, Any]:
    return environment_integration(row, request.state.providers)

"""`/integrated-account`: list, get, change and erase."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import erase_accounts, find_account, seal_secrets, take_context, whole_context
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.connections import ACTIVE, Connections, unknown_account
from auth.credentials import merge, read_context
from auth.endpoints.edge import api_caller, path_id
from auth.events import emit, emit_status
from auth.forms import AccountChange, BulkDelete
from auth.listing import BOOLEAN, TEXT, TIME, page, read_listing, read_page
from auth.override_versions import note_version, override_of
from auth.presenting import integrated_account
from auth.revoking import Revocations
from auth.vault import Vault
from providers.overrides.reading import check_override
from schemas.tables import EnvironmentIntegration, IntegratedAccount

COLUMNS: dict[str, Any] = {
    "id": IntegratedAccount.id,
    "tenant_id": IntegratedAccount.tenant_id,
    "status": IntegratedAccount.status,
    "is_sandbox": IntegratedAccount.is_sandbox,
    "is_blocked": IntegratedAccount.is_blocked,
    "integration.name": EnvironmentIntegration.integration,
    "created_at": IntegratedAccount.created_at,
    "updated_at": IntegratedAccount.updated_at,
}
FILTERS = {
    "id": TEXT,
    "tenant_id": TEXT,
    "status": TEXT,
    "is_sandbox": BOOLEAN,
    "is_blocked": BOOLEAN,
    "integration.name": TEXT,
    "created_at": TIME,
    "updated_at": TIME,
}


async def list_(request: Request) -> Response:
    return json_response(await listed(request, await api_caller(request)))


async def get(request: Request) -> Response:
    caller = await api_caller(request)
    return json_response(await shown(request, caller, path_id(request)))


async def change(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(AccountChange, await read_json(request))
    if form.given("unified_model_override"):
        await _check_override(request, caller, form.unified_model_override)
    return json_response(await changed(request, caller, path_id(request), form))


async def changed(request: Request, caller: Caller, account_id: str, form: AccountChange) -> dict[str, Any]:
    """The account after its change, whose override has been checked. Raises NotFound and InvalidRequest."""
    state = request.state
    async with state.database.write() as session:
        account, integration = await find_account(session, caller.environment_id, account_id, lock=True)
        before, former = account.status, override_of(account)
        for name, value in form.given("tenant_id", "status", "is_blocked", "unified_model_override").items():
            setattr(account, name, value)
        await note_version(session, caller, account, former)
        if form.given("status") == {"status": ACTIVE}:
            account.last_error = None
        if "context" in form.model_fields_set:
            await _change_context(
                session, state.vault, state.connections, (account, integration), form.context
            )
        if form.model_fields_set:
            await emit(session, "integrated_account:updated", account, integration)
        await emit_status(session, before, account, integration)
    state.connections.forget(caller.environment_id, account_id)
    return integrated_account(account, integration, state.providers)


async def delete(request: Request) -> Response:
    caller = await api_caller(request)
    account_id = path_id(request)
    if not await erased(request, caller, col(IntegratedAccount.id) == account_id):
        raise unknown_account()
    return json_response({"id": account_id})


async def delete_many(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(BulkDelete, await read_json(request))
    chosen: Any = col(IntegratedAccount.tenant_id) == form.tenant
    if "ids" in form.model_fields_set:
        chosen = col(IntegratedAccount.id).in_(form.ids)
    return json_response({"success": True, "deleted": await erased(request, caller, chosen)})


async def listed(request: Request, caller: Caller, *conditions: Any) -> dict[str, Any]:
    """A page of the environment's accounts that meet the conditions and the query."""
    listing = read_listing(request, FILTERS)
    own = (IntegratedAccount.environment_id == caller.environment_id, *conditions)
    query = select(IntegratedAccount).join(EnvironmentIntegration).where(*own)
    rows_of = select(EnvironmentIntegration).where(
        EnvironmentIntegration.environment_id == caller.environment_id
    )
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, IntegratedAccount, listing, COLUMNS)
        integrations = {row.id: row for row in (await session.exec(rows_of)).all()}
    accounts = [
        integrated_account(row, integrations[row.environment_integration_id], request.state.providers)
        for row in rows
    ]
    return page(accounts, listing, cursor)


async def shown(request: Request, caller: Caller, account_id: str) -> dict[str, Any]:
    """An account of the caller's environment. Raises NotFound."""
    async with request.state.database.read() as session:
        account, integration = await find_account(session, caller.environment_id, account_id)
    return integrated_account(account, integration, request.state.providers)


async def erased(request: Request, caller: Caller, *conditions: Any) -> int:
    """How many of the environment's accounts met the conditions and are gone, credentials first."""

    revocations: Revocations = request.state.revocations

    async def erase(session: AsyncSession) -> tuple[list[str], list[httpx.Request]]:
        grants = await revocations.gather(session, caller.environment_id, *conditions)
        return await erase_accounts(session, caller.environment_id, *conditions), grants

    ids, grants = await request.state.database.transact(erase)
    revocations.send(grants)
    for account_id in ids:
        request.state.connections.forget(caller.environment_id, account_id)
    return len(ids)


async def _check_override(request: Request, caller: Caller, override: dict[str, Any]) -> None:
    """Beside the event loop and before the transaction: many long expressions take their time."""
    async with request.state.database.read() as session:
        account, integration = await find_account(session, caller.environment_id, path_id(request))
    method = account.authentication_method
    provider, _ = request.state.connections.offered(integration.integration, method)
    await asyncio.to_thread(check_override, provider, override, "unified_model_override")


async def _change_context(
    session: AsyncSession,
    vault: Vault,
    connections: Connections,
    found: tuple[IntegratedAccount, EnvironmentIntegration],
    context: Mapping[str, Any],
) -> None:
    account, integration = found
    provider, scheme = connections.offered(integration.integration, account.authentication_method)
    whole = merge(await whole_context(session, vault, account), context)
    has_client = connections.has_client(scheme, integration, is_sandbox=account.is_sandbox)
    read = read_context(provider, scheme, whole, is_sandbox=account.is_sandbox, has_client=has_client)
    await seal_secrets(session, vault, account, take_context(account, provider, read))

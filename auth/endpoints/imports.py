"""Credentials that a caller hands over: `POST /integrated-account` and `PATCH /integrated-account/{id}/credentials`."""

from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import find_account, find_integration, seal_secrets, take_context, whole_context
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.connections import ACTIVE, Connection, Connections, printable
from auth.credentials import merge, read_context
from auth.endpoints.accounts import shown
from auth.endpoints.edge import api_caller, path_id
from auth.events import emit, emit_status
from auth.forms import AccountForm, CredentialsChange
from auth.renewal import keep_grant
from providers.provider import Provider
from schemas.errors import AccountProblem, Conflict, InvalidRequest, NotFound, RemoteProblem, VendorTrouble
from schemas.tables import EnvironmentIntegration, IntegratedAccount

CONNECTING = "connecting"
VALIDATION_ERROR = "validation_error"


async def import_(request: Request) -> Response:
    """The account is saved, then tried; its status tells the result."""
    caller = await api_caller(request)
    form = validate(AccountForm, await read_json(request))
    integration = await _integration(request, caller, form.environment_integration_id)
    account = IntegratedAccount(
        environment_id=caller.environment_id,
        environment_integration_id=integration.id,
        tenant_id=form.tenant_id,
        status=CONNECTING if form.check else ACTIVE,
        is_sandbox=form.is_sandbox,
        authentication_method=form.authentication_method,
    )
    provider = _offering(request.state.connections, integration, form.authentication_method)
    context = _context(request, account, integration, form.context)
    connection = await save(request, account, integration, provider, context)
    if form.check:
        await _try_first(request, connection)
    return json_response(await shown(request, caller, account.id), 201)


async def save(
    request: Request,
    account: IntegratedAccount,
    integration: EnvironmentIntegration,
    provider: Provider,
    context: Mapping[str, Any],
) -> Connection:
    """Stores a new account with its secrets. Raises AccountProblem, before that, where no connection can be made."""
    secrets = take_context(account, provider, context)
    connection = await _connection(request, account, integration, secrets)
    async with request.state.database.write() as session:
        session.add(account)
        await session.flush()
        await seal_secrets(session, request.state.vault, account, secrets)
        await emit(session, "integrated_account:created", account, integration)
        await emit_status(session, CONNECTING, account, integration)
    return connection


async def replace_credentials(request: Request) -> Response:
    """New credentials are tried first; the old ones stay until they have worked."""
    caller = await api_caller(request)
    form = validate(CredentialsChange, await read_json(request))
    state, account_id = request.state, path_id(request)
    async with state.database.read() as session:
        account, integration = await find_account(session, caller.environment_id, account_id)
        whole = merge(await whole_context(session, state.vault, account), form.change)
    version = account.credential_version
    context = _context(request, account, integration, whole)
    secrets = take_context(account, state.connections.providers[integration.integration], context)
    connection = await _connection(request, account, integration, secrets)
    await _try_new(request, connection)
    await _replace(request, account, version, secrets, connection)
    return json_response(await shown(request, caller, account_id))


async def _replace(
    request: Request,
    account: IntegratedAccount,
    version: str,
    secrets: Mapping[str, Any],
    connection: Connection,
) -> None:
    """Raises Conflict where the stored account is not of this version any more."""
    state = request.state
    async with state.database.write() as session:
        present, integration = await find_account(session, account.environment_id, account.id, lock=True)
        if present.credential_version != version:
            raise Conflict("The account was changed meanwhile; send the credentials again.")
        present.context, present.credential_version = account.context, account.credential_version
        before, present.status, present.last_error = present.status, ACTIVE, None
        await seal_secrets(session, state.vault, present, secrets)
        if token := state.renewals.tried(connection):
            await keep_grant(session, state.vault, present, token)
        await emit(session, "integrated_account:updated", present, integration)
        await emit_status(session, before, present, integration)
    state.connections.forget(account.environment_id, account.id)


def _context(
    request: Request,
    account: IntegratedAccount,
    integration: EnvironmentIntegration,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Raises InvalidRequest for one that does not fit."""
    connections, is_sandbox = request.state.connections, account.is_sandbox
    provider, scheme = connections.offered(integration.integration, account.authentication_method)
    has_client = connections.has_client(scheme, integration, is_sandbox=is_sandbox)
    return read_context(provider, scheme, given, is_sandbox=is_sandbox, has_client=has_client)


async def _connection(
    request: Request,
    account: IntegratedAccount,
    integration: EnvironmentIntegration,
    secrets: Mapping[str, Any],
) -> Connection:
    connections: Connections = request.state.connections
    async with request.state.database.read() as session:
        client = await connections.client(session, account, integration)
    return connections.connect(account, integration, secrets, client)


async def _try_first(request: Request, connection: Connection) -> None:
    status, error = ACTIVE, None
    try:
        await request.state.verify(connection)
    except (RemoteProblem, VendorTrouble, AccountProblem) as problem:
        status, error = VALIDATION_ERROR, printable(connection.secrets.hide_in(problem.message))
    async with request.state.database.write() as session:
        account, integration = await find_account(
            session, connection.environment_id, connection.account_id, lock=True
        )
        if (account.credential_version, account.status) == (connection.version, CONNECTING):
            account.status, account.last_error = status, error
            await emit_status(session, CONNECTING, account, integration)


async def _try_new(request: Request, connection: Connection) -> None:
    try:
        await request.state.verify(connection)
    except RemoteProblem as problem:
        message = connection.secrets.hide_in(problem.message)
        raise RemoteProblem(message, status=401, raw=problem.raw, insight=problem.insight) from problem


async def _integration(request: Request, caller: Caller, row_id: str) -> EnvironmentIntegration:
    try:
        async with request.state.database.read() as session:
            row = await find_integration(session, caller.environment_id, row_id)
    except NotFound:
        _refuse("environment_integration_id", "is no environment-integration of this environment")
    if not row.is_enabled:
        _refuse("environment_integration_id", "is switched off")
    return row


def _offering(connections: Connections, integration: EnvironmentIntegration, method: str) -> Provider:
    """The provider, if one can sign in so."""
    provider = connections.providers.get(integration.integration)
    methods = [scheme.method for scheme in provider.schemes] if provider else []
    if provider is None or method not in methods:
        _refuse("authentication_method", f"must be one of {', '.join(methods)}")
    return provider


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidRequest.about(field, message, message="The account can't be imported.")

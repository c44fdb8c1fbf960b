"""`/sandbox-integrated-account`: accounts of the providers' stand-ins, ready at once."""

from collections.abc import Mapping
from typing import Any, NoReturn

from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import find_integration
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.connections import ACTIVE, unknown_account
from auth.credentials import fitting, read_context
from auth.endpoints.accounts import erased, listed, shown
from auth.endpoints.edge import api_caller, path_id
from auth.endpoints.environment_integrations import integration_name, switch_on
from auth.endpoints.imports import save
from auth.forms import SandboxForm
from auth.presenting import sandbox_account
from providers.provider import Provider
from providers.schemes import Scheme
from schemas.errors import AccountProblem, InvalidRequest, NotFound
from schemas.tables import EnvironmentIntegration, IntegratedAccount

IS_SANDBOX = col(IntegratedAccount.is_sandbox) == True  # noqa: E712 - SQL, not Python


async def list_(request: Request) -> Response:
    answer = await listed(request, await api_caller(request), IS_SANDBOX)
    return json_response({**answer, "result": [sandbox_account(account) for account in answer["result"]]})


async def get(request: Request) -> Response:
    account = await shown(request, await api_caller(request), path_id(request))
    if not account["is_sandbox"]:
        raise unknown_account()
    return json_response(sandbox_account(account))


async def create(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(SandboxForm, await read_json(request))
    integration = await _integration(request, caller, form)
    provider, scheme, context = _credentials(request, integration.integration)
    account = IntegratedAccount(
        environment_id=caller.environment_id,
        environment_integration_id=integration.id,
        tenant_id=form.tenant_id,
        status=ACTIVE,
        is_sandbox=True,
        authentication_method=scheme.method,
    )
    read = read_context(provider, scheme, context, is_sandbox=True)
    await save(request, account, integration, provider, read)
    return json_response(sandbox_account(await shown(request, caller, account.id)), 201)


async def delete(request: Request) -> Response:
    caller = await api_caller(request)
    account_id = path_id(request)
    if not await erased(request, caller, IS_SANDBOX, col(IntegratedAccount.id) == account_id):
        raise unknown_account()
    return json_response({"id": account_id})


async def _integration(request: Request, caller: Caller, form: SandboxForm) -> EnvironmentIntegration:
    if "id" in form.model_fields_set:
        try:
            async with request.state.database.read() as session:
                return await find_integration(session, caller.environment_id, form.id)
        except NotFound:
            _refuse("id", "is no environment-integration of this environment")
    name = integration_name(request, form.integration)
    if name is None:
        _refuse("integration", "is no integration of this gateway")
    return await switch_on(request, caller.environment_id, name)


def _credentials(request: Request, name: str) -> tuple[Provider, Scheme, Mapping[str, Any]]:
    """The first scheme that the stand-in's own credentials fit, and that needs nobody to sign in."""
    connections = request.state.connections
    connections.sandbox_url(name)
    provider, context = connections.providers[name], connections.sandbox_contexts.get(name, {})
    if found := fitting(provider, context):
        return provider, *found
    raise AccountProblem(
        f"The credentials of the sandbox of {name} are not configured: import the account with is_sandbox instead."
    )


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidRequest.about(field, message, message="The account can't be made.")

"""Discovery: what an integration can do, what it can for one account, its tools, and a tenant's own fields."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.accounts import find_account
from auth.bodies import json_response
from auth.connections import Connection, Connections
from auth.endpoints.edge import api_caller, path_id
from auth.endpoints.environment_integrations import integration_name
from auth.override_versions import override_of
from providers.provider import Provider, limits_under
from schemas.errors import InvalidRequest, NotFound
from schemas.tables import EnvironmentIntegration, IntegratedAccount
from unified.capabilities import PARTS, Scene, Wanted, capabilities
from unified.custom_fields import FieldSamples
from unified.overrides import Bends
from unified.tools import chosen

TRUTH: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}


async def of_integration(request: Request) -> Response:
    caller = await api_caller(request)
    wanted = _wanted(request)
    name = integration_name(request, path_id(request))
    if name is None:
        raise NotFound("There is no such integration.")
    provider: Provider = request.state.providers[name]
    return json_response(capabilities(Scene(provider, provider.limits), caller.environment_id, wanted))


async def of_account(request: Request) -> Response:
    """Whatever state the account is in: it may be asked for before it is connected."""
    wanted = _wanted(request)
    account, integration, provider = await _account(request)
    shown = capabilities(_scene(request, account, integration, provider), account.environment_id, wanted)
    state = {
        "id": account.id,
        "status": account.status,
        "authentication_method": account.authentication_method,
        "is_blocked": account.is_blocked,
    }
    return json_response({**shown, "account": state})


async def tools_of_account(request: Request) -> Response:
    asked = _asked(request, "methods", "tags")
    _, _, provider = await _account(request)
    found = chosen(provider, _listed(asked, "methods"), _listed(asked, "tags"))
    return json_response({"result": [tool.whole() for tool in found]})


async def custom_fields_of_account(request: Request) -> Response:
    """Names and kinds of a tenant's own fields, as a page of records shows them."""
    asked = _asked(request, "resource")
    caller = await api_caller(request)
    connection: Connection = await request.state.connections.open(caller, path_id(request))
    samples: FieldSamples = request.state.field_samples
    return json_response({"result": await samples.of(connection, request.state.bends, asked.get("resource"))})


async def _account(request: Request) -> tuple[IntegratedAccount, EnvironmentIntegration, Provider]:
    caller = await api_caller(request)
    async with request.state.database.read() as session:
        account, integration = await find_account(session, caller.environment_id, path_id(request))
    connections: Connections = request.state.connections
    provider, _ = connections.offered(integration.integration, account.authentication_method)
    return account, integration, provider


def _scene(
    request: Request, account: IntegratedAccount, integration: EnvironmentIntegration, provider: Provider
) -> Scene:
    bends: Bends = request.state.bends
    layers = override_of(integration), override_of(account)
    return Scene(
        provider,
        limits_under(integration.override.get("limits"), provider.limits),
        lambda unified, resource: bends.laid(provider.name, unified, resource, layers),
        *layers,
    )


def _wanted(request: Request) -> Wanted:
    asked = _asked(request, "type", "methods", "resource", "has_description")
    kind, described = asked.get("type", "all"), asked.get("has_description", "true")
    if kind not in PARTS:
        raise InvalidRequest.about("type", f"takes one of {', '.join(PARTS)}")
    if described not in TRUTH:
        raise InvalidRequest.about("has_description", "takes true or false")
    return Wanted(kind, frozenset(_listed(asked, "methods")), asked.get("resource", ""), TRUTH[described])


def _asked(request: Request, *known: str) -> dict[str, str]:
    """The query. Raises InvalidRequest for what is not known, empty or given twice."""
    found: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise InvalidRequest.about(name, "unknown parameter", reason="unknown_parameter")
        if name in found or not value:
            raise InvalidRequest.about(name, "is given twice" if name in found else "is empty")
        found[name] = value
    return found


def _listed(asked: Mapping[str, str], name: str) -> list[str]:
    return asked[name].split(",") if name in asked else []


ROUTES = [
    Route("/integration/{id}/capabilities", of_integration),
    Route("/integrated-account/{id}/capabilities", of_account),
    Route("/integrated-account/{id}/tools", tools_of_account),
    Route("/integrated-account/{id}/custom-fields", custom_fields_of_account),
]

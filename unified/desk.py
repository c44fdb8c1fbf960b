"""What an endpoint of the unified API works with: the connection, the resource asked for, the tools to read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request

from auth.connections import Connection, Connections
from auth.tokens import authenticate
from providers.resource import Resource
from proxy.cursors import Cursors
from schemas.errors import NotFound
from schemas.unified import MODELS, UnifiedModel, UnifiedResource
from unified.overrides import Bends
from unified.reader import Reader
from unified.syntax import Query, read_query
from unified.target import zone_of


@dataclass(frozen=True)
class Desk:
    """One call's things. `zone`: the tenant's, in which its calendar days begin."""

    query: Query
    connection: Connection
    unified: UnifiedResource
    resource: Resource
    reader: Reader
    cursors: Cursors

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.connection)


async def open_desk(request: Request) -> Desk:
    """Authenticates, finds the resource, opens the account; raises what the contract says where one of these fails."""
    caller = await authenticate(request)
    unified = unified_resource(request)
    query = read_query(request.scope["query_string"])
    named = query.get("integrated_account_id")
    account_id = request.state.account_id = caller.account(named.values if named else ())
    connections: Connections = request.state.connections
    reader: Reader = request.state.reader
    account = await connections.open(caller, account_id)
    connection = await reader.informed(account, asks=query.get("truto_skip_api_call") is None)
    resource = resource_of(connection, unified, request.state.bends)
    return Desk(query, connection, unified, resource, reader, request.state.cursors)


def resource_of(connection: Connection, unified: UnifiedResource, bends: Bends) -> Resource:
    """The resource as it is for this account: with the tenant's own collections, and overrides over all of them."""
    declared = offered(connection.provider.resources, unified, connection.provider.label)
    return bends.resource(connection, unified, declared.of_tenant(connection.context))


def unified_model(request: Request) -> UnifiedModel:
    return model_named(request.path_params["model"])


def unified_resource(request: Request) -> UnifiedResource:
    return resource_named(request.path_params["model"], request.path_params["resource"])


def model_named(name: str) -> UnifiedModel:
    if name not in MODELS:
        raise NotFound(
            f"There is no model '{name[:100]}': there are {', '.join(MODELS)}", reason="unknown_model"
        )
    return MODELS[name]


def resource_named(model_name: str, name: str) -> UnifiedResource:
    model = model_named(model_name)
    if name not in model.resources:
        known = ", ".join(model.resources)
        raise NotFound(
            f"{model.label} has no resource '{name[:100]}': it has {known}", reason="unknown_resource"
        )
    return model.resources[name]


def offered(resources: Mapping[str, Resource], unified: UnifiedResource, label: str) -> Resource:
    if unified.key not in resources:
        raise NotFound(f"{label} does not offer {unified.key}", reason="unknown_resource")
    return resources[unified.key]

"""Puts the stand-in together: control API, token endpoint, API, and the layer that breaks the wire."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.admin import Admin
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.coupa import oauth
from sandbox.coupa.api import Api
from sandbox.coupa.clients import credentials
from sandbox.coupa.consent import Consent
from sandbox.coupa.rows import TenantRows
from sandbox.coupa.switches import switches as read_switches
from sandbox.coupa.tenant import open_tenant
from sandbox.faults import Faults
from sandbox.traffic import Traffic
from sandbox.wire import Wire

# Faults that concern more than the wire, with what holds for them unless told otherwise.
FAULTS: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "expire_tokens": {"path": "/api/*", "count": 1},
        "revoke_client": {},
        "token_not_ready": {"path": "/api/*"},
        "scope_removed": {},
        "xml": {"path": "/api/*"},
        "empty_404": {"path": "/api/*"},
        "drift": {"path": "/api/*"},
        "default_filter": {"path": "/api/*"},
        "ignored_field": {"path": "/api/*"},
    }
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(
    *,
    seed: int = 1,
    records: int | None = None,
    public_url: str = "http://127.0.0.1:0",
    clock: Clock | None = None,
    data: Path | None = None,
    **switches: Any,
) -> Starlette:
    """A tenant with its own records and clock. `records`: number of suppliers; `switches`: see `Switches`.

    `data`: a file that keeps people's consents over a restart. `app.state.credentials` holds what a client needs.
    Raises ValueError for an unknown switch or a file of another sort.
    """
    clock = clock or Clock()
    tenant = open_tenant(seed, records, public_url, clock, read_switches(**switches), data)
    traffic = Traffic(oauth.TOKEN_PATHS.__contains__)
    faults = Faults(clock, FAULTS, "/oauth2/*token*")
    control = Control(clock, traffic, faults, TenantRows(tenant), tenant.grants)
    api = Api(tenant)

    async def serve_api(request: Request) -> Response:
        return await api(request)

    app = Starlette(
        routes=[
            *control.routes(),
            *Admin(control, "Coupa").routes(),
            *oauth.routes(tenant),
            *Consent(tenant, seed).routes(),
            Route("/api/{path:path}", serve_api, methods=METHODS),
        ],
        middleware=[Middleware(Wire, traffic, faults), Middleware(GZipMiddleware, 1024, 1)],
    )
    app.state.credentials = credentials(seed)
    app.state.tenant = tenant
    return app

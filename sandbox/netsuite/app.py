"""Puts the stand-in together: control API, the accounts' front, and the layer that breaks the wire."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from sandbox.admin import Admin
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.netsuite.answers import problems
from sandbox.netsuite.audit import AuditTrail
from sandbox.netsuite.books import Books
from sandbox.netsuite.consent import Consent
from sandbox.netsuite.control import AccountControl
from sandbox.netsuite.credentials import listed
from sandbox.netsuite.endpoints import ENDPOINTS
from sandbox.netsuite.front import Front
from sandbox.netsuite.grants import Grants
from sandbox.netsuite.hosts import Sites, slug
from sandbox.netsuite.jobs import Jobs
from sandbox.netsuite.oauth import TOKEN, OAuth
from sandbox.netsuite.oauth1 import Signatures
from sandbox.netsuite.pool import Pool, Pools
from sandbox.netsuite.registry import registry
from sandbox.netsuite.rows import AccountRows
from sandbox.netsuite.switches import Switches
from sandbox.netsuite.switches import switches as read_switches
from sandbox.netsuite.tenant import Tenant
from sandbox.netsuite.tokens import Tokens
from sandbox.sessions import Sessions
from sandbox.traffic import Traffic
from sandbox.wire import Wire
from sandbox.words import word

CALLS = "*/services/rest/[!a]*"  # of records and queries, not of tokens
# Faults that concern more than the wire, with what holds for them unless told otherwise.
FAULTS: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "expire_tokens": {"path": "*/services/rest/*", "count": 1},
        "revoke_client": {},
        "token_not_ready": {},
        "scope_removed": {},
        "invalid_login": {"path": CALLS},
        "invalid_grant": {"path": f"*{TOKEN}"},
        "hold": {"path": CALLS},
        "429": {"body": "json"},
        "500": {"body": "json"},
        "503": {"body": "html"},
    }
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(
    *,
    seed: int = 1,
    records: int | None = None,
    public_url: str = "http://127.0.0.1:0",
    clock: Clock | None = None,
    data: Path | None = None,
    **switches: Any,
) -> Starlette:
    """Accounts with records of their own and one clock. `records`: number of vendors; `switches`: see `Switches`.

    `data`: a file that keeps people's consents over a restart. `app.state.credentials` holds what a client needs,
    `app.state.tenants` the accounts by slug, the first of them the one that an address without an account stands for.
    Raises ValueError for an unknown switch or a file of another sort.
    """
    clock = clock or Clock()
    chosen = read_switches(**switches)
    grants = Grants(clock, chosen, data)
    tenants = {
        slug(one): open_tenant(one, seed, records, chosen, grants) for one in chosen.accounts.split(",")
    }
    traffic = Traffic(lambda path: path.endswith(TOKEN))
    faults = Faults(clock, FAULTS, f"*{TOKEN}")
    pools = Pools({one.account: one.pool for one in tenants.values()})
    control = Control(
        clock, traffic, faults, AccountRows(next(iter(tenants.values())).books), grants, (pools,)
    )
    app = Starlette(
        routes=[
            *control.routes(),
            *Admin(control, "NetSuite").routes(),
            *AccountControl(tenants).routes(),
            *OAuth(tenants, public_url).routes(),
            *Consent(tenants, Sessions(word(seed, "sessions", 32).encode())).routes(),
            Route("/services/rest/{path:path}", Front(tenants, ENDPOINTS), methods=METHODS),
        ],
        middleware=[
            Middleware(Wire, traffic, faults, problems(chosen)),
            Middleware(GZipMiddleware, 1024, 1),
            Middleware(Sites, tuple(tenants)),
        ],
    )
    app.state.credentials = listed({one.account: one.registry for one in tenants.values()})
    app.state.tenants = tenants
    return app


def open_tenant(account: str, seed: int, records: int | None, switches: Switches, grants: Grants) -> Tenant:
    """An account with what follows from the seed."""
    clock = grants.clock
    known = registry(seed, slug(account), clock.now())
    return Tenant(
        account=account,
        seed=seed,
        records=records,
        switches=switches,
        clock=clock,
        registry=known,
        tokens=Tokens(account, seed, known, grants, switches),
        grants=grants,
        signatures=Signatures(account, known, clock),
        audit=AuditTrail(),
        pool=Pool(switches.pool, switches.reserved),
        jobs=Jobs(clock, switches),
        books=Books(seed, records, switches, clock),
    )

"""The application: every floor's routes, one table of errors, and the things that live as long as the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from auth.changes import EVERY, SWEPT_EVERY, Changes
from auth.connections import Connections
from auth.database import Database
from auth.gateway_secret import gateway_secret
from auth.guesses import Guesses
from auth.linking.pages.assets import ROUTES as PAGE_ROUTES
from auth.origins import Origins
from auth.renewal import Journal, Renewals, Sweeper, sweeping
from auth.revoking import Revocations
from auth.rounds import rounds
from auth.routes import ROUTES as AUTH_ROUTES
from auth.vault import Keyring, Vault
from gateway.cors import Cors
from gateway.docs import ROUTES as DOCS_ROUTES
from gateway.errors import Application
from gateway.front import Front
from gateway.gate import Gate, hosts_of
from gateway.governing import open_governor
from gateway.health import ROUTES as HEALTH_ROUTES
from gateway.heap import settle, trimmed
from gateway.leaving import Leaving
from gateway.limits import LIMITS, Limits
from gateway.lines import Lines
from gateway.load import PATIENCE, Load, Shedding, watched
from gateway.log import ROUTES as LOG_ROUTES
from gateway.metrics import ROUTES as METRICS_ROUTES
from gateway.metrics import Metrics
from gateway.openapi_route import ROUTES as OPENAPI_ROUTES
from gateway.openapi_route import Contract
from gateway.opening import Opening, Waiting
from gateway.patience import Patience
from gateway.readiness import complaint
from gateway.request_log import open_request_log
from gateway.sdk import ROUTES as SDK_ROUTES
from gateway.settings import Settings
from gateway.siblings import joined
from gateway.telemetry import open_log
from gateway.telling import open_courier
from gateway.watch import Watch
from providers.registry import PROVIDERS
from proxy.breaker import TERMS, Breakers, Terms
from proxy.cursors import Cursors
from proxy.endpoints import ROUTES as PROXY_ROUTES
from proxy.guard import Guard
from proxy.once import open_ledger
from proxy.pipe import Pipe
from proxy.places import Places
from proxy.targets import check_target
from proxy.transport import Transport
from proxy.verify import verify
from schemas.unified import MODELS
from unified.batch.endpoint import ROUTES as BATCH_ROUTES
from unified.custom_fields import FieldSamples
from unified.discovery import ROUTES as DISCOVERY_ROUTES
from unified.endpoints import ROUTES as UNIFIED_ROUTES
from unified.overrides import Bends
from unified.preview import ROUTES as PREVIEW_ROUTES
from unified.reader import Reader

if TYPE_CHECKING:
    from gateway.tracing import Traces

Contexts = Mapping[str, Mapping[str, Any]]
ROUTES = [  # tried in this order
    *PROXY_ROUTES,
    *UNIFIED_ROUTES,
    *PREVIEW_ROUTES,
    *DISCOVERY_ROUTES,
    *BATCH_ROUTES,
    *HEALTH_ROUTES,
    *METRICS_ROUTES,
    *OPENAPI_ROUTES,
    *DOCS_ROUTES,
    *AUTH_ROUTES,
    *PAGE_ROUTES,
    *SDK_ROUTES,
    *LOG_ROUTES,
]


def create_app(
    settings: Settings,
    sandbox_contexts: Contexts | None = None,
    *,
    limits: Limits = LIMITS,
    more_routes: Sequence[Route] = (),
    workers_folder: Path | None = None,
    workers: int = 1,
) -> Starlette:
    """The gateway. `sandbox_contexts`: the credentials of the providers' stand-ins, for accounts made on request.

    `more_routes` are beside the contract. `workers_folder`: where workers on one socket meet; there are
    `workers` of them.
    """

    @asynccontextmanager
    async def opened() -> AsyncIterator[dict[str, Any]]:
        async with open_state(
            settings, sandbox_contexts=sandbox_contexts, workers_folder=workers_folder, workers=workers
        ) as state:
            settle()
            async with trimmed():
                yield state

    opening = Opening(partial(complaint, settings), opened)

    app = Application(
        routes=[*ROUTES, *more_routes],
        middleware=[
            Middleware(Waiting, opening=opening),
            Middleware(Leaving),
            Middleware(Front),
            Middleware(Cors),
            Middleware(Shedding),
            Middleware(Gate, hosts=hosts_of(settings.public_url), body_seconds=limits.body_seconds),
            Middleware(Patience),
        ],
        lifespan=lambda app: opening.run(),
    )
    app.router.redirect_slashes = False  # it would redirect to whatever host the caller names
    return app


@asynccontextmanager
async def open_state(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    sandbox_contexts: Contexts | None = None,
    log_stream: BinaryIO | None = None,
    workers_folder: Path | None = None,
    workers: int = 1,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    circuits: Terms = TERMS,
    patience: float = PATIENCE,
) -> AsyncIterator[dict[str, Any]]:
    """What endpoints find on `request.state`: opened at start, closed at the end.

    `transport`: what calls leave through, instead of the guarded one, for tests. `log_stream`: where log lines go
    instead of stderr. `sleep`: how a call waits for a token to be taken.
    `circuits`: when calls to a vendor that fails end. `patience`: seconds that the event loop may be behind.
    """
    vault = Vault(Keyring.from_setting(settings.encryption_keys.get_secret_value()))
    database = Database(settings.database_url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        lines, metrics = Lines(log_stream), Metrics()
        stack.callback(lines.flush)
        entries = await stack.enter_async_context(
            open_request_log(database, settings.log_days, metrics.dropped.inc)
        )
        log = open_log(settings.log_level, lines)
        siblings = (
            await stack.enter_async_context(joined(workers_folder, metrics.page, log))
            if workers_folder
            else None
        )
        traces = await stack.enter_async_context(_traced(settings, metrics))
        watch = Watch(log, metrics, entries, traces)
        guard = Guard(allow_private=settings.allow_private_upstreams)
        most = settings.most_requests
        load = await stack.enter_async_context(watched(Load(most, patience), metrics.lag.observe))
        way_out = transport or Transport(guard, limit=most, limit_per_host=most // 2)
        stack.push_async_callback(way_out.aclose)
        metrics.watch(
            "koine_vendor_connections_in_use",
            "Connections to vendors that serve a call.",
            lambda: way_out.connections_in_use if isinstance(way_out, Transport) else 0,
        )
        changes = Changes(database)
        connections = Connections(
            database,
            vault,
            PROVIDERS,
            settings.sandboxes,
            sandbox_contexts=sandbox_contexts,
            changes=changes,
        )
        origins = Origins(database, changes)
        await stack.enter_async_context(rounds(EVERY, changes.look, {changes.sweep: SWEPT_EVERY}))
        renewals = Renewals(
            way_out,
            database,
            vault,
            connections,
            journal=Journal(settings.journal_folder, vault),
            sleep=sleep,
            told=watch.renewed,
        )
        await renewals.replay()
        stack.push_async_callback(renewals.close)
        revocations = Revocations(way_out, vault, connections)
        stack.push_async_callback(revocations.close)
        await stack.enter_async_context(sweeping(Sweeper(database, connections, renewals), watch.broke))
        breakers = Breakers(circuits, watch.circuit)
        metrics.watch(
            "koine_circuits_open", "Accounts whose vendor is left alone for failing.", breakers.open_count
        )
        governor, token_rate = await stack.enter_async_context(open_governor(settings, workers, log, metrics))
        pipe = Pipe(
            way_out,
            renewals,
            governor=governor,
            breakers=breakers,
            places=Places(most),
            seconds=settings.upstream_seconds,
            on_call=watch.called,
        )
        stack.push_async_callback(pipe.aclose)
        ledger = await stack.enter_async_context(
            open_ledger(database, await gateway_secret(database, vault, "idempotency"), sleep=sleep)
        )
        await stack.enter_async_context(open_courier(settings, database, vault, way_out, watch, metrics))
        reader = Reader(pipe, connections)
        yield {
            "watch": watch,
            "load": load,
            "lines": lines,
            "metrics": metrics,
            "siblings": siblings,
            "contract": Contract(ROUTES),
            "request_log": entries,
            "draining": asyncio.Event(),
            "database": database,
            "vault": vault,
            "connections": connections,
            "renewals": renewals,
            "revocations": revocations,
            "token_hash_key": await gateway_secret(database, vault, "token-hash"),
            "guesses": Guesses(),
            "origins": origins,
            "changes": changes,
            "pipe": pipe,
            "governor": governor,
            "token_rate": token_rate,
            "check_target": partial(check_target, guard),
            "ledger": ledger,
            "verify": partial(verify, pipe, connections),
            "providers": PROVIDERS,
            "models": MODELS,
            "public_url": settings.public_url,
            "link_token_days": settings.link_token_days,
            "reader": reader,
            "bends": Bends(),
            "field_samples": FieldSamples(reader),
            "cursors": Cursors(await gateway_secret(database, vault, "cursor")),
            "ignore_unsupported_filters": settings.unsupported_filters == "ignore",
        }


@asynccontextmanager
async def _traced(settings: Settings, metrics: Metrics) -> "AsyncIterator[Traces | None]":
    """OpenTelemetry is loaded where the settings ask for it, and costs nothing elsewhere."""
    if settings.otlp_endpoint is None:
        yield None
        return
    from gateway.otlp import open_otlp

    async with open_otlp(settings, settings.otlp_endpoint, metrics.registry) as traces:
        yield traces

"""The accounts' request log: kept in the database for some days, written in batches beside the requests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import col, delete, select

from auth.connections import printable
from auth.database import Database, Unavailable
from auth.moments import show_moment
from auth.rounds import rounds
from gateway.telemetry import redact
from gateway.visit import Visit
from proxy.record import CallRecord
from schemas.ids import timed_id
from schemas.tables import EnvironmentIntegration, IntegratedAccount, RequestLogEntry, now

SECONDS = 1.0  # between two batches
MOST_WAITING = 10_000  # entries; what comes beyond them is dropped and counted
MOST_AT_ONCE = 500
AT_A_STRETCH = 50  # entries that are made before other tasks have their turn
PRUNED_EVERY = 3600.0  # seconds
TABLE = RequestLogEntry.metadata.tables["request_log"]
METHODS = {
    "GET": ("list", "get"),
    "POST": ("create", ""),
    "PATCH": ("update",) * 2,
    "DELETE": ("delete",) * 2,
}

Entry = dict[str, Any]


class Note(NamedTuple):
    """What an entry is made of, without the request's headers. `at` is Unix time, `seconds` how long it took."""

    environment_id: str
    account_id: str
    at: float
    request_id: str
    verb: str
    route: str
    path: str
    params: Mapping[str, str]
    status: int
    outcome: str
    reason: str | None
    is_remote_error: bool
    seconds: float
    calls: Sequence[CallRecord]
    call_count: int


class RequestLog:
    """`days`: how long entries are kept; 0: none are. `on_dropped` is told of each entry there was no room for."""

    def __init__(self, database: Database, days: int, on_dropped: Callable[[], object]) -> None:
        self._database = database
        self._days = days
        self._on_dropped = on_dropped
        self._waiting: deque[Note] = deque()

    def add(self, visit: Visit) -> None:
        """Takes note of a data call; it can be read about a second later. Never waits."""
        account_id, caller, problem = visit.account_id, visit.caller, visit.problem
        if not self._days or account_id is None or caller is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._on_dropped()
            return
        note = Note(
            caller.environment_id,
            account_id,
            visit.at,
            visit.request_id,
            visit.method,
            visit.route,
            visit.scope["path"],
            visit.scope.get("path_params", {}),
            visit.status,
            visit.outcome,
            problem.reason if problem else None,
            visit.is_remote_error,
            visit.seconds,
            visit.calls,
            visit.call_count,
        )
        self._waiting.append(note)

    async def flush(self) -> None:
        """Writes what waits. Raises Unavailable; nothing is lost then."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                await self._write(batch)
            except Unavailable:
                self._waiting.extendleft(reversed(batch))
                raise

    async def prune(self) -> None:
        """Removes what is older than it may be, some at a time: nobody else waits long for the database."""
        gone = MOST_AT_ONCE
        while gone == MOST_AT_ONCE:
            old = select(RequestLogEntry.id).where(
                col(RequestLogEntry.created_at) < now() - timedelta(days=self._days)
            )
            some = old.limit(MOST_AT_ONCE)
            async with self._database.write() as session:
                gone = (
                    await session.exec(delete(RequestLogEntry).where(col(RequestLogEntry.id).in_(some)))
                ).rowcount

    async def _write(self, batch: Sequence[Note]) -> None:
        """Only entries of accounts that the environment has: an id that somebody guessed leaves no trace."""
        known = await self._known({note.account_id for note in batch})
        rows: list[Entry] = []
        for note in batch:
            place = note.environment_id, note.account_id
            if place in known:
                rows.append(_entry(note) | known[place])
            if len(rows) % AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        if rows:
            await self._database.append(TABLE, rows)

    async def _known(self, account_ids: Collection[str]) -> dict[tuple[str, str], Entry]:
        """By environment and account, what an entry says of the account."""
        query = (
            select(
                IntegratedAccount.environment_id,
                IntegratedAccount.id,
                IntegratedAccount.tenant_id,
                EnvironmentIntegration.integration,
            )
            .join(EnvironmentIntegration)
            .where(col(IntegratedAccount.id).in_(account_ids))
        )
        async with self._database.read() as session:
            found = (await session.exec(query)).all()
        return {
            (environment_id, account_id): {"tenant_id": tenant_id, "integration": integration}
            for environment_id, account_id, tenant_id, integration in found
        }


@asynccontextmanager
async def open_request_log(
    database: Database, days: int, on_dropped: Callable[[], object]
) -> AsyncIterator[RequestLog]:
    """The log, written to from time to time within this context and once more at its end."""
    entries = RequestLog(database, days, on_dropped)
    try:
        async with rounds(SECONDS, entries.flush, {entries.prune: PRUNED_EVERY}):
            yield entries
    finally:
        with suppress(Unavailable):
            await entries.flush()


def _entry(note: Note) -> Entry:
    begun = datetime.fromtimestamp(note.at, UTC)
    resource, method = _named(note.verb, note.params)
    return {
        "id": timed_id(),
        "created_at": begun,
        "updated_at": begun,
        "environment_id": note.environment_id,
        "integrated_account_id": note.account_id,
        "request_id": note.request_id,
        "request_type": _kind(note.route),
        "http_method": printable(note.verb[:20]),
        "path": printable(redact(note.path)),
        "resource": printable(redact(resource)),
        "method": printable(method[:100]),
        "status": note.status,
        "outcome": note.outcome,
        "reason": note.reason,
        "is_remote_error": note.is_remote_error,
        "duration": round(note.seconds * 1000, 2),
        "fetch_duration": round(sum(record.seconds for record in note.calls) * 1000, 2),
        "vendor_call_count": note.call_count,
        "vendor_calls": [_call(record) for record in note.calls],
    }


def _kind(route: str) -> str:
    if route == "/batch-request":
        return "batch"
    return "unified" if route.startswith("/unified/") else "proxy"


def _named(verb: str, params: Mapping[str, str]) -> tuple[str, str]:
    """What was called, in Truto's words: a unified resource and its method, or a vendor's path and the verb."""
    if "model" not in params:
        return params.get("path", ""), verb
    resource = f"{params['model']}/{params['resource']}"
    if "method" in params:
        return resource, "meta"
    of_many, of_one = METHODS.get(verb, (verb, verb))
    return resource, (of_one or params["id"]) if "id" in params else of_many


def _call(record: CallRecord) -> dict[str, Any]:
    first = record.seconds_to_first_byte
    return {
        "method": record.method,
        "path": redact(record.path),
        "status": record.status,
        "outcome": record.outcome,
        "attempts": record.attempts,
        "started_at": show_moment(record.started_at),
        "duration": round(record.seconds * 1000, 2),
        "first_byte": None if first is None else round(first * 1000, 2),
        "request_bytes": record.request_bytes,
        "response_bytes": record.response_bytes,
    }

"""`GET /log`: what was called on the environment's accounts, newest first, in Truto's form."""

import re
from collections.abc import Iterator
from typing import Any

from sqlmodel import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import json_response
from auth.endpoints.edge import api_caller
from auth.listing import TEXT, TIME, Kind, page, read_page, read_parameters
from auth.moments import show_moment
from schemas.errors import InvalidRequest
from schemas.tables import RequestLogEntry

TYPE = "unified_proxy_api"
DEFAULT = 100
NESTED = re.compile(r"log_type_filter\[([a-z_]+)\]")


def _status(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise ValueError("must be an HTTP status, such as 404")
    return int(text)


STATUS = Kind(_status, TIME.operators)
COLUMNS: dict[str, Any] = {
    "environment_id": RequestLogEntry.environment_id,
    "integrated_account_id": RequestLogEntry.integrated_account_id,
    "tenant_id": RequestLogEntry.tenant_id,
    "integration": RequestLogEntry.integration,
    "request_id": RequestLogEntry.request_id,
    "request_type": RequestLogEntry.request_type,
    "resource": RequestLogEntry.resource,
    "method": RequestLogEntry.method,
    "status": RequestLogEntry.status,
    "created_at": RequestLogEntry.created_at,
}
FILTERS = dict.fromkeys(COLUMNS, TEXT) | {"status": STATUS, "created_at": TIME}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_parameters(_parameters(request), FILTERS, default=DEFAULT)
    query = select(RequestLogEntry).where(RequestLogEntry.environment_id == caller.environment_id)
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, RequestLogEntry, listing, COLUMNS, newest_first=True)
    return json_response(page([_shown(row) for row in rows], listing, cursor))


def _parameters(request: Request) -> Iterator[tuple[str, str]]:
    """Truto's clients name the kind of log and put filters into `log_type_filter[…]`: both may be left out."""
    for name, value in request.query_params.multi_items():
        nested = NESTED.fullmatch(name)
        if name == "log_type" and value != TYPE:
            failure = {"field": name, "message": f"must be {TYPE}"}
            raise InvalidRequest("No other log is kept here.", failures=[failure])
        if name != "log_type":
            yield (nested[1] if nested else name), value


def _shown(row: RequestLogEntry) -> dict[str, Any]:
    """Durations are in milliseconds; `status` is null where the caller left before the answer."""
    return {
        "_id": row.id,
        "log_type": TYPE,
        "timestamp": show_moment(row.created_at),
        "metadata": {
            "environment_id": row.environment_id,
            "integrated_account_id": row.integrated_account_id,
            "tenant_id": row.tenant_id,
            "integration": row.integration,
            "request_id": row.request_id,
            "request_type": row.request_type,
            "http_method": row.http_method,
            "path": row.path,
            "resource": row.resource,
            "method": row.method,
            "status": row.status or None,
            "outcome": row.outcome,
            "reason": row.reason,
            "is_remote_error": row.is_remote_error,
            "message": _message(row),
            "duration": row.duration,
            "fetch_duration": row.fetch_duration,
            "vendor_call_count": row.vendor_call_count,
            "vendor_calls": row.vendor_calls,
        },
    }


def _message(row: RequestLogEntry) -> str:
    """How it went, in words of ours: a vendor's may hold what its records hold."""
    called = f"{row.method} {row.resource}"
    if row.outcome == "left":
        return f"{called}: the caller left before the end of the answer."
    if row.outcome == "cut":
        return f"{called}: the answer broke off."
    if row.reason == "vendor_invalid_response":
        return f"{called}: the vendor's answer could not be used ({row.status})."
    if row.is_remote_error:
        return f"{called}: the vendor refused it ({row.status})."
    if row.status >= 500:
        return f"{called}: failed ({row.status}, {row.reason or 'no reason'})."
    if row.status >= 400:
        return f"{called}: refused ({row.status}, {row.reason or 'no reason'})."
    return f"{called}: answered ({row.status})."


ROUTES = [Route("/log", list_, methods=["GET"])]

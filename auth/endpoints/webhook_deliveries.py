"""`/webhook-delivery`: how events went to webhooks, newest first, and how to send one again."""

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response
from auth.caller import Caller
from auth.database import NEWS
from auth.endpoints.edge import api_caller, path_id
from auth.endpoints.webhooks import check_active
from auth.events import PENDING
from auth.listing import TEXT, TIME, page, read_listing, read_page
from auth.presenting import webhook_delivery
from schemas.errors import Conflict, NotFound
from schemas.tables import Webhook, WebhookDelivery, now

COLUMNS: dict[str, Any] = {
    "webhook_id": WebhookDelivery.webhook_id,
    "event": WebhookDelivery.event,
    "status": WebhookDelivery.status,
    "created_at": WebhookDelivery.created_at,
}
FILTERS = {"webhook_id": TEXT, "event": TEXT, "status": TEXT, "created_at": TIME}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, FILTERS)
    query = select(WebhookDelivery).where(WebhookDelivery.environment_id == caller.environment_id)
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, WebhookDelivery, listing, COLUMNS, newest_first=True)
    return json_response(page([webhook_delivery(row) for row in rows], listing, cursor))


async def replay(request: Request) -> Response:
    """Sends the same event again, from the start of the schedule; one that is being sent right now is left alone."""
    caller = await api_caller(request)
    async with request.state.database.write() as session:
        row = await _find(session, caller, path_id(request))
        webhook = await session.get(Webhook, row.webhook_id)
        if webhook is None:
            raise Conflict("The webhook of this delivery was deleted.", reason="webhook_inactive")
        check_active(webhook)
        if row.lease is None:
            row.status, row.tries, row.next_attempt_at = PENDING, 0, now()
            session.info[NEWS] = True
    return json_response(webhook_delivery(row))


async def _find(session: AsyncSession, caller: Caller, delivery_id: str) -> WebhookDelivery:
    row = await session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None or row.environment_id != caller.environment_id:
        raise NotFound("There is no such delivery.")
    return row

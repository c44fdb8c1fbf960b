"""`/webhook`: where the product hears of its accounts; a signing secret is shown where it is made, and only there."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.database import NEWS
from auth.endpoints.edge import api_caller, path_id
from auth.events import PENDING, TEST, post
from auth.forms import WebhookChange, WebhookForm, WebhookTest
from auth.listing import BOOLEAN, TEXT, TIME, page, read_listing, read_page
from auth.presenting import webhook
from auth.webhooks.secrets import Secrets, erase, new_secret, seal, unseal
from schemas.errors import Conflict, NotFound
from schemas.tables import Webhook, WebhookDelivery, WebhookEvent, now

MOST = 100  # of one environment: an event is laid into the outbox for each of them
COLUMNS: dict[str, Any] = {
    "id": Webhook.id,
    "target_url": Webhook.target_url,
    "is_active": Webhook.is_active,
    "created_at": Webhook.created_at,
    "updated_at": Webhook.updated_at,
}
FILTERS = {"id": TEXT, "target_url": TEXT, "is_active": BOOLEAN, "created_at": TIME, "updated_at": TIME}


async def list_(request: Request) -> Response:
    caller = await api_caller(request)
    listing = read_listing(request, FILTERS)
    query = select(Webhook).where(Webhook.environment_id == caller.environment_id)
    async with request.state.database.read() as session:
        rows, cursor = await read_page(session, query, Webhook, listing, COLUMNS)
    return json_response(page([webhook(row) for row in rows], listing, cursor))


async def get(request: Request) -> Response:
    caller = await api_caller(request)
    async with request.state.database.read() as session:
        return json_response(webhook(await find_webhook(session, caller, path_id(request))))


async def create(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(WebhookForm, await read_json(request))
    await request.state.check_target(form.target_url)
    row = Webhook(
        environment_id=caller.environment_id,
        target_url=form.target_url,
        is_active=form.is_active,
        event_types=_distinct(form.event_types),
    )
    secret = new_secret()
    async with request.state.database.write() as session:
        await _check_room(session, caller)
        session.add(row)
        await seal(session, request.state.vault, row, Secrets(secret))
    return json_response({**webhook(row), "secret": secret}, 201)


async def change(request: Request) -> Response:
    """A webhook that is switched on or sent elsewhere begins with a clean slate; what waits for it goes at once."""
    caller = await api_caller(request)
    form = validate(WebhookChange, await read_json(request))
    if "target_url" in form.model_fields_set:
        await request.state.check_target(form.target_url)
    async with request.state.database.write() as session:
        row = await find_webhook(session, caller, path_id(request), lock=True)
        for name, value in form.given("target_url", "is_active").items():
            setattr(row, name, value)
            row.failing_since = row.held_until = None
        if row.is_active and form.given("target_url", "is_active"):
            await _hurry(session, row)
        if "event_types" in form.model_fields_set:
            row.event_types = _distinct(form.event_types)
        session.info[NEWS] = True
    return json_response(webhook(row))


async def delete_(request: Request) -> Response:
    """What is under way to it is dropped; what was delivered stays in the log for its time."""
    caller = await api_caller(request)
    async with request.state.database.write() as session:
        row = await find_webhook(session, caller, path_id(request), lock=True)
        waiting = delete(WebhookDelivery).where(
            col(WebhookDelivery.webhook_id) == row.id, col(WebhookDelivery.status) == PENDING
        )
        await session.exec(waiting)
        await erase(session, row)
        await session.delete(row)
    return json_response({"id": row.id})


async def rotate_secret(request: Request) -> Response:
    """A new secret; the old one signs beside it for 24 hours."""
    caller, vault = await api_caller(request), request.state.vault
    async with request.state.database.write() as session:
        row = await find_webhook(session, caller, path_id(request), lock=True)
        present = await unseal(session, vault, row)
        rotated = present.rotated(now()) if present else Secrets(new_secret())
        await seal(session, vault, row, rotated)
        row.updated_at = now()
    return json_response({**webhook(row), "secret": rotated.newest})


async def test(request: Request) -> Response:
    """Lays an event `test` into the outbox, for this webhook alone and whatever its types are."""
    caller = await api_caller(request)
    form = validate(WebhookTest, await read_json(request))
    async with request.state.database.write() as session:
        row = await find_webhook(session, caller, form.id)
        check_active(row)
        await post(session, WebhookEvent(environment_id=row.environment_id, event=TEST), [row.id])
    return json_response({"success": True})


async def find_webhook(
    session: AsyncSession, caller: Caller, webhook_id: str, *, lock: bool = False
) -> Webhook:
    """A webhook of the caller's environment. Raises NotFound."""
    row = await session.get(Webhook, webhook_id, with_for_update=lock or None)
    if row is None or row.environment_id != caller.environment_id:
        raise NotFound("There is no such webhook.")
    return row


def check_active(row: Webhook) -> None:
    if not row.is_active:
        raise Conflict(
            "The webhook is switched off: switch it on with a PATCH of is_active.", reason="webhook_inactive"
        )


async def _check_room(session: AsyncSession, caller: Caller) -> None:
    query = select(func.count()).where(col(Webhook.environment_id) == caller.environment_id)
    if (await session.exec(query)).one() >= MOST:
        raise Conflict(
            f"The environment has {MOST} webhooks: delete one before another is made.", reason="too_many"
        )


async def _hurry(session: AsyncSession, row: Webhook) -> None:
    """What waits for its next attempt is due now; what is under way ends first."""
    waiting = (
        col(WebhookDelivery.webhook_id) == row.id,
        col(WebhookDelivery.status) == PENDING,
        col(WebhookDelivery.lease).is_(None),
    )
    await session.exec(update(WebhookDelivery).where(*waiting).values(next_attempt_at=now()))


def _distinct(types: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(types))

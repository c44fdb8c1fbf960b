"""`POST /integrated-account/{id}/preview-override`: what an override would do, on a real record, without saving it."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import json_response, read_json, validate
from auth.connections import Connection
from auth.endpoints.edge import api_caller, path_id
from auth.forms import PreviewForm
from providers.overrides.override import Faults, Override
from providers.overrides.reading import check_override, read_override
from schemas.errors import NotFound
from schemas.unified import UnifiedResource
from unified.desk import Desk, resource_named, resource_of
from unified.listing import mapped
from unified.question import Flags
from unified.reader import Reader, source_of
from unified.rows import Rows
from unified.syntax import Query
from unified.target import Target
from unified.write import checked_write, completed, plan
from unified.writer import first_call


async def preview(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(PreviewForm, await read_json(request))
    account: Connection = await request.state.connections.open(caller, path_id(request))
    connection = await request.state.reader.informed(account)
    given = form.unified_model_override
    await asyncio.to_thread(check_override, connection.provider, given, "unified_model_override")
    unified = resource_named(form.model, form.resource)
    present, wanted = (
        _desk(request, each, unified) for each in (connection, replace(connection, override=given))
    )
    target, found = await _record(request.state.reader, present, form.id)
    faults: Faults = {}
    before = mapped(target, found, found.rows[0], Flags())
    bent = replace(target, resource=wanted.resource, source=wanted.resource.sources[_place(target)])
    after = mapped(bent, found, found.rows[0], Flags(), faults)
    layers = (connection.environment_override.get("unified") or {}, given)
    return json_response(
        {
            "result": after,
            "before": before,
            "changed": [name for name in after if after[name] != before.get(name)],
            "errors": _errors(read_override(unified.key, layers), faults),
            "request": None if form.body is None else await _call(wanted, form.body),
        }
    )


def _desk(request: Request, connection: Connection, unified: UnifiedResource) -> Desk:
    resource = resource_of(connection, unified, request.state.bends)
    return Desk(Query((), ()), connection, unified, resource, request.state.reader, request.state.cursors)


async def _record(reader: Reader, desk: Desk, id_: str | None) -> tuple[Target, Rows]:
    """The record of the id, else the first that there is, as the vendor has it."""
    if id_ is not None:
        target = Target(desk.connection, desk.resource, source_of(desk.resource, id_))
        return target, await reader.row(target, target.get_call(id_, (), False))
    for source in desk.resource.sources:
        target = Target(desk.connection, desk.resource, source)
        if source.apart:
            continue
        found = await reader.rows(target, target.list_call(desk.resource.keyset.ask(1, None), False))
        if found.rows:
            return target, found
    raise NotFound("There is no record to look at yet.")


def _place(target: Target) -> int:
    return target.resource.sources.index(target.source)


def _errors(override: Override, faults: Faults) -> list[dict[str, str]]:
    own = {f"custom_fields.{name}": found for name, found in override.custom.items()}
    expressions = {**override.response, **own}
    return [
        {"field": name, "expression": found.text if (found := expressions[name]) else "", "message": message}
        for name, message in faults.items()
    ]


async def _call(desk: Desk, body: dict[str, Any]) -> dict[str, Any]:
    """The vendor call with which a create of this body would begin."""
    write = await completed(checked_write(plan(desk, "create", body)), None)
    call = first_call(write.deed.talk(write.draft), write.extras)
    return {
        "method": call.verb,
        "url": call.url(desk.connection),
        "body": orjson.loads(call.content.body) if call.content else None,
    }


ROUTES = [Route("/integrated-account/{id}/preview-override", preview, methods=["POST"])]

"""The endpoint of batches: reads one, opens its account, runs it once."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from auth.bodies import json_response, parse_json, read_body, validate
from auth.connections import Connections
from auth.tokens import authenticate
from proxy.endpoints import ROUTES as PROXY_ROUTES
from proxy.once import Kept, Ledger, Write, write_of
from proxy.once.answers import REPLAYED, kept_response
from proxy.once.verdicts import Verdict
from schemas.errors import NotAllowed
from unified.batch.form import BatchForm, check
from unified.batch.running import Batch
from unified.endpoints import ROUTES as UNIFIED_ROUTES

INNER = Router([*PROXY_ROUTES, *UNIFIED_ROUTES], redirect_slashes=False)


async def batch(request: Request) -> Response:
    """Several calls for one account; their failures are in the answer."""
    caller = await authenticate(request)
    if caller.kind != "api":
        raise NotAllowed("This token does not reach this route.")
    raw = await read_body(request)
    form = validate(BatchForm, await parse_json(raw))
    named = form.integrated_account_id
    account_id = request.state.account_id = caller.account([named] if named else [])
    check(form)
    connections: Connections = request.state.connections
    connection = await connections.open(caller, account_id)
    write = write_of(request, account_id, raw)
    work = Batch(form, connection, request, INNER, write.key or "")
    return await _once(request.state.ledger, write, work)


async def _once(ledger: Ledger, write: Write, work: Batch) -> Response:
    """A batch that went through is replayed. Any other may be run again: each of its writes has a record of its own."""
    if not write.key:
        return json_response(await work.run())
    begun = await ledger.begin(write, can_recover=True)
    if isinstance(begun, Kept):
        return begun.response(REPLAYED)
    verdict, kept = Verdict.FREE, None
    try:
        answer = await work.run()
        response = json_response(answer)
        kept = None if any(answer["errors"].values()) else kept_response(response)
        verdict = Verdict.DONE if kept else Verdict.FREE
        return response
    finally:
        await asyncio.shield(ledger.settle(begun, verdict, kept))


ROUTES = [Route("/batch-request", batch, methods=["POST"])]

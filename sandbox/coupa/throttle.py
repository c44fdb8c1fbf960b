"""The instance's rate limit: quick calls wait, quicker ones are refused in whatever shape the switches say."""

import asyncio

from starlette.responses import Response

from sandbox.coupa.tenant import Tenant

BODIES = {
    "empty": (b"", "text/plain"),
    "html": (b"<html><body><h1>Too many requests</h1></body></html>", "text/html; charset=utf-8"),
    "json": (b'{"errors":{"throttle":["Too many requests"]}}', "application/json; charset=utf-8"),
}


async def throttled(tenant: Tenant) -> Response | None:
    """Waits for the caller's turn; an answer where there is no room left to wait."""
    switches = tenant.switches
    if not switches.rate_limit:
        return None
    delay = tenant.bucket.delay(tenant.clock.now())
    if delay is not None:
        await asyncio.sleep(delay)
        return None
    headers = {"retry-after": str(switches.retry_after)} if switches.retry_after else {}
    body, type_ = BODIES[switches.throttle_body]
    return Response(body, switches.throttle_status, headers, media_type=type_)

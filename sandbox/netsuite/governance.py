"""The pool of an account: how many requests may be in flight at once, over all integrations."""

from starlette.responses import Response

from sandbox.netsuite.answers import answer, forbidden
from sandbox.netsuite.call import Call


async def limits(call: Call) -> Response:
    """What the account allows; for administrators alone."""
    if not call.caller.role.admin:
        raise forbidden("Integration Application")
    pool = call.tenant.switches.pool
    body = {
        "accountConcurrencyLimit": pool,
        "accountUnallocatedConcurrencyLimit": pool,
        "integrationLimitType": "accountLimit",
    }
    return answer(body)

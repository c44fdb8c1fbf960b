"""How an account governs its callers: a slot of its pool for every call, and what it tells of its limits."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.responses import Response

from sandbox.faults import Fault
from sandbox.netsuite.answers import Refusal, answer, forbidden, too_many
from sandbox.netsuite.audit import invalid_login
from sandbox.netsuite.call import Call
from sandbox.netsuite.pool import NoSlot
from sandbox.netsuite.tenant import Tenant
from sandbox.netsuite.tokens import Caller

HELD = 2.0  # seconds that a call holds its slot where a fault says so


@asynccontextmanager
async def governed(tenant: Tenant, caller: Caller, faults: Mapping[str, Fault]) -> AsyncIterator[None]:
    """A slot for as long as the call takes, at least `work_seconds`. Raises Refusal where there is none."""
    try:
        slot = tenant.pool.take(caller.integration)
    except NoSlot as error:
        raise await _overflow(tenant) from error
    try:
        hold = faults.get("hold")
        await asyncio.sleep((hold.delay or HELD) if hold else tenant.switches.work_seconds)
        yield
    finally:
        tenant.pool.give(slot)


async def _overflow(tenant: Tenant) -> Refusal:
    """429 at once, or a failed login after a while, as overload has been seen too."""
    switches = tenant.switches
    if switches.overflow == "401":
        await asyncio.sleep(switches.overflow_seconds)
        return invalid_login(tenant.account, "bearer")
    return too_many({"retry-after": str(switches.retry_after)} if switches.retry_after else {})


async def limits(call: Call) -> Response:
    """What the account allows; for administrators alone."""
    if not call.caller.role.admin:
        raise forbidden("Integration Application")
    pool = call.tenant.pool
    share = pool.share(call.caller.integration)
    told: dict[str, object] = {
        "accountConcurrencyLimit": pool.limit,
        "accountUnallocatedConcurrencyLimit": pool.unallocated,
    }
    if share is None:
        return answer({**told, "integrationLimitType": "accountLimit"})
    return answer(
        {**told, "integrationConcurrencyLimit": share, "integrationLimitType": "integrationSpecific"}
    )

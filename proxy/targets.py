"""Whether an address that a caller names for later may be called, said when it is saved; sending checks it again."""

import asyncio

import httpx

from proxy.guard import AddressRefused, Guard, Resolver, guarded, system_resolver
from schemas.errors import InvalidRequest

SECONDS = 5.0  # for the name to be resolved


async def check_target(guard: Guard, url: str, *, resolver: Resolver = system_resolver) -> None:
    """Raises InvalidRequest about `target_url` unless it is https and every address of its host is public.

    Where private addresses are allowed, http is, too.
    """
    parts = httpx.URL(url)
    if parts.scheme != "https" and not guard.allow_private:
        raise _refused("must begin with https://")
    try:
        async with asyncio.timeout(SECONDS):
            await guarded(guard, resolver, parts.raw_host.decode("ascii"), parts.port or 443)
    except AddressRefused:
        raise _refused(
            "leads to an address that is not publicly routable; addresses of one's own network can be allowed with "
            "KOINE_ALLOW_PRIVATE_UPSTREAMS"
        ) from None
    except OSError:  # TimeoutError is one
        raise _refused("names a host that can't be resolved") from None


def _refused(complaint: str) -> InvalidRequest:
    return InvalidRequest.about("target_url", complaint)

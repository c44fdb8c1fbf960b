"""What a caller is told where a vendor gave no answer that could be handed on."""

import math
from typing import Any

import httpx

from proxy.guard import AddressRefused
from proxy.record import Outcome
from proxy.repeats import is_read
from proxy.transport import NEVER_SENT
from schemas.errors import InvalidRequest, Problem, VendorTrouble


def failure(error: httpx.TransportError, request: httpx.Request) -> Problem:
    """The problem for a request that the transport gave up. Texts come from the transport and name no address."""
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return InvalidRequest(f"The call can't be sent as it stands: {error}.")
    never_sent = isinstance(error, NEVER_SENT)
    if isinstance(error, AddressRefused):
        return _trouble(
            f"The vendor's address may not be called: {error}. Addresses of one's own network can be allowed with "
            "KOINE_ALLOW_PRIVATE_UPSTREAMS.",
            request,
            never_sent,
        )
    if isinstance(error, httpx.TimeoutException):
        return late(request, "never_sent" if never_sent else "no_answer")
    if never_sent:
        return _trouble(f"The vendor could not be reached: {error}.", request, never_sent)
    return _trouble(f"The vendor was called, and gave no answer: {error}.", request, never_sent)


def late(request: httpx.Request, outcome: Outcome) -> VendorTrouble:
    """The vendor did not answer in time; `outcome` says how far the request had got."""
    return VendorTrouble(
        "The vendor did not answer in time.",
        status=504,
        reason="vendor_timeout",
        **_details(request, outcome == "never_sent"),
    )


def resting(request: httpx.Request, outcome: Outcome, wait: float) -> VendorTrouble:
    """The vendor has failed too often to be asked now; `outcome` is that of the attempts before."""
    if not is_read(request) and outcome != "never_sent":
        return _trouble("The vendor failed, and is not asked again now.", request, never_sent=False)
    return VendorTrouble(
        "The vendor failed this account's calls again and again: none is sent until it has had a rest.",
        status=503,
        reason="circuit_open",
        headers={"retry-after": str(max(1, math.ceil(wait)))},
        **_details(request, never_sent=True),
    )


def _trouble(message: str, request: httpx.Request, never_sent: bool) -> VendorTrouble:
    uncertain = not is_read(request) and not never_sent
    return VendorTrouble(
        message,
        reason="outcome_uncertain" if uncertain else "vendor_unreachable",
        **_details(request, never_sent),
    )


def _details(request: httpx.Request, never_sent: bool) -> dict[str, Any]:
    """Whoever writes must know whether the vendor may have acted."""
    if is_read(request):
        return {}
    return {"outcome": "not_applied" if never_sent else "uncertain"}

"""Who calls, by the credentials of a request."""

from collections.abc import Mapping

from starlette.requests import Request

from sandbox.faults import Fault
from sandbox.netsuite.answers import forbidden
from sandbox.netsuite.audit import LoginFailed, invalid_login
from sandbox.netsuite.scopes import REST
from sandbox.netsuite.tenant import Tenant
from sandbox.netsuite.tokens import Caller

NOT_READY = 5.0  # seconds after its issue in which a token does not work yet, where that fault is set


def heed(tenant: Tenant, request: Request) -> Mapping[str, Fault]:
    """The faults that hold for this request, by kind; whatever one of them does at once is done."""
    faults: Mapping[str, Fault] = request.scope["sandbox.faults"]
    if "expire_tokens" in faults:
        tenant.tokens.expire_all()
    return faults


def caller_of(tenant: Tenant, request: Request, faults: Mapping[str, Fault]) -> Caller:
    """Raises Refusal: 401, the same for every cause, or 403 for a token that is for something else."""
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    try:
        caller = _signed_in(tenant, request, scheme, faults)
    except LoginFailed as failure:
        tenant.audit.note(failure)
        raise invalid_login(tenant.account, scheme) from failure
    if "scope_removed" in faults or (caller.scopes is not None and REST not in caller.scopes):
        raise forbidden("REST Web Services")
    return caller


def _signed_in(tenant: Tenant, request: Request, scheme: str, faults: Mapping[str, Fault]) -> Caller:
    if "revoke_client" in faults or "invalid_login" in faults:
        raise LoginFailed("a fault says so")
    if scheme == "oauth":
        actor = tenant.signatures.actor(request)
        return Caller(actor.integration, actor.person.entity, actor.role, None)
    if scheme != "bearer":
        raise LoginFailed("no credentials of a scheme that is offered")
    rule = faults.get("token_not_ready")
    young = (NOT_READY if rule.delay is None else rule.delay) if rule else 0.0
    return tenant.tokens.caller(request.headers["authorization"].partition(" ")[2].strip(), young)

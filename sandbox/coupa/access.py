"""Who may call what: tokens and keys of a request, and the scopes each endpoint and verb needs."""

from starlette.requests import Request

from sandbox.coupa.answers import Refusal
from sandbox.coupa.schema import Kind
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import Caller
from sandbox.faults import Fault

NOT_READY = 5.0  # seconds after its issue in which a token does not work yet, where that fault is set
KEY_HEADERS = ("x-coupa-api-key", "x_coupa_api_key")
APPROVAL_ACTIONS = ("add_approver", "remove_approval", "restart_approvals")
BYPASS_ACTIONS = ("bypass_approvals", "bypass_current_approval")
ENDING_ACTIONS = ("void", "abandon")
FIRST_API_USER = 12


def faults_of(request: Request) -> dict[str, Fault]:
    """The faults that hold for this request, by kind."""
    found: dict[str, Fault] = request.scope.get("sandbox.faults", {})
    return found


def caller_of(tenant: Tenant, request: Request) -> Caller:
    """Who calls; a bearer token wins over a key. Raises Refusal 401."""
    faults = faults_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = None
    if "expire_tokens" in faults:
        tenant.tokens.expire_all()
    if scheme.lower() == "bearer":
        rule = faults.get("token_not_ready")
        young = (NOT_READY if rule.delay is None else rule.delay) if rule else 0.0
        found = tenant.tokens.caller(token.strip(), young)
    elif any(request.headers.get(name) == tenant.api_key for name in KEY_HEADERS):
        found = Caller(FIRST_API_USER, None, "api_key")
    if found is None or "revoke_client" in faults:
        raise Refusal(401, "authentication", "Invalid or expired access token")
    return found


def check_scope(caller: Caller, kind: Kind, method: str, action: str, faults: dict[str, Fault]) -> None:
    """Raises Refusal 403 where none of the scopes that would do is there."""
    if "scope_removed" in faults:
        raise _forbidden()
    if caller.scopes is not None and not caller.scopes & set(needed(kind, method, action)):
        raise _forbidden()


def needed(kind: Kind, method: str, action: str) -> tuple[str, ...]:
    """Any of these scopes lets the call pass."""
    if method == "GET":
        return kind.read
    if kind.name == "invoice":
        if action in APPROVAL_ACTIONS:
            return ("core.invoice.approval.write",)
        if action in BYPASS_ACTIONS:
            return ("core.invoice.approval.bypass",)
        if action in ENDING_ACTIONS or method == "DELETE":
            return ("core.invoice.delete",)
        if action == "submit" or (method == "POST" and not action):
            return (*kind.write, "core.invoice.create")
    return kind.write


def _forbidden() -> Refusal:
    return Refusal(403, "authorization", "The access token does not have the scope required for this request")

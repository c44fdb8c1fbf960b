"""Who calls, by the credentials of a request."""

from starlette.requests import Request

from sandbox.netsuite.answers import Refusal
from sandbox.netsuite.tenant import Tenant
from sandbox.netsuite.tokens import REST, Caller

TRAIL = "Setup > Users/Roles > User Management > View Login Audit Trail"
LOGIN = f"Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at {TRAIL}."


def caller_of(tenant: Tenant, request: Request) -> Caller:
    """Raises Refusal 401, the same for every cause."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = tenant.tokens.caller(token.strip()) if scheme.lower() == "bearer" else None
    if found is None or (found.scopes is not None and REST not in found.scopes):
        raise invalid_login(tenant)
    return found


def invalid_login(tenant: Tenant) -> Refusal:
    words = f'realm="{tenant.account}", error="invalid_token", error_description="Invalid login attempt."'
    return Refusal(401, "INVALID_LOGIN", LOGIN, headers={"www-authenticate": f"Bearer {words}"})

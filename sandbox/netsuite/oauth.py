"""The token endpoint of OAuth 2.0."""

from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.forms import form_of
from sandbox.netsuite.access import heed
from sandbox.netsuite.assertions import read_assertion
from sandbox.netsuite.audit import LoginFailed
from sandbox.netsuite.hosts import site_of
from sandbox.netsuite.scopes import Refused
from sandbox.netsuite.tenant import Tenant

TOKEN = "/services/rest/auth/oauth2/v1/token"
FORM = "application/x-www-form-urlencoded"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenEndpoint:
    """Of all accounts, by slug; `public_url` is an address at which clients may know the stand-in."""

    def __init__(self, tenants: Mapping[str, Tenant], public_url: str) -> None:
        self.tenants, self.public_url = tenants, public_url

    async def token(self, request: Request) -> Response:
        tenant = self.tenants[site_of(request).slug]
        try:
            return _json(await self._issued(tenant, request))
        except Refused as refusal:
            tenant.audit.note(LoginFailed(f"{refusal.error}: {refusal}"))
            return _refused(tenant, refusal)

    async def _issued(self, tenant: Tenant, request: Request) -> dict[str, object]:
        faults = heed(tenant, request)
        if "revoke_client" in faults:
            raise Refused("invalid_client", "a fault says so")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused("invalid_request", "the body is no form")
        given = await form_of(request)
        if given.get("grant_type") != "client_credentials":
            raise Refused("invalid_request", "grant_type is none that is offered")
        return self._by_certificate(tenant, request, given)

    def _by_certificate(
        self, tenant: Tenant, request: Request, given: Mapping[str, str]
    ) -> dict[str, object]:
        if "authorization" in request.headers:
            raise Refused("invalid_request", "the client is named in two ways")
        if given.get("client_assertion_type") != JWT_BEARER or not given.get("client_assertion"):
            raise Refused("invalid_request", "client_assertion_type or client_assertion is missing")
        audiences = self._addresses(tenant, request)
        actor, scopes = read_assertion(given["client_assertion"], tenant.registry, tenant.clock, audiences)
        return _granted(tenant, tenant.tokens.issue(actor, scopes), "Bearer")

    def _addresses(self, tenant: Tenant, request: Request) -> set[str]:
        """Every address under which the account's token endpoint is known."""
        hosts = (f"https://{tenant.slug}.{kind}.api.netsuite.com" for kind in ("suitetalk", "restlets"))
        local = self.public_url.rstrip("/")
        roots = (*hosts, local, f"{local}/{tenant.slug}", site_of(request).root)
        return {root + TOKEN for root in roots}


def _granted(tenant: Tenant, token: str, kind: str) -> dict[str, object]:
    lifetime = tenant.switches.token_ttl
    told = str(lifetime) if tenant.switches.expires_in == "string" else lifetime
    return {"access_token": token, "expires_in": told, "token_type": kind}


def _refused(tenant: Tenant, refusal: Refused) -> Response:
    challenge = {"www-authenticate": f'Basic realm="{tenant.account}"'} if refusal.status == 401 else {}
    return _json({"error": refusal.error}, refusal.status, challenge)


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    kept = {"cache-control": "no-store", "pragma": "no-cache", **(headers or {})}
    return Response(orjson.dumps(body), status, kept, media_type="application/json;charset=UTF-8")

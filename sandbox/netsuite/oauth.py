"""The token endpoint of OAuth 2.0, and the one that revokes."""

from collections.abc import Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.forms import form_of
from sandbox.netsuite.access import heed
from sandbox.netsuite.assertions import read_assertion
from sandbox.netsuite.audit import LoginFailed
from sandbox.netsuite.hosts import site_of
from sandbox.netsuite.identity import client_of
from sandbox.netsuite.people import BY_ENTITY, ROLES
from sandbox.netsuite.registry import Actor, Integration
from sandbox.netsuite.scopes import Refused
from sandbox.netsuite.tenant import Tenant

TOKEN = "/services/rest/auth/oauth2/v1/token"
REVOKE = "/services/rest/auth/oauth2/v1/revoke"
FORM = "application/x-www-form-urlencoded"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Form = Mapping[str, str]
Answer = dict[str, object]


class OAuth:
    """Of all accounts, by slug; `public_url` is an address at which clients may know the stand-in."""

    def __init__(self, tenants: Mapping[str, Tenant], public_url: str) -> None:
        self.tenants, self.public_url = tenants, public_url
        self.ways: dict[str, Callable[[Tenant, Request, Form], Answer]] = {
            "client_credentials": self._by_certificate,
            "authorization_code": _by_code,
            "refresh_token": _by_refresh,
        }

    def routes(self) -> list[Route]:
        return [Route(TOKEN, self.token, methods=["POST"]), Route(REVOKE, self.revoke, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        return await self._answered(request, self._issued)

    async def revoke(self, request: Request) -> Response:
        return await self._answered(request, _revoked)

    async def _answered(self, request: Request, deed: Callable[[Tenant, Request, Form], Answer]) -> Response:
        tenant = self.tenants[site_of(request).slug]
        try:
            return _json(deed(tenant, request, await _form(tenant, request)))
        except Refused as refusal:
            tenant.audit.note(LoginFailed(f"{refusal.error}: {refusal}"))
            return _refused(tenant, refusal)

    def _issued(self, tenant: Tenant, request: Request, given: Form) -> Answer:
        way = self.ways.get(given.get("grant_type", ""))
        if way is None:
            raise Refused("invalid_request", "grant_type is none that is offered")
        return way(tenant, request, given)

    def _by_certificate(self, tenant: Tenant, request: Request, given: Form) -> Answer:
        if "authorization" in request.headers:
            raise Refused("invalid_request", "the client is named in two ways")
        if given.get("client_assertion_type") != JWT_BEARER or not given.get("client_assertion"):
            raise Refused("invalid_request", "client_assertion_type or client_assertion is missing")
        audiences = self._addresses(tenant, request)
        actor, scopes = read_assertion(given["client_assertion"], tenant.registry, tenant.clock, audiences)
        return _granted(tenant, tenant.tokens.issue(actor, scopes), "Bearer")

    def _addresses(self, tenant: Tenant, request: Request) -> tuple[str, ...]:
        """Every address under which the account's token endpoint is known."""
        hosts = (f"https://{tenant.slug}.{kind}.api.netsuite.com" for kind in ("suitetalk", "restlets"))
        local = self.public_url.rstrip("/")
        roots = (*hosts, local, f"{local}/{tenant.slug}", site_of(request).root)
        return tuple(root + TOKEN for root in roots)


async def _form(tenant: Tenant, request: Request) -> Form:
    """The parameters, after faults have had their say. Raises Refused."""
    faults = heed(tenant, request)
    if "revoke_client" in faults:
        raise Refused("invalid_client", "a fault says so")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused("invalid_request", "the body is no form")
    given = await form_of(request)
    if "invalid_grant" in faults and given.get("grant_type") in ("authorization_code", "refresh_token"):
        raise Refused("invalid_grant", "a fault says so")
    return given


def _by_code(tenant: Tenant, request: Request, given: Form) -> Answer:
    client = client_of(tenant.registry, request, given)
    code, redirect_uri = _needed(given, "code"), _needed(given, "redirect_uri")
    grant = tenant.grants.exchanged(client, code, redirect_uri, given.get("code_verifier", ""))
    token = tenant.grants.next_token(client, grant)
    return {**_renewed(tenant, client, grant.id), "refresh_token": token}


def _by_refresh(tenant: Tenant, request: Request, given: Form) -> Answer:
    """A confidential client keeps the refresh token that it has, a public one gets the next."""
    client = client_of(tenant.registry, request, given)
    grant = tenant.grants.renewed(client, _needed(given, "refresh_token"))
    token = {"refresh_token": tenant.grants.next_token(client, grant)} if client.public else {}
    return {**_renewed(tenant, client, grant.id), **token}


def _revoked(tenant: Tenant, request: Request, given: Form) -> Answer:
    client = client_of(tenant.registry, request, given)
    tenant.grants.given_back(client, _needed(given, "token"))
    return {}


def _renewed(tenant: Tenant, client: Integration, id_: str) -> Answer:
    grant = tenant.grants.grants[id_]
    actor = Actor(client, BY_ENTITY[grant.user], ROLES[grant.role])
    return _granted(tenant, tenant.tokens.issue(actor, grant.scopes, grant.id), "bearer")


def _needed(given: Form, name: str) -> str:
    if not given.get(name):
        raise Refused("invalid_request", f"{name} is missing")
    return given[name]


def _granted(tenant: Tenant, token: str, kind: str) -> Answer:
    lifetime = tenant.switches.token_ttl
    told = str(lifetime) if tenant.switches.expires_in == "string" else lifetime
    return {"access_token": token, "expires_in": told, "token_type": kind}


def _refused(tenant: Tenant, refusal: Refused) -> Response:
    challenge = {"www-authenticate": f'Basic realm="{tenant.account}"'} if refusal.status == 401 else {}
    return _json({"error": refusal.error}, refusal.status, challenge)


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    kept = {"cache-control": "no-store", "pragma": "no-cache", **(headers or {})}
    return Response(orjson.dumps(body), status, kept, media_type="application/json;charset=UTF-8")

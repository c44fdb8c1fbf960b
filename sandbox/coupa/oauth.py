"""The token endpoint: every way in which clients send id, secret, grant and scope."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coupa.clients import CODE, Client
from sandbox.coupa.grants import Spent
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import TokenRefusal, invalid_scope
from sandbox.forms import form_of

Found = TypeVar("Found")
TOKEN_PATHS = ("/oauth2/token", "/oauth2/access_tokens")


def routes(tenant: Tenant) -> list[Route]:
    """Routes of the token endpoint."""

    async def token(request: Request) -> Response:
        try:
            return _answer(await _granted(tenant, request))
        except TokenRefusal as refusal:
            return _refused(refusal)

    return [Route(path, token, methods=["POST"]) for path in TOKEN_PATHS]


async def _granted(tenant: Tenant, request: Request) -> dict[str, object]:
    given = {**dict(request.query_params), **await form_of(request)}
    pairs = _identities(request, given)
    try:
        _check_revoked(tenant, request)
        client = _client(tenant, pairs)
        grant = GRANTS.get(given.get("grant_type", ""))
        if grant is None:
            raise TokenRefusal("unsupported_grant_type", 400)
        return grant(tenant, client, given)
    except TokenRefusal:
        tenant.grants.trouble([id_ for id_, _ in pairs], given.get("refresh_token", ""))
        raise


def _client(tenant: Tenant, pairs: list[tuple[str, str]]) -> Client:
    for id_, secret in pairs:
        try:
            return tenant.tokens.client(id_, secret)
        except TokenRefusal as error:
            refusal = error
    raise refusal


def _by_secret(tenant: Tenant, client: Client, given: dict[str, str]) -> dict[str, object]:
    _check_registered(client, "client_credentials")
    return tenant.tokens.issue(client, tenant.tokens.granted(client, given.get("scope")))


def _by_code(tenant: Tenant, client: Client, given: dict[str, str]) -> dict[str, object]:
    _check_registered(client, CODE)
    words = (given.get(name, "") for name in ("code", "redirect_uri", "code_verifier"))
    grant = _unspent(tenant.grants.exchanged, client.id, *words)
    answer = tenant.tokens.issue(client, grant.scopes, grant)
    token = tenant.grants.first_token(grant)
    if token:
        answer["refresh_token"] = token
    if "openid" in grant.scopes:
        answer["id_token"] = tenant.tokens.identity(grant, tenant.store.need("user", grant.user))
    return answer


def _by_refresh(tenant: Tenant, client: Client, given: dict[str, str]) -> dict[str, object]:
    """Fewer scopes than consented to may be asked for; they hold for this one token."""
    _check_registered(client, CODE)
    spent = given.get("refresh_token", "")
    grant = _unspent(tenant.grants.read, client.id, spent)
    scopes = tuple((given.get("scope") or " ".join(grant.scopes)).split())
    if not set(scopes) <= set(grant.scopes) - tenant.tokens.removed_scopes:
        raise invalid_scope()
    token = _unspent(tenant.grants.renewed, client.id, spent)
    answer = tenant.tokens.issue(client, scopes, grant)
    return {**answer, "refresh_token": token} if token else answer


GRANTS = {"client_credentials": _by_secret, CODE: _by_code, "refresh_token": _by_refresh}


def _unspent(deed: Callable[..., Found], *words: str) -> Found:
    try:
        return deed(*words)
    except Spent as spent:
        raise TokenRefusal("invalid_grant", 400, str(spent)) from spent


def _check_registered(client: Client, grant: str) -> None:
    """A client is registered for one grant type."""
    if client.grant != grant:
        text = f"The client is registered for the grant type {client.grant} alone."
        raise TokenRefusal("unauthorized_client", 400, text)


def _identities(request: Request, given: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of id and secret to try: from the parameters, and from Basic as sent and percent-decoded."""
    found = []
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            raw = base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            raw = ""
        id_, _, secret = raw.partition(":")
        found += [
            (id_, secret),
            (unquote(id_), unquote(secret)),
            (unquote(id_), unquote(secret.replace("+", " "))),
        ]
    return [*found, (given.get("client_id", ""), given.get("client_secret", ""))]


def _check_revoked(tenant: Tenant, request: Request) -> None:
    faults = request.scope.get("sandbox.faults", {})
    if "revoke_client" in faults:
        raise TokenRefusal(
            "invalid_client", tenant.switches.invalid_client_status, "Client authentication failed."
        )
    if "scope_removed" in faults:
        raise invalid_scope()


def _answer(body: dict[str, object], status: int = 200) -> Response:
    headers = {"cache-control": "no-store", "pragma": "no-cache"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json; charset=utf-8")


def _refused(refusal: TokenRefusal) -> Response:
    body: dict[str, object] = {"error": refusal.error}
    if refusal.description:
        body["error_description"] = refusal.description
    return _answer(body, refusal.status)

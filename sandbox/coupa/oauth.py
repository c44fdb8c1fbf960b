"""The token endpoint: every way in which clients send id, secret, grant and scope."""

import base64
import binascii
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import TokenRefusal

TOKEN_PATHS = ("/oauth2/token", "/oauth2/access_tokens")


def routes(tenant: Tenant) -> list[Route]:
    """Routes of the pages and endpoints beside the API."""

    async def token(request: Request) -> Response:
        try:
            return _answer(await _granted(tenant, request))
        except TokenRefusal as refusal:
            return _refused(refusal)

    return [Route(path, token, methods=["POST"]) for path in TOKEN_PATHS]


async def _granted(tenant: Tenant, request: Request) -> dict[str, object]:
    given = {**dict(request.query_params), **await _form(request)}
    pairs = _identities(request, given)
    _check_revoked(tenant, request)
    client = None
    for id_, secret in pairs:
        try:
            client = tenant.tokens.client(id_, secret)
            break
        except TokenRefusal as error:
            refusal = error
    if client is None:
        raise refusal
    if given.get("grant_type") != "client_credentials":
        raise TokenRefusal("unsupported_grant_type", 400)
    return tenant.tokens.issue(client, tenant.tokens.granted(client, given.get("scope")))


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


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
        raise TokenRefusal("invalid_scope", 400, "The requested scope is invalid, unknown, or malformed.")


def _answer(body: dict[str, object], status: int = 200) -> Response:
    headers = {"cache-control": "no-store", "pragma": "no-cache"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json; charset=utf-8")


def _refused(refusal: TokenRefusal) -> Response:
    body: dict[str, object] = {"error": refusal.error}
    if refusal.description:
        body["error_description"] = refusal.description
    return _answer(body, refusal.status)

"""Reads an authorization request of a client, and makes the address that the browser goes back to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.coupa.clients import CODE, Client
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import TokenRefusal
from sandbox.redirects import answered, registered

WRONG_ISSUER = "https://somebody-else.example"


class Unanswerable(Exception):
    """A request that can only be answered with a page, because its redirect URI cannot be trusted."""


@dataclass(frozen=True)
class Asked:
    """What a client may be told about at `redirect_uri`. `scopes` are all that it asks for and is registered for."""

    client: Client
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...] = ()
    challenge: str = ""
    nonce: str = ""
    login_hint: str = ""


def read(tenant: Tenant, given: Mapping[str, str]) -> Asked:
    """Raises Unanswerable; whatever else is wrong is for `check` to find."""
    client = tenant.tokens.clients.get(given.get("client_id", ""))
    if client is None:
        raise Unanswerable("No client is registered under this client id.")
    redirect_uri = given.get("redirect_uri", "")
    if not registered(tenant.switches.redirect_uris, redirect_uri):
        raise Unanswerable("The redirect URI is not one of those registered for this client.")
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        state=given.get("state"),
        challenge=given.get("code_challenge", ""),
        nonce=given.get("nonce", ""),
        login_hint=given.get("login_hint", ""),
    )


def check(tenant: Tenant, asked: Asked, given: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes to put before the person. Raises TokenRefusal, which goes to the redirect URI."""
    if asked.client.grant != CODE:
        raise TokenRefusal("unauthorized_client", 400, "The client is registered for another grant type.")
    if given.get("response_type") != "code":
        raise TokenRefusal("unsupported_response_type", 400, "The response type is code.")
    if tenant.switches.pkce == "required" and not asked.challenge:
        raise TokenRefusal("invalid_request", 400, "A code challenge is required.")
    if asked.challenge and given.get("code_challenge_method") != "S256":
        raise TokenRefusal("invalid_request", 400, "The code challenge method is S256.")
    return tenant.tokens.granted(asked.client, given.get("scope"))


def way_back(tenant: Tenant, asked: Asked, **answer: str) -> str:
    """The redirect URI with the answer, the state as it came and, where switched on, the issuer."""
    pairs = list(answer.items())
    if asked.state is not None:
        pairs.append(("state", asked.state))
    if tenant.switches.iss != "off":
        pairs.append(("iss", tenant.tokens.issuer if tenant.switches.iss == "on" else WRONG_ISSUER))
    return answered(asked.redirect_uri, pairs)

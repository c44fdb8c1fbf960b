"""Reads an authorization request, and makes the address that the browser goes back to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.netsuite.hosts import Site
from sandbox.netsuite.registry import Integration
from sandbox.netsuite.scopes import Refused, read_scopes
from sandbox.netsuite.switches import Switches
from sandbox.netsuite.tenant import Tenant
from sandbox.redirects import answered, registered

PROMPTS = ("", "none", "login", "consent")
LONGEST_STATE = 1024


class Unanswerable(Exception):
    """A request that ends on a page of NetSuite's: client or redirect URI cannot be trusted."""


@dataclass(frozen=True)
class Asked:
    """What an integration asks the people of an account for."""

    tenant: Tenant
    client: Integration
    redirect_uri: str
    state: str
    challenge: str
    prompt: str
    scopes: tuple[str, ...] = ()


def read(tenants: Mapping[str, Tenant], site: Site, given: Mapping[str, str]) -> Asked:
    """Raises Unanswerable; whatever else is wrong is for `check` to find."""
    id_ = given.get("client_id", "")
    meant = [tenants[site.slug]] if site.named and site.slug else tenants.values()
    tenant = next((one for one in meant if id_ in one.registry.integrations), None)
    if tenant is None:
        raise Unanswerable("No integration of this account has this client id.")
    redirect_uri = given.get("redirect_uri", "")
    if not registered(tenant.switches.redirect_uris, redirect_uri):
        raise Unanswerable("The redirect URI is not the one on the integration record.")
    return Asked(
        tenant=tenant,
        client=tenant.registry.integrations[id_],
        redirect_uri=redirect_uri,
        state=given.get("state", ""),
        challenge=given.get("code_challenge", ""),
        prompt=given.get("prompt", ""),
    )


def check(asked: Asked, given: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes to put before the person. Raises Refused, which goes to the redirect URI."""
    if given.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type is not code")
    if asked.client.public and not asked.challenge:
        raise Refused("invalid_request", "public clients send a code_challenge")
    if asked.challenge and given.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "code_challenge_method is not S256")
    if asked.prompt not in PROMPTS or not _is_state(asked.state, asked.tenant.switches):
        raise Refused("invalid_request", "prompt or state is not as it must be")
    return read_scopes(given.get("scope", "").split())


def way_back(asked: Asked, **answer: str) -> str:
    """The redirect URI with the answer and, where there is one, the state as it came."""
    state = [("state", asked.state)] if asked.state else []
    return answered(asked.redirect_uri, [*state, *answer.items()])


def _is_state(state: str, switches: Switches) -> bool:
    return bool(re.fullmatch(rf"[ -~]{{{switches.state_minimum},{LONGEST_STATE}}}", state))

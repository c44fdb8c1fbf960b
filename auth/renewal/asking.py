"""What is asked of a token endpoint for an account, by its scheme."""

import asyncio
from dataclasses import replace

from auth.connection import Connection
from auth.grants import Refusal, Token, Unusable, client_request, refresh_request
from auth.renewal.endpoint import SECONDS, TokenEndpoints
from auth.renewal.shelf import Kept
from providers.schemes import AuthorizationCode, ClientCredentials, TokenScheme
from schemas.errors import Internal

NOTHING_LEFT = "the access token is spent, and there is no refresh token"


def scheme_of(connection: Connection) -> TokenScheme:
    scheme = connection.scheme
    if not isinstance(scheme, TokenScheme):
        raise Internal(f"{scheme.method} knows no tokens.")
    return scheme


def deadline() -> float:
    """For a token request that begins now, on the running loop's clock."""
    return asyncio.get_running_loop().time() + SECONDS


async def ask(
    endpoints: TokenEndpoints, kept: Kept, present: Token | None, until: float
) -> Token | Refusal | Unusable:
    """The token after `present`. Raises VendorTrouble, Unsent where nothing was asked, and RemoteProblem 429."""
    scheme = scheme_of(kept.connection)
    if isinstance(scheme, ClientCredentials):
        return await _mint(endpoints, kept, scheme, until)
    return await _refresh(endpoints, kept.connection, scheme, present, until)


async def _refresh(
    endpoints: TokenEndpoints,
    connection: Connection,
    scheme: AuthorizationCode,
    present: Token | None,
    until: float,
) -> Token | Refusal | Unusable:
    """RFC 6749 §6: without a new refresh token the old one stays good, and without scopes those granted stay."""
    if present is None or present.refresh_token is None:
        return Refusal(400, "invalid_grant", NOTHING_LEFT)
    request = refresh_request(connection, scheme, present.refresh_token)
    answer = await endpoints.ask(request, assumed=scheme.lifetime, until=until)
    if not isinstance(answer, Token):
        return answer
    return replace(
        answer,
        refresh_token=answer.refresh_token or present.refresh_token,
        scopes=answer.scopes or present.scopes,
    )


async def _mint(
    endpoints: TokenEndpoints, kept: Kept, scheme: ClientCredentials, until: float
) -> Token | Refusal | Unusable:
    """A second request without scopes where the vendor knows the client but not the scopes: some turn down a request
    that lists a scope which the client has lost.
    """
    scopes = () if kept.is_scopeless else kept.connection.scopes
    request = client_request(kept.connection, scheme, scopes)
    answer = await endpoints.ask(request, assumed=scheme.lifetime, until=until)
    if isinstance(answer, Refusal) and answer.code == "invalid_scope" and scopes:
        request = client_request(kept.connection, scheme, ())
        answer = await endpoints.ask(request, assumed=scheme.lifetime, until=until)
        kept.is_scopeless = isinstance(answer, Token)
    return answer

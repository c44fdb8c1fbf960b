"""What all answers of the connect page share: whose page it is, what it repeats, what it tells in the end."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auth.linking.pages.rendering import HEADERS
from auth.linking.pages.views import Branding, Integration, Mode, Scene
from auth.linking.redirects import with_result
from auth.linking.tokens import Link
from providers.provider import Provider
from schemas.errors import AccountProblem

CARRIED = ("integrations", "iframe", "popup", "no_back", "skip_rapid_form")
HANDOVER = {"popup": "handover"}  # what the page carries in the popup of a framed one
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST = 500
CLOSED = {"result": "error", "error": "closed", "error_type": "connection_error"}


def carried(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that the page goes on with."""
    return {name: given[name][:LONGEST] for name in CARRIED if given.get(name)}


def scene(request: Request, link: Link, options: Mapping[str, str]) -> Scene:
    redirect_uri = link.row.redirect_uri
    return Scene(
        environment=link.environment.name,
        account=link.row.tenant_id,
        carried={"link_token": link.text, **options},
        branding=Branding.of(link.environment.branding),
        mode=Mode.of(options),
        origins=link.origins,
        root=root(request),
        cancel_url=redirect_uri and with_result(redirect_uri, CLOSED),
        is_sandbox=link.row.is_sandbox,
        is_reconnect=link.row.is_reconnect,
    )


def shown(provider: Provider, *, has_back: bool = False) -> Integration:
    return Integration(provider.name, provider.label, provider.category, has_back)


def success(link: Link, integration: str) -> dict[str, Any]:
    uri = {"redirect_uri": link.row.redirect_uri} if link.row.redirect_uri else {}
    account = {"integrated_account_id": link.row.account_id}
    return {"is_truto": True, "result": "success", "integration": integration, **account, **uri}


def failure(integration: str, error: str, error_type: str, account_id: str | None = None) -> dict[str, Any]:
    account = {"integrated_account_id": account_id} if account_id else {}
    return {
        "is_truto": True,
        "result": "error",
        "error": error,
        "error_type": error_type,
        "integration": integration,
        **account,
    }


def own_address(request: Request) -> str:
    """The address that browsers know this gateway by. Raises AccountProblem where nobody has said what it is.

    The Host header alone is no proof: a code must come back to us.
    """
    configured: str | None = request.state.public_url
    if configured:
        return configured
    if request.url.hostname not in LOCAL:
        raise AccountProblem(
            "Set KOINE_PUBLIC_URL to the address of this gateway: vendors send people back to it."
        )
    return f"{request.url.scheme}://{request.url.netloc}"


def root(request: Request) -> str:
    """What stands before our paths where the gateway is served below one."""
    return urlsplit(request.state.public_url or "").path


def callback(request: Request, integration: str) -> str:
    """The redirect URI: one for each integration, so that no vendor's code is taken for another's."""
    return f"{own_address(request)}/connect/{integration}/callback"


def go(request: Request, path: str, **query: str) -> Response:
    """To another of our pages."""
    return leave(f"{root(request)}/{path}?{urlencode(query)}")


def leave(url: str) -> Response:
    """303, whatever the request was; nothing of our address goes along."""
    return RedirectResponse(url, 303, dict(HEADERS))

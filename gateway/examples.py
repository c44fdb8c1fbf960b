"""`/examples/link`, under `koine up` alone: a product that connects a customer's account and shows its invoices.

The page is in `gateway/example/`. What is here stands for the product's own server: it holds the API token, which never
reaches the browser, and calls the gateway like anyone else.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gateway.gate import LOCAL
from schemas.errors import NotAllowed, NotFound

FOLDER = Path(__file__).parent / "example"
KINDS = {"example.css": "text/css", "example.js": "text/javascript"}
TENANT = "example"
SECONDS = 60.0
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def example_routes(gateway: str, token: Callable[[], str | None]) -> list[Route]:
    """`gateway` is this gateway's own URL; `token` answers an API token of it, once there is one."""

    async def call(method: str, path: str, **sent: Any) -> Response:
        """The gateway's answer as it is."""
        async with httpx.AsyncClient(base_url=gateway, trust_env=False, timeout=SECONDS) as api:
            answer = await api.request(method, path, headers={"authorization": f"Bearer {token()}"}, **sent)
        return Response(answer.content, answer.status_code, HEADERS, "application/json")

    async def link_token(request: Request) -> Response:
        origin = _own_origin(request)
        wanted = {
            "tenant_id": TENANT,
            "is_sandbox": True,
            "allowed_origins": [origin],
            "redirect_uri": f"{origin}/examples/link",
        }
        return await call("POST", "/link-token", json=wanted)

    async def invoices(request: Request) -> Response:
        _own_origin(request)
        account = request.query_params.get("account", "")
        query = {"integrated_account_id": account, "limit": "5"}
        return await call("GET", "/unified/accounting/invoices", params=query)

    return [
        Route("/examples/link", _page),
        Route("/examples/link/link-token", link_token, methods=["POST"]),
        Route("/examples/link/invoices", invoices),
        Route("/examples/link/{name}", _file),
    ]


async def _page(request: Request) -> Response:
    return HTMLResponse((FOLDER / "index.html").read_bytes(), headers=HEADERS)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in KINDS:
        raise NotFound("There is no such file.")
    return Response((FOLDER / name).read_bytes(), headers=HEADERS, media_type=KINDS[name])


def _own_origin(request: Request) -> str:
    """The example's, which is on this machine; pages of others may not use it."""
    if request.url.hostname not in LOCAL or request.headers.get("sec-fetch-site") != "same-origin":
        raise NotAllowed("Only the example's own page uses this.")
    return f"{request.url.scheme}://{request.url.netloc}"

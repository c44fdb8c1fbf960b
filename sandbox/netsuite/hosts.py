"""Which account a request is for, and what the addresses in its answer begin with: host, path prefix, or neither."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.control import ROOT

HOST = re.compile(
    r"(?:(?P<slug>[a-z0-9-]+)\.)?(?P<kind>suitetalk\.api|restlets\.api|app|system)\.netsuite\.com"
)
SITE = "netsuite.site"
UNKNOWN = "system"  # the host from which a person who signs in may choose any account
PATHS = {"suitetalk.api": "/services/rest", "restlets.api": "/rest", "app": "/app", UNKNOWN: "/app"}
DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Site:
    """`slug` is empty where the account is not known yet; `origin` is scheme and host, `prefix` the account's path.

    `named`: whether host or prefix named the account; one origin without either stands for the first account.
    """

    slug: str
    origin: str
    prefix: str = ""
    named: bool = True

    @property
    def root(self) -> str:
        """What links of an answer begin with."""
        return self.origin + self.prefix


def slug(account: str) -> str:
    """`1234567_SB1` as it stands in hosts: `1234567-sb1`."""
    return account.lower().replace("_", "-")


def site_of(request: Request) -> Site:
    found: Site = request.scope[SITE]
    return found


class Sites:
    """ASGI middleware: puts the `Site` into the scope and takes the account's prefix off the path.

    NetSuite's own hosts serve what they serve there; any other host serves everything, so that one loopback
    address can stand for all of them.
    """

    def __init__(self, app: ASGIApp, slugs: Collection[str]) -> None:
        self.app, self.slugs = app, tuple(slugs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ROOT):
            await self.app(scope, receive, send)
            return
        site = self._site(scope)
        if site is None:
            await Response("Not found", 404)(scope, receive, send)
            return
        await self.app({**scope, **_below(scope, site.prefix), SITE: site}, receive, send)

    def _site(self, scope: Scope) -> Site | None:
        request = Request(scope)
        origin = _origin(scope["scheme"], request.headers.get("host", "localhost"))
        named = HOST.fullmatch(origin.partition("://")[2].partition(":")[0])
        if named:
            return self._by_host(named, scope["path"], origin)
        first = _raw(scope).split(b"/")[1].decode("latin-1")
        if first in self.slugs:
            return Site(first, origin, f"/{first}")
        return Site(self.slugs[0], origin, named=False)

    def _by_host(self, named: re.Match[str], path: str, origin: str) -> Site | None:
        kind, account = named["kind"], named["slug"] or ""
        known = account in self.slugs if kind != UNKNOWN else not account
        return Site(account, origin) if known and path.startswith(f"{PATHS[kind]}/") else None


def _origin(scheme: str, host: str) -> str:
    """Lower case, without the scheme's own port, as signatures want it."""
    name, _, port = host.lower().partition(":") if not host.startswith("[") else (host, "", "")
    return f"{scheme}://{name}:{port}" if port and port != DEFAULT_PORTS.get(scheme) else f"{scheme}://{name}"


def _below(scope: Scope, prefix: str) -> dict[str, object]:
    raw = _raw(scope)[len(prefix) :]
    return {"path": unquote(raw), "raw_path": raw}


def _raw(scope: Scope) -> bytes:
    found: bytes = scope.get("raw_path") or scope["path"].encode()
    return found

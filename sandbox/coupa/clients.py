"""The API clients of the test tenant: ids, secrets and scopes that follow from the seed alone."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sandbox.coupa.schema import COLLECTIONS
from sandbox.words import word

EXTRA = (
    "core.invoice.create",
    "core.invoice.delete",
    "core.invoice.approval.write",
    "core.invoice.approval.bypass",
    "openid",
    "profile",
    "email",
    "login",
    "offline_access",
)
READ_FEW = ("core.common.read", "core.supplier.read")
CODE = "authorization_code"


@dataclass(frozen=True)
class Client:
    """A registered client; `user` is the id of the API user it acts as, `grant` the one grant it is registered for."""

    name: str
    id: str
    secret: str
    scopes: tuple[str, ...]
    user: int
    grant: str = "client_credentials"


@lru_cache(maxsize=1)
def all_scopes() -> tuple[str, ...]:
    """Every scope the tenant knows, in order."""
    named = {scope for one in COLLECTIONS.values() for scope in (*one.read, *one.write)}
    return tuple(sorted(named | set(EXTRA)))


def clients(seed: int) -> tuple[Client, ...]:
    """`main` may do everything, `read_only` read everything, `few` read suppliers and settings only.

    `web` and `web_two` are registered for the authorization code flow, the others for their own credentials.
    """
    reading = tuple(scope for scope in all_scopes() if scope.endswith(".read"))
    return (
        Client("main", word(seed, "main id", 32), word(seed, "main secret", 64), all_scopes(), 12),
        Client("read_only", word(seed, "reader id", 32), word(seed, "reader secret", 64), reading, 13),
        Client("few", word(seed, "few id", 32), word(seed, "few secret", 64), READ_FEW, 14),
        # A secret with characters that form and Basic encoding treat differently.
        Client("awkward", word(seed, "odd id", 32), "p+%:/=&é " + word(seed, "odd", 16), all_scopes(), 15),
        Client("web", word(seed, "web id", 32), word(seed, "web secret", 64), all_scopes(), 12, CODE),
        Client("web_two", word(seed, "web2 id", 32), word(seed, "web2 secret", 64), all_scopes(), 12, CODE),
    )


def api_key(seed: int) -> str:
    """Forty alphanumerics, valid for the whole interface."""
    return word(seed, "api key", 40)


def signing_key(seed: int) -> bytes:
    return hashlib.sha256(f"signing {seed}".encode()).digest()


def credentials(seed: int = 1) -> dict[str, Any]:
    """What a test needs to connect: the main client at the top, all clients by name under `clients`."""
    by_name = {
        one.name: {"client_id": one.id, "client_secret": one.secret, "scopes": list(one.scopes)}
        for one in clients(seed)
    }
    main = by_name["main"]
    return {
        "client_id": main["client_id"],
        "client_secret": main["client_secret"],
        "api_key": api_key(seed),
        "clients": by_name,
    }

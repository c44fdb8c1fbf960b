"""A provider with refresh tokens, and accounts that hold a grant of it."""

from dataclasses import replace
from typing import Any

from sqlmodel import select, update

from auth.connection import Connection
from auth.database import Database
from auth.renewal import Renewals
from providers.schemes import CLIENT_FIELDS, AuthorizationCode
from schemas.tables import Grant
from tests.auth.vendor import ACME
from tests.auth.world import SECRET, World

SCHEME = AuthorizationCode(
    "{origin}/authorize",
    "{origin}/token",
    scopes=("read", "write"),
    ready_after=5.0,
    keep_alive=30 * 86400.0,
    fields=CLIENT_FIELDS,
)
RENEWED = replace(ACME, schemes=(*ACME.schemes, SCHEME))
FIRST = "hush-hush-refresh-token"


async def link_granted(world: World, **token: Any) -> dict[str, Any]:
    """An account with a living access token `given` and a refresh token, unless `token` says otherwise."""
    world.vendor.refresh_tokens.add(FIRST)
    world.vendor.good.add("Bearer given")
    token = {"access_token": "given", "refresh_token": FIRST, "expires_in": 3600, **token}
    context = {
        "host": "blue.acme.example",
        "client_id": "me",
        "client_secret": SECRET,
        "oauth": {"token": token},
    }
    return await world.link(authentication_method="oauth2", context=context, validate=False)


async def granted(world: World, **token: Any) -> Connection:
    return await world.open(await link_granted(world, **token))


def another_process(world: World, **options: Any) -> Renewals:
    """Renewals with a memory of their own on the same database."""
    shared: dict[str, Any] = {"clock": world.clock, "sleep": world.clock.sleep, "chance": lambda: 0.0}
    return Renewals(
        world.vendor.transport, world.database, world.vault, world.connections, **{**shared, **options}
    )


async def row_of(database: Database, account_id: str) -> Grant:
    async with database.read() as session:
        return (await session.exec(select(Grant).where(Grant.account_id == account_id))).one()


async def age(database: Database, seconds: float) -> None:
    """So much later, as the rows have it: tokens are older and leases nearer to their end."""
    shift = {
        name: getattr(Grant, name) - seconds
        for name in ("minted_at", "renew_at", "expires_at", "lease_until")
    }
    async with database.write() as session:
        await session.exec(update(Grant).values(**shift))

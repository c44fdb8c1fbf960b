"""Accounts of the stand-in in a database, for processes to share."""

from typing import Any

from auth.accounts import seal_secrets
from auth.database import Database
from schemas.tables import Environment, EnvironmentIntegration, IntegratedAccount
from tests.renewal.standin import StandIn
from tests.renewal.workers import vault


async def link(database: Database, stand_in: StandIn, count: int, method: str = "oauth2") -> list[str]:
    """So many accounts, as `environment/account`, each with a consent of its own where it is of use."""
    environment = Environment(name="home")
    integration = EnvironmentIntegration(environment_id=environment.id, integration="coupa")
    async with database.write() as session:
        session.add(environment)
        await session.flush()
        session.add(integration)
    accounts = [
        IntegratedAccount(
            environment_id=environment.id,
            environment_integration_id=integration.id,
            tenant_id="acme",
            status="active",
            is_sandbox=True,
            authentication_method=method,
        )
        for _ in range(count)
    ]
    for account in accounts:
        secrets = _consented(stand_in) if method == "oauth2" else _client(stand_in)
        account.context = {name: secrets.pop(name) for name in ("client_id",) if name in secrets}
        async with database.write() as session:
            session.add(account)
            await session.flush()
            await seal_secrets(session, vault(), account, secrets)
    return [f"{environment.id}/{account.id}" for account in accounts]


def _consented(stand_in: StandIn) -> dict[str, Any]:
    """A grant whose access token is spent already."""
    return {"oauth/token": {"refresh_token": stand_in.consent()["refresh_token"]}}


def _client(stand_in: StandIn) -> dict[str, Any]:
    return {name: stand_in.credentials[name] for name in ("client_id", "client_secret")}

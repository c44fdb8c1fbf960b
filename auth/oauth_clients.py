"""The environment's own OAuth client for a provider: its id in the override, its secret in the vault."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.vault import Binding, Vault
from schemas.tables import EnvironmentIntegration


def client_id(integration: EnvironmentIntegration) -> str | None:
    """The client's id, None where the environment has no client of its own."""
    client = (integration.override.get("credentials") or {}).get("client") or {}
    found: str | None = client.get("id")
    return found


async def environment_client(
    session: AsyncSession, vault: Vault, integration: EnvironmentIntegration
) -> Mapping[str, str]:
    """`client_id` and, but for a public client, `client_secret`; empty where there is none. Raises CannotOpen."""
    found = client_id(integration)
    if found is None:
        return {}
    return {"client_id": found, **(await sealed.take(session, vault, binding(integration)) or {})}


def binding(row: EnvironmentIntegration) -> Binding:
    return Binding(row.environment_id, "", f"environment-integration/{row.id}")

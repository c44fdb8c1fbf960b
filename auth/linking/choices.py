"""What a link token offers: which systems, which ways to sign in, and the scopes that go with them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.connections import Connections
from auth.context_rules import scopes_in
from auth.linking.tokens import Link
from providers.provider import Provider
from providers.schemes import Scheme
from schemas.tables import EnvironmentIntegration, IntegratedAccount


@dataclass(frozen=True)
class Choice:
    """A system that can be connected, and the environment's row for it."""

    provider: Provider
    integration: EnvironmentIntegration

    def scheme(self, method: str) -> Scheme | None:
        """The way to sign in of this name; the only one needs none."""
        only = self.provider.schemes[0] if len(self.provider.schemes) == 1 else None
        return self.provider.scheme(method) or (only if not method else None)


async def choices(
    session: AsyncSession, connections: Connections, link: Link, wanted: Collection[str]
) -> list[Choice]:
    """In the order of their labels; a reconnect has its account's alone.

    `wanted` are the names that the product opened the page for, if any: these may be missing in the catalogue.
    """
    query = select(EnvironmentIntegration).where(
        EnvironmentIntegration.environment_id == link.row.environment_id,
        col(EnvironmentIntegration.is_enabled),
    )
    if link.row.is_reconnect:
        query = query.join(IntegratedAccount).where(IntegratedAccount.id == link.row.account_id)
    rows = (await session.exec(query)).all()
    found = [
        Choice(connections.providers[row.integration], row)
        for row in rows
        if row.integration in connections.providers and (row.show_in_catalog or row.integration in wanted)
    ]
    fit = [choice for choice in found if _fits(choice.provider, connections, link, wanted)]
    return sorted(fit, key=lambda choice: choice.provider.label)


def _fits(provider: Provider, connections: Connections, link: Link, wanted: Collection[str]) -> bool:
    if wanted and provider.name not in wanted:
        return False
    if link.row.is_sandbox and provider.name not in connections.sandboxes:
        return False
    models = link.row.unified_models
    return link.row.is_reconnect or not models or not set(models).isdisjoint(provider.models)


def own_scopes(link: Link, choice: Choice, scheme: Scheme) -> tuple[str, ...]:
    """The scopes that an account is to have in its own name; none where the environment's or the provider's do.

    The link token's win over the environment's, those over the provider's, which the link token's models narrow.
    """
    own = tuple(link.row.scopes) or scopes_in(link.context.get("oauth"))
    if own or scopes_in(choice.integration.override.get("credentials")) or not link.row.unified_models:
        return own
    wanted = {
        scope
        for key, resource in choice.provider.resources.items()
        if key.split("/")[0] in link.row.unified_models
        for scope in resource.scopes
    }
    return tuple(scope for scope in getattr(scheme, "scopes", ()) if scope in wanted)

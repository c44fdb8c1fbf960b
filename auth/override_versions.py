"""Overrides are never lost: each that is saved becomes a version with who and when, and each can be brought back."""

from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.caller import Caller
from schemas.errors import NotFound
from schemas.tables import ApiToken, EnvironmentIntegration, IntegratedAccount, OverrideVersion

MOST_KEPT = 100  # versions of one owner; the oldest make room
Owner = IntegratedAccount | EnvironmentIntegration
Override = dict[str, Any]


def override_of(owner: Owner) -> Override:
    if isinstance(owner, IntegratedAccount):
        return owner.unified_model_override
    return owner.override.get("unified") or {}


def of_owner(owner: Owner) -> Any:
    """The condition that picks the owner's versions."""
    kind = "integrated_account" if isinstance(owner, IntegratedAccount) else "environment_integration"
    return col(getattr(OverrideVersion, f"{kind}_id")) == owner.id


async def note_version(
    session: AsyncSession, caller: Caller, owner: Owner, former: Override, *, restored: int | None = None
) -> None:
    """To be called in the transaction that changes an override, with the owner's row locked; `former`: what it was."""
    override = override_of(owner)
    if override == former:
        return
    own = of_owner(owner)
    query = select(OverrideVersion.version).where(own).order_by(col(OverrideVersion.version).desc())
    number = ((await session.exec(query.limit(1))).first() or 0) + 1
    token = await session.get(ApiToken, caller.token_id)
    session.add(
        OverrideVersion(
            integrated_account_id=owner.id if isinstance(owner, IntegratedAccount) else None,
            environment_integration_id=owner.id if isinstance(owner, EnvironmentIntegration) else None,
            version=number,
            override=override,
            restored=restored,
            token_id=caller.token_id,
            token_name=token.name if token else None,
        )
    )
    old = col(OverrideVersion.version) <= number - MOST_KEPT
    await session.exec(delete(OverrideVersion).where(own, old))


async def find_version(session: AsyncSession, owner: Owner, number: int) -> Override:
    """What the override was in a version; 0 is nothing, as it was before the first. Raises NotFound."""
    if number == 0:
        return {}
    query = select(OverrideVersion).where(of_owner(owner), OverrideVersion.version == number)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("There is no such version of the override, or none any more.")
    return found.override

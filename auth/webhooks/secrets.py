"""A webhook's signing secrets: the newest, and former ones that sign beside it for a day."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.moments import read_moment, show_moment
from auth.vault import Binding, Vault
from schemas.tables import Webhook

PREFIX = "whsec_"
BYTES = 32
OVERLAP = timedelta(hours=24)
MOST_OLDER = 4  # each is a signature in a header that receivers read whole


@dataclass(frozen=True)
class Secrets:
    """`older`: former secrets, newest first, with the time until which each signs."""

    newest: str = field(repr=False)
    older: tuple[tuple[str, datetime], ...] = field(default=(), repr=False)

    def rotated(self, moment: datetime) -> "Secrets":
        kept = ((self.newest, moment + OVERLAP), *self._living(moment))
        return Secrets(new_secret(), kept[:MOST_OLDER])

    def signing_at(self, moment: datetime) -> list[str]:
        """Those to sign with, newest first."""
        return [self.newest, *(secret for secret, _ in self._living(moment))]

    def _living(self, moment: datetime) -> list[tuple[str, datetime]]:
        return [(secret, until) for secret, until in self.older if until > moment]


def new_secret() -> str:
    """In the form of Standard Webhooks: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


async def seal(session: AsyncSession, vault: Vault, webhook: Webhook, value: Secrets) -> None:
    older = [[secret, show_moment(until)] for secret, until in value.older]
    await sealed.put(session, vault, binding(webhook), {"newest": value.newest, "older": older})


async def unseal(session: AsyncSession, vault: Vault, webhook: Webhook) -> Secrets | None:
    """None where the webhook is gone. Raises CannotOpen."""
    found = await sealed.take(session, vault, binding(webhook))
    if found is None:
        return None
    older = tuple((secret, read_moment(until)) for secret, until in found["older"])
    return Secrets(found["newest"], older)


async def erase(session: AsyncSession, webhook: Webhook) -> None:
    await sealed.erase(session, binding(webhook))


def binding(webhook: Webhook) -> Binding:
    return Binding(webhook.environment_id, "", f"webhook/{webhook.id}")

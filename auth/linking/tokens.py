"""Link tokens: `koine_link_<id>_<secret>`, good for connecting one account once; a keyed hash is stored."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.database import Database
from auth.tokens import token_hash
from auth.vault import Binding, Vault
from schemas.tables import Environment, LinkToken, now

FORM = re.compile(r"koine_link_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Link:
    """A link token that was presented, with what it stands for; it may be spent or expired."""

    text: str = field(repr=False)
    row: LinkToken
    environment: Environment
    context: Mapping[str, Any] = field(repr=False)

    @property
    def origins(self) -> tuple[str, ...]:
        """Who may open or frame the page and hear its result."""
        own = self.row.allowed_origins
        return tuple(self.environment.allowed_origins if own is None else own)

    @property
    def is_usable(self) -> bool:
        return self.row.spent_at is None and self.row.expires_at > now()


async def make_link_token(
    session: AsyncSession,
    vault: Vault,
    pepper: bytes,
    row: LinkToken,
    context: Mapping[str, Any],
    *,
    days: float,
) -> str:
    """Stores the row and answers the token, which can't be had again."""
    text = f"koine_link_{row.id}_{secrets.token_urlsafe(32)}"
    row.secret_hash = token_hash(pepper, text)
    row.expires_at = now() + timedelta(days=days)
    session.add(row)
    if context:
        sealed.add(session, vault, _binding(row), dict(context))
    return text


async def find_link(database: Database, vault: Vault, pepper: bytes, text: str) -> Link | None:
    """What a link token stands for, None for one that is not known."""
    form = FORM.fullmatch(text)
    if form is None:
        return None
    presented = token_hash(pepper, text)
    query = select(LinkToken, Environment).join(Environment).where(LinkToken.id == form[1])
    async with database.read() as session:
        found = (await session.exec(query)).first()
        stored = found[0].secret_hash if found else bytes(len(presented))
        if not hmac.compare_digest(stored, presented) or found is None:
            return None
        row, environment = found
        return Link(text, row, environment, await sealed.take(session, vault, _binding(row)) or {})


async def spend(session: AsyncSession, row: LinkToken) -> bool:
    """Whether the token was still to be spent: of any number of callers, one hears True."""
    change = (
        update(LinkToken)
        .where(
            col(LinkToken.id) == row.id, col(LinkToken.spent_at).is_(None), col(LinkToken.expires_at) > now()
        )
        .values(spent_at=now())
    )
    is_first = (await session.exec(change)).rowcount == 1
    if is_first:
        await sealed.erase(session, _binding(row))
        await sealed.erase(session, key_binding(row))
    return is_first


def key_binding(row: LinkToken) -> Binding:
    """Where a key lies that was made for the account."""
    return Binding(row.environment_id, "", f"link-key/{row.id}")


def _binding(row: LinkToken) -> Binding:
    return Binding(row.environment_id, "", f"link-token/{row.id}")

"""Erases link tokens and attempts that nobody will come back to, with what is sealed for them."""

from datetime import timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from schemas.tables import LinkAttempt, LinkToken, SealedRecord, now

ATTEMPTS_STAY = timedelta(days=1)  # after their end
TOKENS_STAY = timedelta(days=30)  # so long a page that was left open still hears that its link is too old
MOST = 200  # at once: more than come in meanwhile


async def clear(session: AsyncSession) -> None:
    """To be called wherever new ones are made."""
    attempts = select(LinkAttempt.id).where(LinkAttempt.expires_at < now() - ATTEMPTS_STAY).limit(MOST)
    ids = list((await session.exec(attempts)).all())
    if ids:
        await _erase(session, [f"link-attempt/{id_}" for id_ in ids])
        await session.exec(delete(LinkAttempt).where(col(LinkAttempt.id).in_(ids)))
    in_use = select(LinkAttempt.id).where(LinkAttempt.link_token_id == LinkToken.id).exists()
    tokens = select(LinkToken.id).where(LinkToken.expires_at < now() - TOKENS_STAY, ~in_use).limit(MOST)
    ids = list((await session.exec(tokens)).all())
    if ids:
        await _erase(session, [f"{kind}/{id_}" for id_ in ids for kind in ("link-token", "link-key")])
        await session.exec(delete(LinkToken).where(col(LinkToken.id).in_(ids)))


async def _erase(session: AsyncSession, purposes: list[str]) -> None:
    await session.exec(
        delete(SealedRecord).where(
            col(SealedRecord.account_id) == "", col(SealedRecord.purpose).in_(purposes)
        )
    )

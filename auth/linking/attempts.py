"""Attempts in the database: a form sent in the connect page, from there to its outcome; each step happens once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.database import Database
from auth.vault import Binding, Vault
from schemas.tables import LinkAttempt, now

AWAY, READY, RUNNING, OVER = "away", "ready", "running", "over"
LIFE = timedelta(minutes=10)
LONGEST_RUN = timedelta(minutes=3)  # after which the process that ran it is gone


@dataclass(frozen=True)
class Attempt:
    """`entrusted` is what is sealed: the link token, the account's context, and the secrets of the OAuth dance."""

    row: LinkAttempt
    entrusted: Mapping[str, Any] = field(repr=False)

    @property
    def is_lost(self) -> bool:
        return self.row.stage == RUNNING and self.row.updated_at < now() - LONGEST_RUN

    @property
    def is_late(self) -> bool:
        return self.row.stage == AWAY and self.row.expires_at <= now()

    def is_meant_by(self, context: Mapping[str, Any]) -> bool:
        """Whether its form, sent again with this context, means the same try: one not in vain, with nothing changed."""
        if self.row.stage == OVER:
            return self.row.outcome == {}
        return not self.is_lost and not self.is_late and bool(self.entrusted.get("context") == context)


async def begin(database: Database, vault: Vault, row: LinkAttempt, entrusted: Mapping[str, Any]) -> None:
    """Keeps an attempt; one of the same id that is there already is left as it is: the form was sent twice."""
    row.expires_at = now() + LIFE
    try:
        async with database.write() as session:
            session.add(row)
            await session.flush()
            sealed.add(session, vault, _binding(row), dict(entrusted))
    except IntegrityError:
        return


async def find(database: Database, vault: Vault, attempt_id: str) -> Attempt | None:
    return await _find(database, vault, col(LinkAttempt.id) == attempt_id)


async def find_by_state(database: Database, vault: Vault, state_hash: bytes) -> Attempt | None:
    return await _find(database, vault, col(LinkAttempt.state_hash) == state_hash)


async def step(session: AsyncSession, attempt: Attempt, before: str, after: str, **values: Any) -> bool:
    """Whether the attempt went from one stage to the next: of any number of callers, one hears True."""
    change = (
        update(LinkAttempt)
        .where(col(LinkAttempt.id) == attempt.row.id, col(LinkAttempt.stage) == before)
        .values(stage=after, **values)
    )
    return (await session.exec(change)).rowcount == 1


async def take_code(
    database: Database,
    vault: Vault,
    attempt: Attempt,
    code: str,
    code_hash: bytes,
    told: Mapping[str, str],
) -> bool:
    """Whether this code was the first one that came back. `told`: what is to be kept of what came with it."""
    async with database.write() as session:
        is_first = await step(session, attempt, AWAY, READY, code_hash=code_hash)
        if is_first:
            await sealed.put(
                session, vault, _binding(attempt.row), {**attempt.entrusted, "code": code, "told": dict(told)}
            )
    return is_first


async def start(database: Database, attempt: Attempt) -> bool:
    """Whether the caller is the one to run it."""
    async with database.write() as session:
        return await step(session, attempt, READY, RUNNING)


async def end(
    database: Database, vault: Vault, attempt: Attempt, before: str, outcome: Mapping[str, Any]
) -> None:
    """What it came to; of what was entrusted there is left what a further try needs to show."""
    left = {name: attempt.entrusted[name] for name in ("link_token", "shown")}
    async with database.write() as session:
        if await step(session, attempt, before, OVER, outcome=dict(outcome)):
            await sealed.put(session, vault, _binding(attempt.row), left)


async def claim(database: Database, attempt: Attempt, browser_hash: bytes) -> bool:
    """Whether the attempt, which no browser had yet, is now this one's."""
    change = (
        update(LinkAttempt)
        .where(col(LinkAttempt.id) == attempt.row.id, col(LinkAttempt.browser_hash).is_(None))
        .values(browser_hash=browser_hash)
    )
    async with database.write() as session:
        return (await session.exec(change)).rowcount == 1


async def _find(database: Database, vault: Vault, condition: Any) -> Attempt | None:
    async with database.read() as session:
        row = (await session.exec(select(LinkAttempt).where(condition))).first()
        if row is None:
            return None
        return Attempt(row, await sealed.take(session, vault, _binding(row)) or {})


def _binding(row: LinkAttempt) -> Binding:
    return Binding(row.environment_id, "", f"link-attempt/{row.id}")

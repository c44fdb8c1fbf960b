"""Brings every sealed record under the newest master key, while the gateway runs."""

from dataclasses import dataclass
from functools import partial

from sqlmodel import col, select, tuple_, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.database import Database
from auth.sealed import binding, envelope
from auth.vault import CannotOpen, Vault
from schemas.tables import SealedRecord

PRIMARY_KEY = (col(SealedRecord.environment_id), col(SealedRecord.account_id), col(SealedRecord.purpose))


@dataclass(frozen=True)
class Walk:
    """What became of records: `lost` were changed by others meanwhile, `stuck` do not open."""

    done: int = 0
    lost: int = 0
    stuck: tuple[CannotOpen, ...] = ()

    def __add__(self, other: "Walk") -> "Walk":
        return Walk(self.done + other.done, self.lost + other.lost, self.stuck + other.stuck)


async def rotate(database: Database, vault: Vault, *, batch: int = 100) -> int:
    """How many records were re-wrapped. Raises CannotOpen, after all others are done, where records do not open.

    Every process must hold the new key before this begins. The old one may go once it has ended. It may be stopped at
    any time and begun again.
    """
    total = 0
    while True:
        walk = await _walk(database, vault, batch)
        total += walk.done
        if walk.stuck:
            raise CannotOpen(f"{len(walk.stuck)} records stay under old keys; the first: {walk.stuck[0]}")
        if not walk.done and not walk.lost:
            return total


async def _walk(database: Database, vault: Vault, batch: int) -> Walk:
    """All records once, in the order of their keys."""
    walk, after = Walk(), ("", "", "")
    while rows := await _stale(database, vault, after, batch):
        walk += await database.transact(partial(_rewrap_all, vault, rows))
        after = (rows[-1].environment_id, rows[-1].account_id, rows[-1].purpose)
    return walk


async def _stale(
    database: Database, vault: Vault, after: tuple[str, str, str], batch: int
) -> list[SealedRecord]:
    query = (
        select(SealedRecord)
        .where(col(SealedRecord.key_id) != vault.keyring.newest, tuple_(*PRIMARY_KEY) > tuple_(*after))
        .order_by(*PRIMARY_KEY)
        .limit(batch)
    )
    async with database.read() as session:
        return list((await session.exec(query)).all())


async def _rewrap_all(vault: Vault, rows: list[SealedRecord], session: AsyncSession) -> Walk:
    walk = Walk()
    for row in rows:
        walk += await _rewrap(vault, row, session)
    return walk


async def _rewrap(vault: Vault, row: SealedRecord, session: AsyncSession) -> Walk:
    """A record that was written since it was read is left alone, and taken again in the next walk."""
    try:
        sealed = vault.rewrap(envelope(row), binding(row))
    except CannotOpen as error:
        return Walk(stuck=(error,))
    change = (
        update(SealedRecord)
        .where(
            col(SealedRecord.environment_id) == row.environment_id,
            col(SealedRecord.account_id) == row.account_id,
            col(SealedRecord.purpose) == row.purpose,
            col(SealedRecord.wrapped_key) == row.wrapped_key,
        )
        .values(key_id=sealed.key_id, wrapped_key=sealed.wrapped_key)
    )
    return Walk(done=1) if (await session.exec(change)).rowcount == 1 else Walk(lost=1)

"""Whether a database fits this code and these keys, before anything is served from it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlmodel import select

from auth.database import Database, Unavailable
from auth.migrating import recorded, revisions
from auth.vault import Keyring, Vault
from gateway.failure import CommandFailed
from gateway.settings import Settings
from schemas.tables import SealedRecord

NOT_MIGRATED = "The database's tables are not up to date: run `koine migrate`."


class Complaint(NamedTuple):
    """What keeps a process from serving: the `part` and its `state` as `/readyz` shows them, and what to do."""

    part: str
    state: str
    text: str


AWAY = Complaint("database", "unreachable", "The database can't be reached: `koine doctor` says more.")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database, closed afterwards."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def ready(settings: Settings) -> AsyncIterator[tuple[Database, Vault]]:
    """The database and the vault to its secrets. Raises CommandFailed (status 2) where they can't be used."""
    keyring = Keyring.from_setting(settings.encryption_keys.get_secret_value())
    async with opened(settings.database_url) as database:
        try:
            complaint = await _complaint(database, keyring)
        except Unavailable:
            complaint = AWAY
        if complaint:
            raise CommandFailed(complaint.text, status=2)
        yield database, Vault(keyring)


async def is_migrated(database: Database) -> bool:
    """False where migrations of this code are still to be run.

    Tables that a newer gateway has migrated will do: during a rolling change the old code serves on. Raises
    Unavailable.
    """
    ours = revisions()
    async with database.read() as session:
        present = await (await session.connection()).run_sync(recorded)
    return ours[-1] in present or bool(present.difference(ours))


async def missing_keys(database: Database, keyring: Keyring) -> list[str]:
    """The ids of keys that records are sealed under and the ring does not hold. Needs migrated tables."""
    async with database.read() as session:
        used = (await session.exec(select(SealedRecord.key_id).distinct())).all()
    return sorted(set(used) - set(keyring.keys))


async def complaint(settings: Settings) -> Complaint | None:
    """What keeps these settings from being served. Raises Unavailable."""
    keyring = Keyring.from_setting(settings.encryption_keys.get_secret_value())
    async with opened(settings.database_url) as database:
        return await _complaint(database, keyring)


async def _complaint(database: Database, keyring: Keyring) -> Complaint | None:
    if not await is_migrated(database):
        return Complaint("database", "not_migrated", NOT_MIGRATED)
    missing = await missing_keys(database, keyring)
    return Complaint("keys", "missing", lacks_keys(missing)) if missing else None


def lacks_keys(missing: Iterable[str]) -> str:
    return (
        f"KOINE_ENCRYPTION_KEYS lacks {', '.join(missing)} (fingerprint), under which stored secrets are sealed: "
        "put the key back behind the newest, and remove it only after `koine keys rotate`."
    )

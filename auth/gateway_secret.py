"""Random secrets of the gateway itself, made once and kept sealed in the database."""

import secrets

from sqlalchemy.exc import IntegrityError

from auth import sealed
from auth.database import Database
from auth.vault import Binding, Vault

SECRET_BYTES = 32


async def gateway_secret(database: Database, vault: Vault, purpose: str) -> bytes:
    """32 bytes, the same for every process of this database. Raises CannotOpen where the master key is another."""
    bound = Binding("", "", f"gateway/{purpose}")
    kept = await _kept(database, vault, bound)
    if kept is None:
        kept = await _make(database, vault, bound)
    return kept or await gateway_secret(database, vault, purpose)


async def _kept(database: Database, vault: Vault, bound: Binding) -> bytes | None:
    async with database.read() as session:
        value = await sealed.take(session, vault, bound)
    return None if value is None else bytes.fromhex(value)


async def _make(database: Database, vault: Vault, bound: Binding) -> bytes | None:
    """None where another process was quicker."""
    made = secrets.token_bytes(SECRET_BYTES)
    try:
        async with database.write() as session:
            sealed.add(session, vault, bound, made.hex())
    except IntegrityError:
        return None
    return made

"""Where sealed records are kept: written, read and erased within the caller's transaction."""

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.vault import Binding, Sealed, Vault
from schemas.tables import SealedRecord

CREDENTIALS = "credentials"


def envelope(record: SealedRecord) -> Sealed:
    return Sealed(record.key_id, record.wrapped_key, record.nonce, record.ciphertext)


def binding(record: SealedRecord) -> Binding:
    return Binding(record.environment_id, record.account_id, record.purpose)


def open_record(vault: Vault, record: SealedRecord) -> Any:
    """The JSON value in a record. Raises CannotOpen."""
    return orjson.loads(vault.open(envelope(record), binding(record)))


async def put(session: AsyncSession, vault: Vault, bound: Binding, value: Any) -> None:
    """Seals a JSON value, in the place of what was there. Hold the row that it belongs to.

    The envelope is written as a whole, also where a part is what it was when it was read: a rotation of keys holds no
    rows, and may have changed that part since.
    """
    record = await session.merge(_sealed(vault, bound, value))
    for part in Sealed.__dataclass_fields__:
        flag_modified(record, part)


def add(session: AsyncSession, vault: Vault, bound: Binding, value: Any) -> None:
    """Seals a JSON value where nothing is yet; an IntegrityError tells that somebody was quicker."""
    session.add(_sealed(vault, bound, value))


async def take(session: AsyncSession, vault: Vault, bound: Binding) -> Any | None:
    """The JSON value that is sealed here, None where nothing is. Raises CannotOpen."""
    record = await session.get(SealedRecord, (bound.environment_id, bound.account_id, bound.purpose))
    return None if record is None else open_record(vault, record)


async def erase(session: AsyncSession, bound: Binding) -> None:
    """Removes what is sealed here."""
    await session.exec(
        delete(SealedRecord).where(
            col(SealedRecord.environment_id) == bound.environment_id,
            col(SealedRecord.account_id) == bound.account_id,
            col(SealedRecord.purpose) == bound.purpose,
        )
    )


def _sealed(vault: Vault, bound: Binding, value: Any) -> SealedRecord:
    return SealedRecord(**asdict(bound), **asdict(vault.seal(orjson.dumps(value), bound)))

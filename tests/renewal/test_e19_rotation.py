"""E19: master keys change under tokens that are renewed meanwhile."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from auth.database import Database
from auth.renewal import Journal, Renewals
from auth.rotation import rotate
from auth.vault import Keyring, Vault, fingerprint
from schemas.errors import Problem
from schemas.tables import SealedRecord
from tests.auth.world import KEYS, World
from tests.renewal.grants import granted

pytestmark = pytest.mark.anyio
OLD, NEW = KEYS[0], KEYS[1]
BOTH, OLD_ONLY, NEW_ONLY = (Vault(Keyring.of(keys)) for keys in ([NEW, OLD], [OLD], [NEW]))


def process(world: World, vault: Vault, folder: Path) -> Renewals:
    return Renewals(
        world.vendor.transport,
        world.database,
        vault,
        world.connections,
        journal=Journal(folder, vault),
        clock=world.clock,
        chance=lambda: 0.0,
    )


async def keys_of_grants(database: Database) -> set[str]:
    async with database.read() as session:
        query = select(SealedRecord.key_id).where(SealedRecord.purpose == "grant")
        return set((await session.exec(query)).all())


async def test_e19_tokens_are_renewed_while_their_records_change_keys(either: World, tmp_path: Path) -> None:
    connections = [await granted(either, access_token=None) for _ in range(10)]
    for connection in connections:
        either.vendor.refresh_tokens.add("hush-hush-refresh-token")
        await process(either, OLD_ONLY, tmp_path).token(connection)
    renewals = process(either, BOTH, tmp_path)

    async def renew() -> list[str]:
        found = []
        for connection in connections:
            token = await renewals.token(connection)
            found.append((await renewals.token(connection, refused=token)).value)
        return found

    expected, count = await asyncio.gather(renew(), rotate(either.database, BOTH, batch=2))
    assert count > 0
    await rotate(either.database, BOTH)
    assert await keys_of_grants(either.database) == {fingerprint(NEW)}
    fresh = process(either, NEW_ONLY, tmp_path)
    assert [(await fresh.token(connection)).value for connection in connections] == expected


async def test_e19_a_token_whose_key_is_gone_is_an_internal_fault_and_stays(
    world: World, tmp_path: Path
) -> None:
    connection = await granted(world)
    with pytest.raises(Problem) as caught:
        await process(world, NEW_ONLY, tmp_path).token(connection)
    assert (caught.value.status, caught.value.message) == (500, "The account's stored token can't be opened.")
    assert (await process(world, BOTH, tmp_path).token(connection)).value == "given"
    assert world.vendor.token_requests == []

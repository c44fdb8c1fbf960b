"""Master keys change while the gateway runs, and an interrupted change is taken up again."""

import asyncio
import base64
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select, update

from auth import sealed
from auth.database import Database
from auth.gateway_secret import gateway_secret
from auth.rotation import rotate
from auth.vault import Binding, CannotOpen, Keyring, Vault, fingerprint
from schemas.tables import SealedRecord
from tests.auth import children
from tests.auth.world import KEYS

pytestmark = pytest.mark.anyio

OLD, NEW, OTHER = KEYS
OLD_ONLY, BOTH, NEW_ONLY = Vault(Keyring.of([OLD])), Vault(Keyring.of([NEW, OLD])), Vault(Keyring.of([NEW]))


def place(number: int) -> Binding:
    return Binding("e1", f"a{number:03}", "credentials")


async def put(database: Database, vault: Vault, number: int, value: str) -> None:
    async with database.write() as session:
        await sealed.put(session, vault, place(number), value)


async def take(database: Database, vault: Vault, number: int) -> Any:
    async with database.read() as session:
        return await sealed.take(session, vault, place(number))


async def fill(database: Database, count: int) -> None:
    async with database.write() as session:
        for number in range(count):
            await sealed.put(session, OLD_ONLY, place(number), f"secret {number}")


async def under(database: Database, key: bytes) -> int:
    query = select(SealedRecord.purpose).where(col(SealedRecord.key_id) == fingerprint(key))
    async with database.read() as session:
        return len((await session.exec(query)).all())


async def test_all_records_come_under_the_newest_key(database: Database) -> None:
    await fill(database, 25)
    assert await rotate(database, BOTH, batch=10) == 25
    assert (await under(database, OLD), await under(database, NEW)) == (0, 25)
    assert [await take(database, NEW_ONLY, number) for number in range(25)] == [
        f"secret {number}" for number in range(25)
    ]
    assert await rotate(database, BOTH, batch=10) == 0


async def test_readers_and_writers_go_on_while_keys_rotate(database: Database) -> None:
    await fill(database, 30)
    written: dict[int, str] = {}
    done = asyncio.Event()

    async def write() -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            number, vault = turn % 30, (OLD_ONLY, BOTH)[turn % 2]
            await put(database, vault, number, f"new {turn}")
            written[number] = f"new {turn}"

    async def read() -> None:
        while not done.is_set():
            for number in range(0, 30, 7):
                assert await take(database, BOTH, number) is not None

    async def turn_keys() -> None:
        with suppress(asyncio.TimeoutError):
            async with asyncio.timeout(1):
                while True:
                    await rotate(database, BOTH, batch=4)
        done.set()

    await asyncio.gather(write(), read(), turn_keys())
    await rotate(database, BOTH)
    assert await under(database, OLD) == 0
    for number in range(30):
        assert await take(database, NEW_ONLY, number) == written.get(number, f"secret {number}")


async def test_a_record_that_is_rotated_while_it_is_written_opens(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    await fill(database, 1)
    async with database.write() as session:
        held = await session.get(SealedRecord, ("e1", "a000", "credentials"))
        assert await rotate(other, BOTH) == 1
        assert held is not None
        assert held.key_id == fingerprint(OLD)
        await sealed.put(session, OLD_ONLY, place(0), "newer")
    assert await take(database, BOTH, 0) == "newer"
    await database.close()
    await other.close()


async def test_a_record_written_meanwhile_keeps_its_new_value(sqlite_url: str) -> None:
    database, other = Database(sqlite_url), Database(sqlite_url)
    await fill(database, 3)
    stale = asyncio.Event()
    original = database.transact

    async def overtaken(work: Any) -> Any:
        if not stale.is_set():
            stale.set()
            await put(other, OLD_ONLY, 1, "newer")
        return await original(work)

    database.transact = overtaken  # type: ignore[method-assign]
    assert await rotate(database, BOTH) == 3
    assert [await take(database, NEW_ONLY, number) for number in range(3)] == [
        "secret 0",
        "newer",
        "secret 2",
    ]
    await database.close()
    await other.close()


async def test_a_rotation_that_is_interrupted_is_taken_up_again(database: Database) -> None:
    await fill(database, 20)
    batches = 0

    def stop(connection: Any) -> None:
        nonlocal batches
        batches += 1
        if batches > 2:
            raise KeyError("interrupted")

    engine = database._engine.sync_engine
    event.listen(engine, "commit", stop)
    with pytest.raises(KeyError, match="interrupted"):
        await rotate(database, BOTH, batch=5)
    event.remove(engine, "commit", stop)
    assert await under(database, NEW) == 10
    assert [await take(database, BOTH, number) for number in (0, 19)] == ["secret 0", "secret 19"]
    assert await rotate(database, BOTH, batch=5) == 10


async def test_e19_a_rotation_that_is_killed_leaves_every_record_readable(url: str) -> None:
    database = Database(url)
    await fill(database, 40)
    keys = ",".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", children.__name__, "turn", url, keys, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(5):
        assert await process.stdout.readline() == b"batch\n"
    process.kill()
    await process.communicate()
    turned = await under(database, NEW)
    assert 4 <= turned < 40
    assert [await take(database, BOTH, number) for number in range(40)] == [
        f"secret {number}" for number in range(40)
    ]
    assert await rotate(database, BOTH) == 40 - turned
    assert await take(database, NEW_ONLY, 39) == "secret 39"
    await database.close()


async def test_records_that_do_not_open_are_told_after_the_others_are_done(database: Database) -> None:
    await fill(database, 5)
    await put(database, Vault(Keyring.of([OTHER])), 2, "of a lost key")
    with pytest.raises(CannotOpen, match=f"1 records stay under old keys; the first: .*{fingerprint(OTHER)}"):
        await rotate(database, BOTH, batch=2)
    assert (await under(database, NEW), await under(database, OTHER)) == (4, 1)


async def test_e20_a_row_copied_to_another_account_does_not_open(database: Database) -> None:
    await fill(database, 2)
    async with database.write() as session:
        one = await session.get(SealedRecord, ("e1", "a000", "credentials"))
        assert one is not None
        copied = {name: getattr(one, name) for name in ("key_id", "wrapped_key", "nonce", "ciphertext")}
        await session.exec(
            update(SealedRecord).where(col(SealedRecord.account_id) == "a001").values(**copied)
        )
    assert await take(database, OLD_ONLY, 0) == "secret 0"
    with pytest.raises(CannotOpen):
        await take(database, OLD_ONLY, 1)


async def test_a_secret_of_the_gateway_is_made_once_for_all_processes(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    found = await asyncio.gather(*(gateway_secret(each, OLD_ONLY, "token-hash") for each in databases))
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert await gateway_secret(databases[0], OLD_ONLY, "cursor") != found[0]
    assert await gateway_secret(databases[1], BOTH, "token-hash") == found[0]
    with pytest.raises(CannotOpen):
        await gateway_secret(databases[2], NEW_ONLY, "token-hash")
    for each in databases:
        await each.close()

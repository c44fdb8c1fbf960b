"""What lies in the journal opens where it belongs and nowhere else, and a torn or foreign entry harms nobody."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from auth.connection import Connection
from auth.grants import Token
from auth.renewal import Journal, Renewals
from auth.renewal.journal import Entry, Unwritable
from auth.renewal.ledger import Attempt
from auth.vault import CannotOpen, Keyring, Vault
from schemas.tables import Grant, IntegratedAccount, Webhook, WebhookEvent
from tests.auth.world import KEYS, World, open_world
from tests.postgres import Postgres
from tests.renewal.grants import FIRST, RENEWED, age, another_process, granted, row_of

pytestmark = pytest.mark.anyio
TOKEN = Token("hush-access", 100.0, 200.0, 300.0, "hush-refresh", ("read",))
OLD, NEW = KEYS[0], KEYS[1]


class Crash(BaseException):
    """The process ends here, as far as this renewal is concerned."""


def entry(attempt_id: str = "a1") -> Entry:
    return Entry(Attempt(attempt_id, "e", "acc", "v", "cv"), TOKEN, False)


def journal(folder: Path, *keys: bytes) -> Journal:
    return Journal(folder / "journal", Vault(Keyring.of(list(keys or (OLD,)))))


def files(folder: Path) -> list[Path]:
    return sorted((folder / "journal").glob("*"))


def crashing(world: World, folder: Path, step: str, **options: Any) -> Renewals:
    """Ends at a step, and leaves behind what a process that was killed there would."""

    def reached(at: str) -> None:
        if at == step:
            raise Crash

    return another_process(world, journal=journal(folder), reached=reached, **options)


async def crash(renewals: Renewals, connection: Connection) -> None:
    with pytest.raises(Crash):
        await renewals.token(connection)


async def test_an_entry_is_for_its_owner_alone_and_shows_nothing(tmp_path: Path) -> None:
    await journal(tmp_path).keep(entry())
    [file] = files(tmp_path)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"hush" not in file.read_bytes()
    assert journal(tmp_path).find("a1") == entry()
    assert list(journal(tmp_path).entries()) == [entry()]
    journal(tmp_path).settle("a1")
    assert files(tmp_path) == []


async def test_a_torn_entry_is_left_out_and_removed_once_it_is_old(tmp_path: Path) -> None:
    await journal(tmp_path).keep(entry())
    [file] = files(tmp_path)
    whole = file.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert list(journal(tmp_path).entries()) == []
    assert files(tmp_path) == [file]
    os.utime(file, (1, 1))
    assert list(journal(tmp_path).entries()) == []
    assert files(tmp_path) == []


async def test_an_entry_that_was_altered_does_not_open(tmp_path: Path) -> None:
    await journal(tmp_path).keep(entry())
    [file] = files(tmp_path)
    file.write_bytes(file.read_bytes().replace(b'"acc"', b'"bcc"'))
    [found] = journal(tmp_path).entries()
    assert isinstance(found, CannotOpen)


async def test_e19_an_entry_under_a_former_key_opens_and_one_under_a_lost_key_stays(tmp_path: Path) -> None:
    await journal(tmp_path, OLD).keep(entry())
    assert list(journal(tmp_path, NEW, OLD).entries()) == [entry()]
    [found] = journal(tmp_path, NEW).entries()
    assert isinstance(found, CannotOpen)
    assert len(files(tmp_path)) == 1


async def test_a6_a_journal_that_cannot_be_written_is_told_and_the_token_stored_all_the_same(
    either: World, tmp_path: Path
) -> None:
    (tmp_path / "journal").write_text("in the way")
    with pytest.raises(Unwritable):
        await journal(tmp_path).keep(entry())
    told: list[str] = []
    renewals = another_process(
        either, journal=journal(tmp_path), told=lambda outcome, connection: told.append(outcome)
    )
    connection = await granted(either, access_token=None)
    assert (await renewals.token(connection)).value == "token-1"
    assert told == ["journal_unwritable", "renewed"]
    assert (await another_process(either).token(connection)).value == "token-1"


async def test_a3_what_a_dead_process_has_read_is_taken_from_the_journal_by_the_next_that_needs_it(
    either: World, tmp_path: Path
) -> None:
    connection = await granted(either, access_token=None)
    await crash(crashing(either, tmp_path, "journal"), connection)
    await age(either.database, 31)
    told: list[str] = []
    heir = another_process(
        either, journal=journal(tmp_path), told=lambda outcome, connection: told.append(outcome)
    )
    assert (await heir.token(connection)).value == "token-1"
    assert told == ["recovered"]
    assert [each["refresh_token"] for each in either.vendor.token_requests] == [FIRST]
    assert files(tmp_path) == []


async def test_a3_a_stale_entry_harms_nobody(either: World, tmp_path: Path) -> None:
    connection = await granted(either, access_token=None)
    await crash(crashing(either, tmp_path, "journal"), connection)
    body = {"context": {"oauth": {"token": {"access_token": "newer", "expires_in": 3600}}}}
    path = f"/integrated-account/{connection.account_id}"
    assert (await either.client.patch(path, json=body)).status_code == 200
    heir = another_process(either, journal=journal(tmp_path))
    await heir.replay()
    again = await either.connections.reach(either.id, connection.account_id)
    assert (await heir.token(again)).value == "newer"
    assert files(tmp_path) == []


async def test_a3_a_living_token_is_used_while_its_renewal_is_in_doubt(world: World, tmp_path: Path) -> None:
    connection = await granted(world, expires_in=100)
    token = await world.renewals.token(connection)
    dead = crashing(world, tmp_path, "response")
    with pytest.raises(Crash):
        await dead.token(connection, refused=token)
    for seconds in (
        75,
        11,
    ):  # due for renewal; the lease has ended, and its process has some time to come back
        world.clock.now += seconds
        assert (await world.renewals.token(connection)).value == "given"
        await world.renewals.drain()
    assert len(world.vendor.token_requests) == 1
    world.clock.now += 11
    assert (await world.renewals.token(connection)).value == "given"
    await world.renewals.drain()
    assert len(world.vendor.token_requests) == 2


async def test_a3_an_account_given_up_in_doubt_is_active_again_when_the_journal_turns_up(
    either: World, tmp_path: Path
) -> None:
    async with either.database.write() as session:
        session.add(Webhook(environment_id=either.id, target_url="https://hooks.example/koine"))
    connection = await granted(either, access_token=None)
    await crash(crashing(either, tmp_path, "journal"), connection)
    await age(either.database, 31)
    elsewhere = another_process(either, journal=journal(tmp_path / "elsewhere"))
    with pytest.raises(Exception, match="refresh_in_doubt"):
        await elsewhere.token(connection)
    async with either.database.read() as session:
        account = (await session.exec(select(IntegratedAccount))).one()
    assert account.status == "needs_reauth"
    await another_process(either, journal=journal(tmp_path)).replay()
    again = await either.connections.reach(either.id, connection.account_id)
    assert (await another_process(either).token(again)).value == "token-1"
    async with either.database.read() as session:
        events = [each.event for each in (await session.exec(select(WebhookEvent))).all()]
    kinds = [
        each.partition(":")[2] for each in events if each.endswith(("authentication_error", "reactivated"))
    ]
    assert sorted(kinds) == ["authentication_error", "reactivated"]


async def test_a5_a_token_serves_while_the_database_is_away_and_is_stored_when_it_is_back(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    told: list[str] = []

    def cut(step: str) -> None:
        if step == "journal":
            postgres.server.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            postgres.server.psql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
            )

    async with open_world(postgres_url, RENEWED) as world:
        connection = await granted(world, access_token=None)
        renewals = another_process(
            world,
            journal=journal(tmp_path),
            reached=cut,
            told=lambda outcome, connection: told.append(outcome),
        )
        assert (await renewals.token(connection)).value == "token-1"
        assert (await renewals.token(connection)).value == "token-1"
        assert (told, len(files(tmp_path))) == (["not_stored"], 1)
        await asyncio.sleep(1.5)
        assert (told, len(files(tmp_path))) == (["not_stored"], 1)
        postgres.server.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await renewals.close()
        assert (told, files(tmp_path)) == (["not_stored", "renewed"], [])
        assert (await another_process(world).token(connection)).value == "token-1"
        assert len(world.vendor.token_requests) == 1


async def test_a13_a_clock_set_back_makes_no_token_of_the_journal_younger_than_new(
    world: World, tmp_path: Path
) -> None:
    connection = await granted(world, access_token=None)
    await crash(crashing(world, tmp_path, "journal"), connection)
    [found] = journal(tmp_path).entries()
    assert isinstance(found, Entry)
    ahead = Entry(found.attempt, found.token.shifted(7200), is_scopeless=False)
    journal(tmp_path).settle(found.attempt.id)
    await journal(tmp_path).keep(ahead)
    heir = another_process(world, journal=journal(tmp_path))
    await heir.replay()
    token = await heir.token(connection)
    assert token.expires_at - world.clock.now == pytest.approx(3600, abs=5)


async def test_the_row_forgets_a_doubt_with_the_next_token(world: World) -> None:
    connection = await granted(world, access_token=None)
    async with world.database.write() as session:
        which = col(Grant.account_id) == connection.account_id
        await session.exec(update(Grant).where(which).values(doubt="of-long-ago"))
    await world.renewals.token(connection)
    assert (await row_of(world.database, connection.account_id)).doubt is None

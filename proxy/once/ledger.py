"""The record of writes: who is at work on which one, and how those ended that are over."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, func, select, type_coerce, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth.database import Database, Unavailable
from auth.rounds import rounds
from auth.vault import Binding, Keyring, Vault
from proxy.once.answers import Kept, seal, unseal
from proxy.once.verdicts import Verdict
from proxy.once.write import Write
from schemas.errors import Conflict, Problem, Refused, VendorTrouble
from schemas.tables import UtcDateTime, WriteRecord, new_id, now

LIFE = timedelta(hours=24)
ECHO = timedelta(seconds=60)  # for so long a write without a key is known again
LEASE = timedelta(seconds=10)  # after which an execution that does not stir counts as dead
BEAT = 3.0  # seconds between its signs of life
QUIET = timedelta(seconds=5)  # in which a vendor may still finish what it was sent
SWEPT_EVERY = 60.0  # seconds
MOST_AT_ONCE = 500
TURNS = 10  # of looking again where others were quicker
RUNNING, DONE, DOUBT = "running", "done", "doubt"


@dataclass(frozen=True)
class Attempt:
    """One execution of a write.

    `handle` is the same for all attempts at it, and `started_at` that of the first. `place`: where it is recorded, if
    it can be; `kept`: whether it is already. `doubted`: an earlier attempt ended in a way that nobody knows, and its
    absence at the vendor is sure after `quiet` seconds.
    """

    write: Write = field(repr=False)
    place: str | None
    kept: bool
    id: str = field(default_factory=new_id)
    handle: str = field(default_factory=new_id)
    started_at: datetime = field(default_factory=now)
    doubted: bool = False
    quiet: float = 0.0


class Ledger:
    """`secret`: 32 bytes of the gateway's own. `quiet` and `lease`: see QUIET and LEASE."""

    def __init__(
        self,
        database: Database,
        secret: bytes,
        *,
        quiet: timedelta = QUIET,
        lease: timedelta = LEASE,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._secret = hmac.digest(secret, b"idempotency digests", "sha256")
        self._vault = Vault(Keyring.of([hmac.digest(secret, b"idempotency answers", "sha256")]))
        self._running: dict[str, str] = {}  # places by the attempts that this process is at
        self.quiet, self.lease = quiet, lease
        self.sleep = sleep

    async def begin(self, write: Write, *, can_recover: bool) -> Attempt | Kept:
        """The right to execute the write, or the answer that it had.

        A write without a key is looked up only, and asks the database no more than that. Raises `Conflict` while it is
        under way, and where its answer was not kept; `Refused` 422 where the key was used for another; `VendorTrouble`
        `outcome_uncertain` where nobody knows whether it happened, and nothing can find out.
        """
        place = write.place(self._secret)
        if place is None:
            return Attempt(write, None, kept=False)
        for _ in range(TURNS):
            row, moment = await self._look(place)
            if row is None and write.key is None:
                return Attempt(write, place, kept=False)
            if row is None:
                begun: Attempt | Kept | None = await self._insert(write, place, moment)
            else:
                begun = await self._repeat(row, moment, write, can_recover=can_recover)
            if begun is not None:
                return begun
        raise _in_flight()

    async def settle(self, attempt: Attempt, verdict: Verdict, answer: Kept | None = None) -> None:
        """Records how an attempt ended, if it is on record or ought to be.

        A database that is away is not waited for: the record is in doubt then, once the attempt counts as dead.
        """
        self._running.pop(attempt.id, None)
        with suppress(Unavailable):
            if attempt.kept:
                await self._database.transact(lambda session: self._end(session, attempt, verdict, answer))
            elif attempt.place is not None and verdict is Verdict.DOUBT:
                await self._add_echo(attempt, attempt.place)

    async def renew(self) -> None:
        """Signs of life of all that this process is at."""
        running = list(self._running.items())
        for start in range(0, len(running), MOST_AT_ONCE):
            some = running[start : start + MOST_AT_ONCE]
            async with self._database.write() as session:
                until = await _moment(session) + self.lease
                change = (
                    update(WriteRecord)
                    .where(col(WriteRecord.id).in_([place for _, place in some]))
                    .where(col(WriteRecord.attempt).in_([attempt for attempt, _ in some]))
                    .where(col(WriteRecord.state) == RUNNING)
                )
                await session.exec(change.values(busy_until=until))

    async def sweep(self) -> None:
        """Removes what is over, some at a time: nobody else waits long for the database."""
        gone = MOST_AT_ONCE
        while gone == MOST_AT_ONCE:
            over = select(WriteRecord.id).where(
                col(WriteRecord.expires_at) <= now(), col(WriteRecord.busy_until) <= now()
            )
            async with self._database.write() as session:
                some = over.limit(MOST_AT_ONCE)
                gone = (await session.exec(delete(WriteRecord).where(col(WriteRecord.id).in_(some)))).rowcount

    async def _look(self, place: str) -> tuple[WriteRecord | None, datetime]:
        """The record, unless its time is over, and the database's time."""
        async with self._database.read() as session:
            moment = await _moment(session)
            row = await session.get(WriteRecord, place)
        return (None if row is None or row.expires_at <= moment else row), moment

    async def _insert(self, write: Write, place: str, moment: datetime) -> Attempt | None:
        """None where another one was quicker."""
        attempt = Attempt(write, place, kept=True)
        row = self._row(attempt, place, RUNNING, busy_until=moment + self.lease, expires_at=moment + LIFE)
        return attempt if await self._add(row) and self._began(attempt, place) else None

    async def _add(self, row: WriteRecord) -> bool:
        """In the place of one whose time is over."""
        stale = delete(WriteRecord).where(
            col(WriteRecord.id) == row.id, col(WriteRecord.expires_at) <= row.created_at
        )
        try:
            async with self._database.write() as session:
                await session.exec(stale)
                session.add(row)
        except IntegrityError:
            return False
        return True

    async def _repeat(
        self, row: WriteRecord, moment: datetime, write: Write, *, can_recover: bool
    ) -> Attempt | Kept | None:
        if not hmac.compare_digest(row.digest, write.digest(self._secret)):
            raise Refused(
                "This idempotency key was used for another query or body: use a new key for a new write.",
                status=422,
                reason="idempotency_key_reused",
            )
        if row.state == DONE:
            return self._kept(row)
        if row.state == RUNNING and (row.attempt in self._running or moment < row.busy_until):
            raise _in_flight()
        if not can_recover:
            raise uncertain()
        return await self._take_over(row, moment, write)

    def _kept(self, row: WriteRecord) -> Kept:
        if row.answer is None:
            raise Conflict(
                "This write is done; its answer could not be kept. Read the record instead.",
                reason="response_not_stored",
            )
        return unseal(self._vault, _binding(row), row.answer)

    async def _take_over(self, row: WriteRecord, moment: datetime, write: Write) -> Attempt | None:
        """None where another one was quicker."""
        quiet = max(timedelta(0), row.busy_until + self.quiet - moment).total_seconds()
        attempt = Attempt(
            write, row.id, True, handle=row.handle, started_at=row.created_at, doubted=True, quiet=quiet
        )
        change = (
            update(WriteRecord)
            .where(col(WriteRecord.id) == row.id, col(WriteRecord.attempt) == row.attempt)
            .where(col(WriteRecord.state) == row.state, col(WriteRecord.busy_until) == row.busy_until)
            .values(state=RUNNING, attempt=attempt.id, busy_until=moment + self.lease)
        )
        async with self._database.write() as session:
            is_ours = (await session.exec(change)).rowcount == 1
        return attempt if is_ours and self._began(attempt, row.id) else None

    def _began(self, attempt: Attempt, place: str) -> bool:
        self._running[attempt.id] = place
        return True

    async def _end(
        self, session: AsyncSession, attempt: Attempt, verdict: Verdict, answer: Kept | None
    ) -> None:
        mine = (
            col(WriteRecord.id) == attempt.place,
            col(WriteRecord.attempt) == attempt.id,
            col(WriteRecord.state) == RUNNING,
        )
        if verdict is Verdict.FREE:
            await session.exec(delete(WriteRecord).where(*mine))
            return
        values: dict[str, Any] = {"state": DOUBT, "busy_until": await _moment(session)}
        if verdict is Verdict.DONE:
            bound = Binding(attempt.write.environment_id, attempt.write.account_id, attempt.place or "")
            values |= {"state": DONE, "answer": None if answer is None else seal(self._vault, bound, answer)}
        await session.exec(update(WriteRecord).where(*mine).values(**values))

    async def _add_echo(self, attempt: Attempt, place: str) -> None:
        """A write without a key that ended in doubt; where several did, the first one's record stands."""
        async with self._database.read() as session:
            moment = await _moment(session)
        await self._add(self._row(attempt, place, DOUBT, busy_until=moment, expires_at=moment + ECHO))

    def _row(
        self, attempt: Attempt, place: str, state: str, *, busy_until: datetime, expires_at: datetime
    ) -> WriteRecord:
        write = attempt.write
        return WriteRecord(
            id=place,
            environment_id=write.environment_id,
            account_id=write.account_id,
            digest=write.digest(self._secret),
            state=state,
            attempt=attempt.id,
            handle=attempt.handle,
            created_at=attempt.started_at,
            busy_until=busy_until,
            expires_at=expires_at,
        )


@asynccontextmanager
async def open_ledger(
    database: Database, secret: bytes, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncIterator[Ledger]:
    """The ledger, kept alive and swept within this context."""
    ledger = Ledger(database, secret, sleep=sleep)
    async with rounds(BEAT, ledger.renew, {ledger.sweep: SWEPT_EVERY}):
        yield ledger


def uncertain(check: str = "") -> Problem:
    """`check`: what to look for at the vendor."""
    hint = check or "look at the vendor whether it was, and send it with a new key if it was not"
    return VendorTrouble(
        f"It is not known whether an earlier attempt at this write was carried out: {hint}.",
        reason="outcome_uncertain",
        outcome="uncertain",
    )


def _in_flight() -> Problem:
    return Conflict(
        "A write with this idempotency key is under way: ask again for its answer.",
        reason="idempotency_in_flight",
        headers={"retry-after": "1"},
    )


def _binding(row: WriteRecord) -> Binding:
    return Binding(row.environment_id, row.account_id, row.id)


async def _moment(session: AsyncSession) -> datetime:
    """The time by the one clock that all processes share: the database's, or this machine's."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    clock = type_coerce(func.clock_timestamp(), UtcDateTime())
    moment: datetime = (await session.exec(select(clock))).one()
    return moment

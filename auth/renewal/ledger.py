"""Who renews an account's token: lease, intent and version in one row, so that no two processes ask at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.clocks import SteadyClock, WallClock
from auth.connections import Connection, Connections
from auth.database import Database
from auth.grants import Token
from auth.renewal.stored import GRANT, about, binding, content, read
from auth.vault import CannotOpen, Vault
from schemas.errors import Internal
from schemas.tables import Grant, IntegratedAccount, SealedRecord, new_id

LEASE = 30.0  # seconds; longer than a token request may take
MOST = 300.0  # seconds: what is leased for longer was written by a clock that has begun anew since


@dataclass(frozen=True)
class Attempt:
    """One renewal, of the token that has this `version`."""

    id: str
    environment_id: str
    account_id: str
    version: str
    credential_version: str


@dataclass(frozen=True)
class Sight:
    """An account's grant as it stood a moment ago; the token's times are on the reader's clock.

    `is_current`: the connection is of the account's present credentials. `held`: seconds for which the row is leased
    or rests, negative since when it no longer is.
    """

    is_current: bool
    status: str
    last_error: str | None
    row: Grant | None
    held: float
    token: Token | None
    is_scopeless: bool

    @property
    def failure(self) -> dict[str, Any] | None:
        return self.row.failure if self.row else None

    @property
    def is_under_way(self) -> bool:
        """Somebody renews it now."""
        return self.held > 0 and self.failure is None

    @property
    def is_resting(self) -> bool:
        """The last renewal has failed, and the next is not due yet."""
        return self.held > 0 and self.failure is not None

    @property
    def orphan(self) -> str | None:
        """The attempt whose process fell silent: it may have an answer that it could not store yet."""
        return self.row.attempt if self.row and self.held <= 0 and self.failure is None else None

    @property
    def is_doubtful(self) -> bool:
        """The vendor may have given a newer refresh token that is not known here."""
        return bool(self.row and (self.row.attempt or self.row.doubt))


class Ledger:
    """`clock`: that of the tokens."""

    def __init__(
        self, database: Database, vault: Vault, connections: Connections, *, clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._vault = vault
        self._connections = connections
        self._clock = clock

    async def look(self, connection: Connection) -> Sight | None:
        """None for an account that is not there."""
        columns: Any = (IntegratedAccount, Grant, SealedRecord, WallClock(), SteadyClock())
        choose: Any = select  # its types end at four columns
        query = (
            choose(*columns)
            .join(Grant, col(Grant.account_id) == col(IntegratedAccount.id), isouter=True)
            .join(SealedRecord, _token_of_account, isouter=True)
            .where(IntegratedAccount.id == connection.account_id)
        )
        async with self._database.read() as session:
            found = (await session.exec(query)).first()
        if found is None:
            return None
        account, row, record, wall, steady = found
        token, is_scopeless = self._read(row, record, wall) if row and record else (None, False)
        return Sight(
            is_current=account.credential_version == connection.version,
            status=account.status,
            last_error=account.last_error,
            row=row,
            held=_held(row, steady) if row else -MOST,
            token=token,
            is_scopeless=is_scopeless,
        )

    async def begin(self, connection: Connection, sight: Sight) -> Attempt | None:
        """The lease and the intent, committed; None where the row is no longer as it was seen."""
        if sight.row is None:
            return await self._begin_first(connection)
        attempt = _attempt(connection, sight.row.version)
        change = (
            update(Grant)
            .where(_is(Grant.account_id, attempt.account_id), _is(Grant.version, attempt.version))
            .where(col(Grant.failures) == sight.row.failures, _is_free())
            .values(
                attempt=attempt.id,
                doubt=func.coalesce(col(Grant.attempt), col(Grant.doubt)),
                lease_until=SteadyClock() + LEASE,
                failure=None,
            )
        )
        return attempt if await self._changes(change) else None

    async def swap(self, attempt: Attempt, token: Token, *, is_scopeless: bool = False) -> bool:
        """Stores the token of an attempt; False where the row has moved on, and the token is of no use.

        An attempt that was in doubt when another began is believed too: the account may have been given up since.
        """
        values = {
            "version": new_id(),
            "credential_version": attempt.credential_version,
            **_IDLE,
            "doubt": None,
            "failures": 0,
            **about(token, self._clock()),
        }
        change = update(Grant).where(_is(Grant.version, attempt.version)).values(**values)

        async def work(session: AsyncSession) -> bool:
            if (await session.exec(change.where(_is_under(attempt)))).rowcount != 1:
                if (await session.exec(change.where(_is_in_doubt(attempt)))).rowcount != 1:
                    return False
                await self._connections.revive(session, attempt.environment_id, attempt.account_id)
            bound = binding(attempt.environment_id, attempt.account_id)
            await sealed.put(session, self._vault, bound, content(token, is_scopeless=is_scopeless))
            return True

        is_stored = await self._database.transact(work)
        self._connections.forget(attempt.environment_id, attempt.account_id)
        return is_stored

    async def rest(
        self, attempt: Attempt, seconds: float, failure: dict[str, Any], *, is_doubtful: bool
    ) -> bool:
        """The attempt has failed, and nobody is to try again for some seconds.

        `is_doubtful`: the vendor may have worked on it all the same.
        """
        values: dict[str, Any] = {
            "lease_until": SteadyClock() + seconds,
            "failure": failure,
            "failures": col(Grant.failures) + 1,
        }
        if not is_doubtful:
            values["attempt"] = None
        return await self._changes(update(Grant).where(_is_under(attempt)).values(**values))

    async def refuse(self, attempt: Attempt, connection: Connection, message: str) -> bool:
        """The vendor turned the credentials down for good; False where the row has moved on, and it means nothing."""

        async def work(session: AsyncSession) -> bool:
            count = {"failures": col(Grant.failures) + 1}  # whoever looked before this can't begin any more
            change = update(Grant).where(_is_under(attempt)).values(**_IDLE, **count)
            if (await session.exec(change)).rowcount != 1:
                return False
            await self._connections.refuse(session, connection, message)
            return True

        is_refused = await self._database.transact(work)
        self._connections.forget(connection.environment_id, connection.account_id)
        return is_refused

    async def _begin_first(self, connection: Connection) -> Attempt | None:
        """A row where there is none; IntegrityError tells of another that was quicker, or of an account gone."""
        attempt = _attempt(connection, new_id())
        row = Grant(
            account_id=attempt.account_id,
            credential_version=attempt.credential_version,
            version=attempt.version,
            attempt=attempt.id,
        )
        try:
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                lease = update(Grant).where(_is_under(attempt)).values(lease_until=SteadyClock() + LEASE)
                await session.exec(lease)
        except IntegrityError:
            return None
        return attempt

    async def _changes(self, change: Any) -> bool:
        async def work(session: AsyncSession) -> bool:
            return bool((await session.exec(change)).rowcount == 1)

        return await self._database.transact(work)

    def _read(self, row: Grant, record: SealedRecord, wall: float) -> tuple[Token, bool]:
        moment = max(wall, row.minted_at or 0.0)  # a clock that was set back makes no token younger than new
        try:
            return read(self._vault, row, record, age=moment - self._clock())
        except CannotOpen as error:
            raise Internal("The account's stored token can't be opened.") from error


_IDLE: dict[str, Any] = {"attempt": None, "lease_until": None, "failure": None}
_token_of_account = and_(
    col(SealedRecord.environment_id) == col(IntegratedAccount.environment_id),
    col(SealedRecord.account_id) == col(IntegratedAccount.id),
    col(SealedRecord.purpose) == GRANT,
)


def _attempt(connection: Connection, version: str) -> Attempt:
    return Attempt(new_id(), connection.environment_id, connection.account_id, version, connection.version)


def _held(row: Grant, steady: float) -> float:
    """Seconds until the lease ends."""
    left = (row.lease_until or steady - MOST) - steady
    return left if left <= MOST else -MOST


def _is(column: Any, value: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = col(column) == value
    return found


def _is_free() -> ColumnElement[bool]:
    until = col(Grant.lease_until)
    return or_(until.is_(None), until <= SteadyClock(), until > SteadyClock() + MOST)


def _is_under(attempt: Attempt) -> ColumnElement[bool]:
    return and_(_is(Grant.account_id, attempt.account_id), _is(Grant.attempt, attempt.id))


def _is_in_doubt(attempt: Attempt) -> ColumnElement[bool]:
    return and_(_is(Grant.account_id, attempt.account_id), _is(Grant.doubt, attempt.id))

"""Brings a vendor's answer into the database by way of the journal, though process or database die meanwhile."""

import asyncio
from contextlib import suppress

from auth.connection import Connection
from auth.database import Unavailable
from auth.grants import Token
from auth.renewal.journal import Entry, Unwritable
from auth.renewal.ledger import Attempt
from auth.renewal.tools import Tools
from auth.single_flight import SingleFlight
from auth.vault import CannotOpen

DRAIN_SECONDS = 5.0  # for a database that is away while the process ends; what the journal holds is not lost


class Storing:
    """Keeps trying in tasks of its own where the database is away."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._trials: SingleFlight[None] = SingleFlight()

    async def put(
        self, connection: Connection, attempt: Attempt, token: Token, *, is_scopeless: bool, is_dear: bool
    ) -> bool:
        """False where the account has another token by now. While the database is away the token may be used.

        `is_dear`: without this answer the vendor would give no other; it goes through the journal.
        """
        self._tools.reached("response")
        if is_dear:
            await self._write_down(
                connection,
                Entry(attempt, token.shifted(self._tools.wall() - self._tools.clock()), is_scopeless),
            )
        self._tools.reached("journal")
        try:
            is_stored = await self._tools.ledger.swap(attempt, token, is_scopeless=is_scopeless)
        except Unavailable:
            self._tools.told("not_stored", connection)
            self._trials.start(
                attempt.id, lambda: self._keep_trying(connection, attempt, token, is_scopeless=is_scopeless)
            )
            return True
        self._tools.reached("commit")
        self._end(connection, attempt, is_stored=is_stored)
        return is_stored

    async def take_over(self, attempt_id: str) -> bool:
        """Whether this machine's journal had the answer to an attempt whose process is gone. Raises Unavailable."""
        journal = self._tools.journal
        try:
            entry = journal.find(attempt_id) if journal else None
        except CannotOpen:
            self._tools.told("journal_unreadable", None)
            return False
        if entry is None:
            return False
        await self._restore(entry)
        return True

    async def replay(self) -> None:
        """Settles what processes of this machine have left in the journal. Raises Unavailable."""
        for entry in tuple(self._tools.journal.entries()) if self._tools.journal else ():
            if isinstance(entry, CannotOpen):
                self._tools.told("journal_unreadable", None)
            else:
                await self._restore(entry)

    async def drain(self) -> None:
        """Waits a little for what is not stored yet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._trials.drain()

    async def _keep_trying(
        self, connection: Connection, attempt: Attempt, token: Token, *, is_scopeless: bool
    ) -> None:
        while True:
            await asyncio.sleep(0.5 + 0.5 * self._tools.chance())
            with suppress(Unavailable):
                is_stored = await self._tools.ledger.swap(attempt, token, is_scopeless=is_scopeless)
                self._end(connection, attempt, is_stored=is_stored)
                return

    async def _restore(self, entry: Entry) -> None:
        """The process may still be alive and about to store the same: whoever comes second finds it done.

        A clock that was set back meanwhile does not make the token younger than new.
        """
        now = self._tools.clock()
        token = entry.token.shifted(min(now - self._tools.wall(), now - entry.token.minted_at))
        is_stored = await self._tools.ledger.swap(entry.attempt, token, is_scopeless=entry.is_scopeless)
        self._settle(entry.attempt)
        if is_stored:
            self._tools.told("recovered", None)

    async def _write_down(self, connection: Connection, entry: Entry) -> None:
        if self._tools.journal is None:
            return
        try:
            await self._tools.journal.keep(entry)
        except Unwritable:
            self._tools.told("journal_unwritable", connection)

    def _end(self, connection: Connection, attempt: Attempt, *, is_stored: bool) -> None:
        self._settle(attempt)
        self._tools.told("renewed" if is_stored else "superseded", connection)

    def _settle(self, attempt: Attempt) -> None:
        if self._tools.journal is not None:
            self._tools.journal.settle(attempt.id)

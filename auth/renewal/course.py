"""One renewal, from its first look at the database to its commit. The process may die at any point of it: nothing is
lost of what it has read from the vendor, and no refresh token is ever sent by two at once.
"""

from contextlib import suppress

from auth.connections import NEEDS_REAUTH
from auth.database import Unavailable
from auth.grants import Refusal, Token, Unusable
from auth.renewal import problems
from auth.renewal.apart import is_apart, token_apart
from auth.renewal.asking import ask, deadline, scheme_of
from auth.renewal.endpoint import Unsent
from auth.renewal.ledger import Attempt, Sight
from auth.renewal.shelf import Kept
from auth.renewal.storing import Storing
from auth.renewal.tools import Tools
from auth.renewal.waiting import Wait
from providers.schemes import ClientCredentials
from schemas.errors import Problem, VendorTrouble

# seconds after a lease in which the process that held it may come back, while the old token serves
GRACE = 60.0
SHORT_GRACE = 3.0  # seconds of the same where callers wait
PATIENCE = 5.0  # seconds after which a token that costs nothing is asked for beside another process
LOOK_AGAIN = 10.0  # seconds until the next look at what others do, while the old token serves


class Course:
    """The renewal of one account's token in this process. `of_version`: of that token, even if it is fresh."""

    def __init__(self, tools: Tools, storing: Storing, kept: Kept, *, of_version: str | None = None) -> None:
        self._tools = tools
        self._storing = storing
        self._kept = kept
        self._of_version = of_version
        self._connection = kept.connection
        self._scheme = scheme_of(kept.connection)
        self._wait = Wait()

    async def run(self) -> Token:
        """A token that can be used. Raises Problem, and leaves the token that was there as it is."""
        while True:
            sight = await self._tools.ledger.look(self._connection)
            if is_apart(self._kept, sight) or sight is None:
                return await token_apart(self._tools, self._kept)
            token = await self._at_sight(sight)
            if token is not None:
                return token
            await self._wait.a_little()

    async def _at_sight(self, sight: Sight) -> Token | None:
        """A token, or None: to be looked at again in a little while."""
        if found := self._news(sight):
            self._kept.take(found, is_scopeless=sight.is_scopeless)
            return found
        now = self._tools.clock()
        if sight.status == NEEDS_REAUTH:
            raise self._kept.rest(problems.needs_reauth(sight.last_error), now + LOOK_AGAIN)
        if sight.is_resting and sight.failure:
            raise self._kept.rest(problems.unpack(sight.failure, sight.held), now + sight.held)
        if await self._is_anothers(sight):
            return await self._beside_another()
        return await self._attempt(sight)

    @property
    def _is_mintable(self) -> bool:
        """Tokens cost nothing: asking for one makes no other one useless."""
        return isinstance(self._scheme, ClientCredentials)

    def _news(self, sight: Sight) -> Token | None:
        """The stored token, where it is another than the one that is to be renewed."""
        token, kept = sight.token, self._kept
        if token is None or sight.row is None or token.value == kept.refused:
            return None
        if self._is_mintable and sight.row.credential_version != self._connection.version:
            return None
        if self._tools.clock() >= token.expires_at or sight.row.version == self._of_version:
            return None
        is_known = kept.token is not None and kept.token.value == token.value
        return None if is_known and self._of_version is None else token

    async def _is_anothers(self, sight: Sight) -> bool:
        """Whether a process is to be waited for, alive or dead; what a dead one of this machine knew is taken over."""
        if sight.is_under_way:
            return True
        if sight.orphan is None or self._is_mintable:
            return False
        if await self._storing.take_over(sight.orphan):
            return True
        if self._kept.living(self._tools.clock()):
            return sight.held > -GRACE
        return self._wait.seconds_for(sight.orphan) < SHORT_GRACE

    async def _beside_another(self) -> Token | None:
        now = self._tools.clock()
        living = self._kept.living(now)
        if living:
            self._kept.retry_at = now + LOOK_AGAIN
        elif self._is_mintable and self._wait.seconds > PATIENCE:
            return await token_apart(self._tools, self._kept)
        return living

    async def _attempt(self, sight: Sight) -> Token | None:
        async with self._tools.endpoints.turn(self._connection.url(self._scheme.token_url)):
            until = deadline()
            attempt = await self._tools.ledger.begin(self._connection, sight)
            if attempt is None:
                return None
            self._tools.reached("intent")
            try:
                answer = await ask(self._tools.endpoints, self._kept, sight.token, until)
            except Problem as problem:
                is_doubtful = isinstance(problem, VendorTrouble) and not isinstance(problem, Unsent)
                raise await self._failed(sight, attempt, problem, is_doubtful=is_doubtful) from problem
        if isinstance(answer, Token):
            return await self._granted(attempt, answer)
        return await self._turned_down(sight, attempt, answer)

    async def _granted(self, attempt: Attempt, token: Token) -> Token | None:
        is_scopeless = self._kept.is_scopeless
        is_good = await self._storing.put(
            self._connection, attempt, token, is_scopeless=is_scopeless, is_dear=not self._is_mintable
        )
        if not is_good:
            return None
        self._kept.take(token, is_scopeless=is_scopeless)
        return token

    async def _turned_down(self, sight: Sight, attempt: Attempt, answer: Refusal | Unusable) -> Token | None:
        """Final only in the hands of whoever still holds the attempt; else the row is looked at once more."""
        if not isinstance(answer, Refusal) or not answer.is_final(self._scheme):
            problem = problems.not_granted(self._connection, answer)
            raise await self._failed(sight, attempt, problem, is_doubtful=answer.status >= 500)
        is_doubtful = sight.is_doubtful and not self._is_mintable
        refused = problems.refused_for_good(self._connection, answer, is_doubtful=is_doubtful)
        if await self._tools.ledger.refuse(attempt, self._connection, refused.message):
            self._tools.told("refused", self._connection)
            raise self._kept.rest(refused, self._tools.clock() + LOOK_AGAIN)
        return None

    async def _failed(
        self, sight: Sight, attempt: Attempt, problem: Problem, *, is_doubtful: bool
    ) -> Problem:
        """Everybody leaves the token endpoint alone for a while."""
        now, living = self._tools.clock(), self._kept.living(self._tools.clock())
        failures = sight.row.failures if sight.row else 0
        left = living.expires_at - now if living else 0.0
        seconds = problems.pause_after(problem, failures, chance=self._tools.chance(), left=left)
        with suppress(Unavailable):  # the lease then ends by itself
            is_doubtful = is_doubtful and not self._is_mintable
            packed = problems.pack(problem)
            await self._tools.ledger.rest(attempt, seconds, packed, is_doubtful=is_doubtful)
        self._tools.told("failed", self._connection)
        return self._kept.rest(problem, now + seconds)

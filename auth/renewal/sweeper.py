"""Renews what nobody waits for: tokens in use before they expire, and idle grants before the vendor forgets them."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select, update

from auth.clocks import SteadyClock, WallClock
from auth.connections import ACTIVE, Connections
from auth.database import Database, Unavailable
from auth.renewal.renewals import Renewals
from auth.rounds import passed
from providers.provider import Provider
from providers.schemes import AuthorizationCode
from schemas.errors import Problem
from schemas.tables import EnvironmentIntegration, Grant, IntegratedAccount, Shift

AHEAD_EVERY = 15.0  # seconds between two looks at the tokens in use
SWEEP_EVERY = 600.0  # seconds between two looks for idle grants, by all processes together
BATCH = 100
EARLY = 0.9  # the part of a keep-alive time after which a grant is renewed
KEEP_ALIVE = "keep-alive"

Idle = tuple[str, str, str]  # environment, account, version of its grant


class Sweeper:
    """`chance` gives 0 to 1."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        renewals: Renewals,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._connections = connections
        self._renewals = renewals
        self._chance = chance

    async def run(self, ended: asyncio.Event) -> None:
        """Until `ended`; a database that is away is tried again. It is not cancelled amid a statement."""
        loop = asyncio.get_running_loop()
        due = loop.time() + SWEEP_EVERY * self._chance()
        while not await passed(ended, AHEAD_EVERY * (0.5 + self._chance())):
            self._renewals.renew_ahead()
            if loop.time() >= due:
                due = loop.time() + SWEEP_EVERY * (0.5 + self._chance())
                with suppress(Unavailable):
                    await self.sweep()

    async def sweep(self) -> None:
        """Renews idle grants, unless another process has done so lately. Raises Unavailable."""
        await self._renewals.replay()
        if not await self._is_ours():
            return
        for provider in self._connections.providers.values():
            for scheme in provider.schemes:
                if isinstance(scheme, AuthorizationCode) and scheme.keep_alive:
                    await self._keep_alive(provider, scheme.method, EARLY * scheme.keep_alive)

    async def _is_ours(self) -> bool:
        """Takes the shift; it ends by itself, so that a process that dies holds up nothing."""
        until, now = col(Shift.until), SteadyClock()
        take = (
            update(Shift)
            .where(col(Shift.name) == KEEP_ALIVE, or_(until <= now, until > now + SWEEP_EVERY))
            .values(until=now + SWEEP_EVERY)
        )
        with suppress(IntegrityError):
            async with self._database.write() as session:
                if (await session.exec(select(Shift).where(Shift.name == KEEP_ALIVE))).first() is None:
                    session.add(Shift(name=KEEP_ALIVE))
                    await session.flush()
                return (await session.exec(take)).rowcount == 1
        return False

    async def _keep_alive(self, provider: Provider, method: str, seconds: float) -> None:
        after = ""
        while found := await self._idle(provider.name, method, seconds, after):
            await asyncio.gather(*(self._renew(*one) for one in found))
            after = found[-1][1]

    async def _idle(self, integration: str, method: str, seconds: float, after: str) -> Sequence[Idle]:
        query = (
            select(IntegratedAccount.environment_id, IntegratedAccount.id, Grant.version)
            .join(EnvironmentIntegration)
            .join(Grant, col(Grant.account_id) == col(IntegratedAccount.id))
            .where(
                EnvironmentIntegration.integration == integration,
                IntegratedAccount.authentication_method == method,
                IntegratedAccount.status == ACTIVE,
                IntegratedAccount.id > after,
                col(Grant.is_renewable),
                col(Grant.minted_at) <= WallClock() - seconds,
            )
            .order_by(IntegratedAccount.id)
            .limit(BATCH)
        )
        async with self._database.read() as session:
            return (await session.exec(query)).all()

    async def _renew(self, environment_id: str, account_id: str, version: str) -> None:
        """What fails is tried again in the next sweep, and told of where it failed."""
        with suppress(Problem):
            connection = await self._connections.reach(environment_id, account_id)
            await self._renewals.keep_alive(connection, version)


@asynccontextmanager
async def sweeping(sweeper: Sweeper, on_fault: Callable[[BaseException], object]) -> AsyncIterator[None]:
    """It runs within this context. `on_fault` is told of what ends it before its time."""

    ended = asyncio.Event()

    def over(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            on_fault(error)

    task = asyncio.create_task(sweeper.run(ended))
    task.add_done_callback(over)
    try:
        yield
    finally:
        ended.set()
        await asyncio.wait([task])

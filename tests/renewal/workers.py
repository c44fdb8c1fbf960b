"""Processes that renew tokens of the same accounts, some of which kill themselves, or are killed, on the way."""

import asyncio
import multiprocessing
import os
import random
import resource
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from auth.connections import Connection, Connections
from auth.database import Database
from auth.grants import Token
from auth.renewal import Journal, Renewals
from auth.vault import Keyring, Vault
from providers.registry import PROVIDERS
from proxy.guard import Guard
from proxy.transport import Transport
from schemas.errors import AccountProblem, Problem
from tests.renewal.standin import StandIn

KEY = bytes(range(32))
FORK = multiprocessing.get_context("forkserver")  # what is loaded once serves every process
FORK.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Place:
    """Where a worker works. `dies_at`: the step at which it kills itself; `is_full`: no file takes a byte."""

    url: str
    stand_in: StandIn
    journal: str
    dies_at: str | None = None
    is_full: bool = False


@dataclass
class Worker:
    """A process; `ask` has it do something and gives what comes of it."""

    process: Any = field(repr=False)
    pipe: "Pipe[Any, Any]" = field(repr=False)

    async def tokens(self, accounts: Sequence[str], callers: int) -> list[str]:
        """What so many callers get for each account once its token has expired: the token, or the error."""
        self.pipe.send(("tokens", tuple(accounts), callers))
        found: list[str] = await asyncio.to_thread(self._answer)
        return found

    def work(self, accounts: Sequence[str], seconds: float) -> None:
        """Renews at random, without an answer before the end."""
        self.pipe.send(("work", tuple(accounts), seconds))

    async def outcome(self) -> list[str]:
        return await asyncio.to_thread(self._answer)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        self.process.kill()
        self.process.join(20)
        self.pipe.close()

    def _answer(self) -> list[str]:
        """Empty where the process has died."""
        try:
            found: list[str] = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self.process.join(20)
            return []
        return found


def start(place: Place) -> Worker:
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=run, args=(place, theirs), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def vault() -> Vault:
    return Vault(Keyring.of([KEY]))


def run(place: Place, pipe: "Pipe[Any, Any]") -> None:
    if place.is_full:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    with asyncio.Runner() as runner:
        runner.run(_serve(place, pipe))


async def _serve(place: Place, pipe: "Pipe[Any, Any]") -> None:
    def reached(step: str) -> None:
        if step == place.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    database, late = Database(place.url), Lateness()
    connections = Connections(
        database,
        vault(),
        PROVIDERS,
        {"coupa": place.stand_in.url},
        sandbox_contexts={"coupa": place.stand_in.credentials},
    )
    transport = Transport(Guard(allow_private=True))
    renewals = Renewals(
        transport,
        database,
        vault(),
        connections,
        journal=Journal(Path(place.journal), vault()),
        clock=late,
        reached=reached,
    )
    await renewals.replay()
    while True:
        try:
            deed, accounts, figure = await asyncio.to_thread(pipe.recv)
        except EOFError:
            break
        opened = [found for account in accounts if (found := await _open(connections, account))]
        late.seconds += 1_000_000
        if deed == "tokens":
            calls = [token(renewals, connection) for connection in opened for _ in range(figure)]
            pipe.send(await asyncio.gather(*calls))
        else:
            pipe.send(await renew_at_random(renewals, opened, figure))
    await renewals.close()
    await transport.aclose()
    await database.close()


class Lateness:
    """A clock that jumps when it is told to: what this process holds has expired."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return asyncio.get_running_loop().time() + self.seconds


async def _open(connections: Connections, account: str) -> Connection | None:
    """None for one that needs a reconnect."""
    environment, _, account_id = account.partition("/")
    with suppress(AccountProblem):
        return await connections.reach(environment, account_id)
    return None


async def token(renewals: Renewals, connection: Connection, refused: Token | None = None) -> str:
    try:
        return (await renewals.token(connection, refused=refused)).value
    except Problem as problem:
        return f"{problem.status} {problem.reason} {problem.message}"


async def renew_at_random(renewals: Renewals, connections: list[Connection], seconds: float) -> list[str]:
    """The errors that callers got, while tokens were turned down again and again."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    errors: list[str] = []

    async def caller() -> None:
        while loop.time() < until:
            connection = random.choice(connections)
            with suppress(Problem):
                present = await renewals.token(connection)
                said = await token(renewals, connection, present)
                if said[:3].isdecimal():
                    errors.append(said)
            await asyncio.sleep(0.05 * random.random())

    await asyncio.gather(*(caller() for _ in range(5)))
    return errors

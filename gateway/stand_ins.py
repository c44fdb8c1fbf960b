"""Starts a stand-in for each provider as a child process, and ends them all together."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from gateway.failure import CommandFailed
from gateway.settings import PREFIX

START_SECONDS = 30.0
STOP_SECONDS = 3.0
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class Announcement:
    """Where a stand-in answers, and the credentials that it takes."""

    url: str
    credentials: dict[str, Any]


@dataclass(frozen=True)
class StandIn:
    provider: str
    process: Process

    async def announced(self) -> Announcement:
        """What it says once it answers. Raises CommandFailed if it ends or is silent instead."""
        try:
            line = await asyncio.wait_for(self._output.readline(), START_SECONDS)
        except TimeoutError:
            raise CommandFailed(f"The sandbox of {self.provider} did not start in time.") from None
        if not line:
            raise CommandFailed(f"The sandbox of {self.provider} did not start: see above for its reason.")
        said = orjson.loads(line)
        return Announcement(said["url"], said["credentials"])

    async def ended(self) -> int:
        """Its exit status, once it has ended; whatever it still prints is read and dropped."""
        while await self._output.read(65536):
            pass
        return await self.process.wait()

    async def stop(self) -> None:
        cast(asyncio.StreamWriter, self.process.stdin).close()
        try:
            await asyncio.wait_for(self.ended(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    @property
    def _output(self) -> asyncio.StreamReader:
        return cast(asyncio.StreamReader, self.process.stdout)


@contextlib.asynccontextmanager
async def stand_ins(providers: Iterable[str], folder: Path) -> AsyncIterator[list[StandIn]]:
    """The providers' stand-ins while they start and run; none is left afterwards. Their files lie in `folder`."""
    running: list[StandIn] = []
    try:
        for provider in providers:
            running.append(StandIn(provider, await _start(provider, folder)))
        yield running
    finally:
        await asyncio.gather(*(one.stop() for one in running))


async def _start(provider: str, folder: Path) -> Process:
    """In a session of its own, so that Ctrl-C reaches the gateway first; without the gateway's settings."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # not from the working directory
        "-m",
        "gateway.leashed",
        provider,
        "--port=0",
        "--json",
        f"--data={folder / f'sandbox-{provider}.json'}",
        stdin=PIPE,
        stdout=PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)},
    )

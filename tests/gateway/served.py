"""Gateways in processes of their own: one with limits as a test wants, and `koine serve` as an operator starts it."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from gateway.app import create_app, open_state
from gateway.limits import Limits
from gateway.listening import listen
from gateway.serving import serving
from gateway.settings import Settings
from tests.gateway.wire import Wire, head
from tests.house import KEY, environment_with_token, migrated
from tests.processes import KOINE


@dataclass
class Served:
    """`log` is the file that its lines go to."""

    port: int
    token: str
    log: Path
    process: subprocess.Popen[str]

    def wire(self, seconds: float = 10.0) -> Wire:
        return Wire(self.port, seconds)

    def post(self, *headers: bytes, path: bytes = b"/environment-integration") -> bytes:
        """The head of a request, with the token, to an endpoint that reads a body."""
        return head(b"POST " + path, b"Authorization: Bearer " + self.token.encode(), *headers)

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Without what the command itself says to people."""
        written = self.log.read_text().splitlines()
        found = [json.loads(line) for line in written if not line.startswith("koine: ")]
        return [line for line in found if event in (None, line["event"])]


@contextlib.contextmanager
def served(
    folder: Path, *, public_url: str | None = None, errors: Sequence[str] = (), **limits: float
) -> Iterator[Served]:
    """Fails where the process logs other errors than those."""
    given = json.dumps({"public_url": public_url, "limits": limits})
    command = [sys.executable, "-m", "tests.gateway.served", str(folder), given]
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        found = Served(**json.loads(line), log=log, process=process)
        try:
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert process.returncode == 0
    assert [line["event"] for line in found.lines() if line["level"] in ("error", "critical")] == [*errors]


@contextlib.contextmanager
def koine_serve(folder: Path, *options: str) -> Iterator[Served]:
    """The production server on a new database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = asyncio.run(prepare(settings_for(folder)))
    environment = {
        "KOINE_DATABASE_URL": settings_for(folder).database_url,
        "KOINE_ENCRYPTION_KEYS": KEY,
        "KOINE_LOG_LEVEL": "warning",
    }
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(
            [*KOINE, "serve", "--port", str(port), *options], env=environment, stderr=stderr, text=True
        ) as process,
    ):
        try:
            while not answers(port):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield Served(port, token, log, process)
        finally:
            process.terminate()
            process.wait(20)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def settings_for(folder: Path, public_url: str | None = None) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/koine.db",
        encryption_keys=SecretStr(KEY),
        public_url=public_url,
    )


async def prepare(settings: Settings) -> str:
    """A new database with one environment; answers with its token."""
    await migrated(settings)
    async with open_state(settings) as state:
        return (await environment_with_token(state, "default"))[1]


@contextlib.asynccontextmanager
async def _running(folder: Path, given: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    limits = Limits(**given["limits"])
    settings = settings_for(folder, given["public_url"])
    token = await prepare(settings)
    plug = listen("127.0.0.1", 0)
    async with serving(create_app(settings, limits=limits), plug, "info", limits):
        yield {"port": plug.getsockname()[1], "token": token}


async def _main(folder: Path, given: dict[str, Any]) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with _running(folder, given) as report:
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_main(Path(sys.argv[1]), json.loads(sys.argv[2])))

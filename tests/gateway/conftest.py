"""A place of its own for commands that run in this process: a folder, settings, no others."""

import base64
import os
import secrets
from pathlib import Path

import pytest


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a key set and nothing else."""
    for name in [name for name in os.environ if name.startswith("KOINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", new_key())
    monkeypatch.chdir(tmp_path)
    return tmp_path

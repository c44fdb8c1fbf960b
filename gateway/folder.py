"""The folder in which `koine up` keeps its database and the secrets that it made for itself."""

import fcntl
import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.failure import CommandFailed

DATABASE = "koine.db"
KEYS = "encryption_keys"


@dataclass(frozen=True)
class Folder:
    """Files of mode 600. One process at a time may use them."""

    path: Path
    encryption_keys: str = field(repr=False)

    @property
    def database_url(self) -> str:
        return f"sqlite+aiosqlite:///{self.path / DATABASE}"

    @property
    def _token_file(self) -> Path:
        return self.path / "token"

    def token(self) -> str | None:
        return _read(self._token_file) if self._token_file.exists() else None

    def keep_token(self, token: str) -> None:
        _write(self._token_file, token)


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """The folder, made with mode 700 if need be and held until the end. Raises CommandFailed."""
    with _refused_in_words(path):
        path.mkdir(0o700, parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _hold(lock, path)
        with _refused_in_words(path):
            keys = _keys(path)
            (path / DATABASE).touch(0o600)  # SQLite gives the files that it lays beside it the same mode
        yield Folder(path, keys)
    finally:
        os.close(lock)


@contextmanager
def _refused_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandFailed(
            f"{path} can't hold the data ({error.strerror}): name another folder with --data."
        ) from None


def _hold(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandFailed(
            f"Another `koine up` is using {path}: stop it, or name another folder with --data."
        ) from None


def _keys(path: Path) -> str:
    """The master keys, made on the first run. Raises CommandFailed where they are lost."""
    file = path / KEYS
    if not file.exists():
        if (path / DATABASE).exists():
            raise CommandFailed(
                f"{path / DATABASE} is sealed with keys that are missing: put {file} back, "
                f"or move {path} away to begin anew."
            )
        _write(file, b64encode(secrets.token_bytes(32)).decode())
    return _read(file)


def _read(file: Path) -> str:
    """What a file says; its mode is put right if a copy or a backup widened it."""
    file.chmod(0o600)
    return file.read_text().strip()


def _write(file: Path, text: str) -> None:
    """Whole or not at all, also when the machine stops meanwhile."""
    draft = file.with_suffix(".new")
    with open(draft, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)

"""The folder in which `koine up` keeps its database and the secrets that it made for itself."""

import fcntl
import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.failure import CommandFailed


@dataclass(frozen=True)
class Folder:
    """Files of mode 600. One process at a time may use them."""

    path: Path

    @property
    def _database(self) -> Path:
        return self.path / "koine.db"

    @property
    def keys(self) -> Path:
        return self.path / "encryption_keys"

    @property
    def token_file(self) -> Path:
        return self.path / "token"

    def encryption_keys(self) -> str:
        """The master keys, made on the first run. Raises CommandFailed where they are lost."""
        if not self.keys.exists():
            if self._database.exists():
                raise CommandFailed(
                    f"{self._database} is sealed with keys that are missing: put {self.keys} back, "
                    f"or move {self.path} away to begin anew."
                )
            _write(self.keys, b64encode(secrets.token_bytes(32)).decode())
        return _read(self.keys)

    def database(self) -> Path:
        """The database's file. SQLite gives the files that it lays beside it the same mode."""
        self._database.touch(0o600)
        return self._database

    def token(self) -> str | None:
        return _read(self.token_file) if self.token_file.exists() else None

    def keep_token(self, token: str) -> None:
        _write(self.token_file, token)


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """The folder, made with mode 700 if need be and held until the end. Raises CommandFailed."""
    try:
        path.mkdir(0o700, parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CommandFailed(
            f"{path} can't hold the data ({error.strerror}): name another folder with --data."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CommandFailed(
            f"Another `koine up` is using {path}: stop it, or name another folder with --data."
        ) from None
    try:
        yield Folder(path)
    finally:
        os.close(lock)


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

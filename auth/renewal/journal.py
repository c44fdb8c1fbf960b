"""Tokens between the vendor's answer and the database's commit, on disk: a crash in between loses nothing."""

import asyncio
import base64
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from auth.grants import Token
from auth.renewal.ledger import Attempt
from auth.renewal.stored import content
from auth.vault import Binding, CannotOpen, Sealed, Vault

PURPOSE = "journal"
SUFFIX = ".renewal"
MOST_BYTES = 512 * 1024
TORN_AFTER = 3600.0  # seconds after which what does not read is no longer being written


class Unwritable(Exception):
    """The journal can't be written; the message is the system's."""


@dataclass(frozen=True)
class Entry:
    """An answer that may not be in the database yet. The token's times are on Unix time's clock."""

    attempt: Attempt
    token: Token = field(repr=False)
    is_scopeless: bool


class Journal:
    """One file for each answer, encrypted, of mode 600, removed once it is settled; several processes may share the
    folder. A file that a crash has cut short does not open, and is left out.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    async def keep(self, entry: Entry) -> None:
        """Raises Unwritable. The bytes are the system's before anything else runs, and on the disk at the end."""
        body = orjson.dumps(_sealed(self._vault, entry))
        try:
            handle = self._write(entry.attempt.id, body)
        except OSError as error:
            self.settle(entry.attempt.id)
            raise Unwritable(error.strerror) from None
        try:
            await asyncio.to_thread(_to_disk, handle, self._folder)
        except OSError as error:
            raise Unwritable(error.strerror) from None
        finally:
            os.close(handle)

    def settle(self, attempt_id: str) -> None:
        """The answer is in the database, or of no use any more."""
        with suppress(OSError):
            self._path(attempt_id).unlink(missing_ok=True)

    def find(self, attempt_id: str) -> Entry | None:
        """The answer to an attempt, by whichever process of this machine. Raises CannotOpen."""
        return self._read(self._path(attempt_id))

    def entries(self) -> Iterator[Entry | CannotOpen]:
        """All that is not settled; an error for what is sealed under a key that is not at hand."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                entry = self._read(path)
            except CannotOpen as error:
                yield error
                continue
            if entry is not None:
                yield entry

    def _path(self, attempt_id: str) -> Path:
        return self._folder / f"{attempt_id}{SUFFIX}"

    def _write(self, attempt_id: str, body: bytes) -> int:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        handle = os.open(self._path(attempt_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            written = os.write(handle, body)
            if written < len(body):
                raise OSError(0, "the file could not be written to its end")
        except OSError:
            os.close(handle)
            raise
        return handle

    def _read(self, path: Path) -> Entry | None:
        """None where there is nothing, or only the beginning of something."""
        with suppress(OSError):
            with path.open("rb") as file:
                body = file.read(MOST_BYTES)
            try:
                return _opened(self._vault, orjson.loads(body))
            except (orjson.JSONDecodeError, KeyError, TypeError):
                if time.time() - path.stat().st_mtime > TORN_AFTER:
                    path.unlink(missing_ok=True)
        return None


def _to_disk(handle: int, folder: Path) -> None:
    os.fsync(handle)
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _binding(attempt: Attempt) -> Binding:
    """Bound to all of the attempt: an entry that is altered, or lies under another name, does not open."""
    return Binding(attempt.environment_id, attempt.account_id, f"{PURPOSE}/{attempt.id}/{attempt.version}")


def _sealed(vault: Vault, entry: Entry) -> dict[str, Any]:
    token = entry.token
    times = {"minted_at": token.minted_at, "renew_at": token.renew_at, "expires_at": token.expires_at}
    plain = orjson.dumps({**content(token, is_scopeless=entry.is_scopeless), **times})
    sealed = asdict(vault.seal(plain, _binding(entry.attempt)))
    return {
        "attempt": asdict(entry.attempt),
        "sealed": {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in sealed.items()
        },
    }


def _opened(vault: Vault, body: Any) -> Entry:
    attempt, found = Attempt(**body["attempt"]), body["sealed"]
    parts = {name: base64.b64decode(found[name]) for name in ("wrapped_key", "nonce", "ciphertext")}
    plain = orjson.loads(vault.open(Sealed(found["key_id"], **parts), _binding(attempt)))
    token = Token(
        plain["access_token"],
        plain["minted_at"],
        plain["renew_at"],
        plain["expires_at"],
        plain["refresh_token"],
        tuple(plain["scopes"]),
    )
    return Entry(attempt, token, plain["is_scopeless"])

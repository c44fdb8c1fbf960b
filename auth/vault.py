"""Envelope encryption of what customers entrust to us: a data key per record, wrapped by a master key (AES-256-GCM)."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
REMEDY = "make a key with `openssl rand -base64 32` and set KOINE_ENCRYPTION_KEYS to it, newest first"


class BadKeys(ValueError):
    """KOINE_ENCRYPTION_KEYS can't be used; the message says why and what to do, and holds no key."""


class CannotOpen(ValueError):
    """A sealed record does not open: its key is not at hand, or it belongs elsewhere, or it was altered."""


@dataclass(frozen=True)
class Binding:
    """What a record belongs to; a record copied to another row does not open there."""

    environment_id: str
    account_id: str
    purpose: str

    @property
    def data(self) -> bytes:
        """Associated data: each part behind its length, so that no two bindings read alike."""
        parts = (part.encode() for part in (self.environment_id, self.account_id, self.purpose))
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True)
class Sealed:
    """A record in its envelope. `wrapped_key` begins with the nonce of its wrapping."""

    key_id: str
    wrapped_key: bytes
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class Keyring:
    """The master keys by id; records are sealed under `newest`."""

    newest: str
    keys: Mapping[str, AESGCM] = field(repr=False)

    @classmethod
    def from_setting(cls, setting: str) -> "Keyring":
        """Keys of 32 bytes in base64, either alphabet, with commas between, newest first. Raises BadKeys."""
        entries = [entry.strip() for entry in setting.split(",") if entry.strip()]
        if not entries:
            raise BadKeys(f"KOINE_ENCRYPTION_KEYS is empty: {REMEDY}.")
        keys = [_read_key(number, entry) for number, entry in enumerate(entries, 1)]
        if _is_text(keys[0]):  # an older one may be: whoever has it must be able to rotate away from it
            raise BadKeys(f"KOINE_ENCRYPTION_KEYS: key 1 is typed text, not random: {REMEDY}.")
        return cls.of(keys)

    @classmethod
    def of(cls, keys: Sequence[bytes]) -> "Keyring":
        ids = [fingerprint(key) for key in keys]
        return cls(ids[0], dict(zip(ids, map(AESGCM, keys), strict=True)))


@dataclass(frozen=True)
class Vault:
    """Seals and opens records with the keys of one ring."""

    keyring: Keyring

    def seal(self, plain: bytes, binding: Binding) -> Sealed:
        data_key = AESGCM.generate_key(KEY_BYTES * 8)
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = AESGCM(data_key).encrypt(nonce, plain, binding.data)
        return Sealed(self.keyring.newest, self._wrap(data_key, binding), nonce, ciphertext)

    def open(self, sealed: Sealed, binding: Binding) -> bytes:
        """Raises CannotOpen."""
        data_key = self._unwrap(sealed, binding)
        try:
            return AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, binding.data)
        except InvalidTag as error:
            raise CannotOpen(
                f"the record for {binding.purpose!r} was altered or belongs elsewhere"
            ) from error

    def rewrap(self, sealed: Sealed, binding: Binding) -> Sealed:
        """The same record with its data key under the newest master key. Raises CannotOpen."""
        data_key = self._unwrap(sealed, binding)
        return replace(sealed, key_id=self.keyring.newest, wrapped_key=self._wrap(data_key, binding))

    def _wrap(self, data_key: bytes, binding: Binding) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.keyring.keys[self.keyring.newest].encrypt(nonce, data_key, binding.data)

    def _unwrap(self, sealed: Sealed, binding: Binding) -> bytes:
        master = self.keyring.keys.get(sealed.key_id)
        if master is None:
            raise CannotOpen(
                f"the record for {binding.purpose!r} is sealed under key {sealed.key_id}, which "
                "KOINE_ENCRYPTION_KEYS does not hold: put that key back behind the newest"
            )
        nonce, wrapped = sealed.wrapped_key[:NONCE_BYTES], sealed.wrapped_key[NONCE_BYTES:]
        try:
            return master.decrypt(nonce, wrapped, binding.data)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(
                f"the record for {binding.purpose!r} was altered or belongs elsewhere"
            ) from error


def fingerprint(key: bytes) -> str:
    """The id of a master key; it tells nothing about the key."""
    return hashlib.sha256(b"koine master key\0" + key).hexdigest()[:16]


def _read_key(number: int, entry: str) -> bytes:
    which = f"KOINE_ENCRYPTION_KEYS: key {number}"
    padded = entry.rstrip("=") + "=" * (-len(entry.rstrip("=")) % 4)
    try:
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys(f"{which} is not base64: {REMEDY}.") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"{which} is {len(key)} bytes long instead of {KEY_BYTES}: {REMEDY}.")
    if len(set(key)) < 8:
        raise BadKeys(f"{which} is not random: {REMEDY}.")
    return key


def _is_text(key: bytes) -> bool:
    """Fewer than one in 10^10 random keys reads as text; a passphrase always does."""
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)

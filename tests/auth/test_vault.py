"""Sealed records open with their key, at their place, and nowhere else."""

import base64
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auth.vault import BadKeys, Binding, CannotOpen, Keyring, Sealed, Vault, fingerprint
from tests.auth.world import KEYS

OLD, NEW, OTHER = KEYS
HERE = Binding("e1", "a1", "credentials")
VAULT = Vault(Keyring.of([OLD]))

texts = st.text(max_size=12)
bindings = st.builds(Binding, texts, texts, texts)


def encoded(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


def with_part(sealed: Sealed, name: str, value: Any) -> Sealed:
    return replace(sealed, **{name: value})


@given(st.binary(max_size=5000), bindings)
def test_what_was_sealed_opens_unchanged(plain: bytes, binding: Binding) -> None:
    assert VAULT.open(VAULT.seal(plain, binding), binding) == plain


@given(bindings, bindings)
def test_e20_a_record_opens_only_where_it_belongs(sealed_for: Binding, found_at: Binding) -> None:
    assume(sealed_for != found_at)
    sealed = VAULT.seal(b"secret", sealed_for)
    with pytest.raises(CannotOpen, match="was altered or belongs elsewhere"):
        VAULT.open(sealed, found_at)
    with pytest.raises(CannotOpen, match="was altered or belongs elsewhere"):
        VAULT.rewrap(sealed, found_at)


@given(bindings, bindings)
def test_e20_no_two_bindings_read_alike(one: Binding, other: Binding) -> None:
    assert (one.data == other.data) == (one == other)


@pytest.mark.parametrize("part", ["wrapped_key", "nonce", "ciphertext"])
@pytest.mark.parametrize("place", [0, -1])
def test_a_record_with_one_bit_changed_does_not_open(part: str, place: int) -> None:
    sealed = VAULT.seal(b"secret", HERE)
    altered = bytearray(getattr(sealed, part))
    altered[place] ^= 1
    with pytest.raises(CannotOpen):
        VAULT.open(with_part(sealed, part, bytes(altered)), HERE)


@pytest.mark.parametrize("part", ["wrapped_key", "ciphertext"])
def test_a_record_cut_short_does_not_open(part: str) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(with_part(VAULT.seal(b"secret", HERE), part, b"short"), HERE)


def test_every_record_has_a_data_key_and_a_nonce_of_its_own() -> None:
    sealed = [VAULT.seal(b"the same", HERE) for _ in range(50)]
    assert len({each.nonce for each in sealed}) == 50
    assert len({each.wrapped_key for each in sealed}) == 50
    assert len({each.ciphertext for each in sealed}) == 50


def test_the_plain_text_is_nowhere_in_the_envelope() -> None:
    sealed = VAULT.seal(b"a long enough secret", HERE)
    assert b"secret" not in sealed.wrapped_key + sealed.nonce + sealed.ciphertext


def test_rewrapping_changes_the_key_and_not_the_ciphertext() -> None:
    sealed = VAULT.seal(b"secret", HERE)
    both = Vault(Keyring.of([NEW, OLD]))
    rewrapped = both.rewrap(sealed, HERE)
    assert (sealed.key_id, rewrapped.key_id) == (fingerprint(OLD), fingerprint(NEW))
    assert (rewrapped.nonce, rewrapped.ciphertext) == (sealed.nonce, sealed.ciphertext)
    assert Vault(Keyring.of([NEW])).open(rewrapped, HERE) == b"secret"
    with pytest.raises(CannotOpen):
        VAULT.open(rewrapped, HERE)


def test_e19_a_missing_master_key_is_named_by_its_fingerprint() -> None:
    with pytest.raises(CannotOpen) as caught:
        Vault(Keyring.of([NEW])).open(VAULT.seal(b"secret", HERE), HERE)
    assert str(caught.value) == (
        f"the record for 'credentials' is sealed under key {fingerprint(OLD)}, which KOINE_ENCRYPTION_KEYS does not "
        "hold: put that key back behind the newest"
    )


@pytest.mark.parametrize(
    "setting",
    [
        encoded(NEW, OLD),
        f" {encoded(NEW)} , {encoded(OLD)} ,",
        ",".join(base64.urlsafe_b64encode(key).decode().rstrip("=") for key in (NEW, OLD)),
    ],
)
def test_keys_are_read_newest_first_in_either_alphabet(setting: str) -> None:
    ring = Keyring.from_setting(setting)
    assert ring.newest == fingerprint(NEW)
    assert set(ring.keys) == {fingerprint(NEW), fingerprint(OLD)}
    assert Vault(ring).open(VAULT.seal(b"secret", HERE), HERE) == b"secret"


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("", "KOINE_ENCRYPTION_KEYS is empty: "),
        (" , ", "KOINE_ENCRYPTION_KEYS is empty: "),
        ("hush!hush", "KOINE_ENCRYPTION_KEYS: key 1 is not base64: "),
        ("hüsh", "KOINE_ENCRYPTION_KEYS: key 1 is not base64: "),
        (
            encoded(OLD) + "," + encoded(NEW[:16]),
            "KOINE_ENCRYPTION_KEYS: key 2 is 16 bytes long instead of 32: ",
        ),
        (encoded(bytes(32)), "KOINE_ENCRYPTION_KEYS: key 1 is not random: "),
        (
            encoded(b"correct horse battery staple 123"),
            "KOINE_ENCRYPTION_KEYS: key 1 is typed text, not random: ",
        ),
        (
            encoded("ein Pferd, ein Bürste, Grüße\n".encode()),
            "KOINE_ENCRYPTION_KEYS: key 1 is typed text, not random: ",
        ),
    ],
)
def test_e19_keys_that_cannot_be_used_are_refused_with_the_remedy_and_without_the_key(
    setting: str, complaint: str
) -> None:
    with pytest.raises(BadKeys) as caught:
        Keyring.from_setting(setting)
    remedy = "make a key with `openssl rand -base64 32` and set KOINE_ENCRYPTION_KEYS to it, newest first."
    assert str(caught.value) == complaint + remedy
    assert caught.value.__cause__ is None


def test_a_passphrase_of_old_may_stand_behind_a_new_key_until_it_is_rotated_away() -> None:
    typed = b"correct horse battery staple 123"
    sealed = Vault(Keyring.of([typed])).seal(b"secret", HERE)
    vault = Vault(Keyring.from_setting(encoded(NEW, typed)))
    assert vault.open(sealed, HERE) == b"secret"
    assert vault.rewrap(sealed, HERE).key_id == fingerprint(NEW)


def test_keys_that_were_drawn_are_taken() -> None:
    drawn = Random(1)
    for key in (drawn.randbytes(32) for _ in range(10_000)):
        assert Keyring.from_setting(encoded(key)).newest == fingerprint(key)


def test_f19_a_keyring_does_not_show_its_keys() -> None:
    assert repr(Keyring.of([OLD])) == f"Keyring(newest='{fingerprint(OLD)}')"

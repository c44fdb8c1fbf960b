"""Private keys: what people paste becomes one line or is refused, in time that does not depend on who pastes it."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from providers.keys import algorithms, load, one_line, read_key

LOCKED = BestAvailableEncryption(b"pass")
PKCS8, OPENSSL = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
BEGIN, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
CURVE = ec.generate_private_key(ec.SECP384R1())
SIGNER = rsa.generate_private_key(65537, 2048)


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    form: PrivateFormat = PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


@pytest.mark.parametrize("key", [CURVE, SIGNER], ids=["P-384", "RSA"])
@pytest.mark.parametrize("form", [PKCS8, OPENSSL])
def test_a_key_is_one_line_however_it_is_pasted(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat
) -> None:
    text = pem(key, form)
    line = one_line(key)
    assert [read_key(one) for one in (text, f"Bag\n{text}", text.replace("\n", ""), line)] == [line] * 4
    loaded = load(line)
    assert loaded is not None
    assert loaded.private_numbers() == key.private_numbers()


@pytest.mark.parametrize(
    "text",
    [
        pem(CURVE, PKCS8, LOCKED),
        pem(SIGNER, OPENSSL, LOCKED),
        pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - that it is refused is the point
        pem(ec.generate_private_key(ec.SECP256K1())),
        pem(ed25519.Ed25519PrivateKey.generate()),
        f"{BEGIN}\n{END}",
        f"{BEGIN}AAAA{END}",
        "é",
        "",
    ],
    ids=[
        "locked",
        "locked, older form",
        "RSA 1024",
        "other curve",
        "Ed25519",
        "empty",
        "no key",
        "é",
        "none",
    ],
)
def test_what_nobody_signs_with_is_refused(text: str) -> None:
    assert read_key(text) == "-"


def test_an_rsa_key_whose_numbers_do_not_belong_together_is_refused() -> None:
    numbers = SIGNER.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d, numbers.dmp1 + 2, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    key = wrong.private_key(unsafe_skip_rsa_key_validation=True)
    assert read_key(pem(key)) == "-"


@pytest.mark.parametrize(
    "text",
    [BEGIN * 100_000, f"{BEGIN}{'A' * 3_000_000}{END}", f"{BEGIN}{'A' * 3_000_000}", "A" * 3_000_000],
    ids=["beginnings", "long key", "no end", "no frame"],
)
def test_megabytes_are_refused_at_once(text: str) -> None:
    before = time.process_time()
    assert read_key(text) == "-"
    assert time.process_time() - before < 2


def test_a_stored_key_is_not_checked_anew_for_each_signature() -> None:
    line = one_line(rsa.generate_private_key(65537, 3072))
    before = time.process_time()
    for _ in range(100):
        key = load(line)
        assert key is not None
        assert algorithms(key)[0] == "PS256"
    assert time.process_time() - before < 1

"""Private keys as people paste them, brought to one line that can be stored, checked and signed with."""

import base64
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PEM = re.compile(r"-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([^-]+)-----END \1-----")
ONE_LINE = r"[A-Za-z0-9+/]{100,4000}={0,2}"
LONGEST = 4002  # letters of base64: of a longer RSA key the check alone would take seconds
SMALLEST_RSA = 2048  # bits: a key below is no secret of tomorrow (NIST SP 800-57)
CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}  # RFC 7518 §3.4


def read_key(text: str) -> str:
    """A private key (PEM, or what this function made of one) as base64 of its PKCS #8 on one line.

    Of what is no key, is locked by a passphrase, or is of a kind that nobody signs with, it makes a text that does not
    match `ONE_LINE`.
    """
    found = PEM.search(text)
    encoded = "".join((found[2] if found else text).split())
    key = _read(encoded, is_checked=False) if len(encoded) <= LONGEST else None
    return one_line(key) if key else "-"


def one_line(key: Key) -> str:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(der).decode()


def load(line: str) -> Key | None:
    """The key in a line that `read_key` has made: whether its numbers belong together was checked there."""
    return _read(line, is_checked=True)


def _read(encoded: str, *, is_checked: bool) -> Key | None:
    try:
        der = base64.b64decode(encoded, validate=True)
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=is_checked)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Key) and algorithms(key) else None


def algorithms(key: Key) -> tuple[str, ...]:
    """What it can sign a JWT with (RFC 7518 §3), first what is best."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        name = CURVES.get(key.curve.name)
        return (name,) if name else ()
    if key.key_size < SMALLEST_RSA:
        return ()
    return ("PS256", "PS384", "PS512", "RS256", "RS384", "RS512")

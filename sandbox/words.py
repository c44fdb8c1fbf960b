"""Ids, secrets and keys of a stand-in, which follow from its seed alone."""

import hashlib
import hmac
import string

from cryptography.hazmat.primitives.asymmetric import ec

LETTERS = string.ascii_letters + string.digits


def word(seed: int, purpose: str, length: int) -> str:
    """Letters and digits."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in _bytes(seed, purpose, length))


def curve_key(seed: int, purpose: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    """A private key on the curve."""
    number = int.from_bytes(_bytes(seed, purpose, curve.key_size // 8 + 16))
    return ec.derive_private_key(number % (2 ** (curve.key_size - 1)) + 1, curve)


def _bytes(seed: int, purpose: str, length: int) -> bytes:
    found = b""
    while len(found) < length:
        found += hmac.new(str(seed).encode(), f"{purpose} {len(found)}".encode(), hashlib.sha256).digest()
    return found[:length]

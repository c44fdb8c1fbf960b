"""Signed JWTs (RFC 7515, 7518) of the two families that NetSuite takes: RSA-PSS and ECDSA."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
ALGORITHMS = (*(f"PS{bits}" for bits in HASHES), *CURVES)


class BadToken(Exception):
    """It is no JWT, or not one that this key has signed."""


@dataclass(frozen=True)
class Token:
    """A JWT taken apart, nothing of it believed yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read(text: str) -> Token:
    """Raises BadToken."""
    parts = text.split(".")
    if len(parts) != 3:
        raise BadToken("not three parts")
    header, claims = (_object(part) for part in parts[:2])
    return Token(header, claims, ".".join(parts[:2]).encode(), _decoded(parts[2]))


def verify(token: Token, key: PublicKey) -> None:
    """Raises BadToken where the header's algorithm is none of ours, does not fit the key, or the signature is wrong."""
    algorithm = token.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise BadToken("unknown algorithm")
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm[:2] == "PS":
            key.verify(token.signature, token.signed, _pss(algorithm), HASHES[algorithm[2:]])
        elif isinstance(key, ec.EllipticCurvePublicKey) and CURVES.get(algorithm) == key.curve.name:
            key.verify(_der(token.signature, key), token.signed, ec.ECDSA(HASHES[algorithm[2:]]))
        else:
            raise BadToken("the key is for another algorithm")
    except InvalidSignature as error:
        raise BadToken("wrong signature") from error


def sign(key: PrivateKey, algorithm: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """The JWT; the key must fit the algorithm."""
    head = encoded(orjson.dumps({"typ": "JWT", "alg": algorithm, **header}))
    text = f"{head}.{encoded(orjson.dumps(claims))}"
    hash_ = HASHES[algorithm[2:]]
    if isinstance(key, rsa.RSAPrivateKey):
        return f"{text}.{encoded(key.sign(text.encode(), _pss(algorithm), hash_))}"
    size = (key.key_size + 7) // 8
    pair = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hash_)))
    return f"{text}.{encoded(b''.join(number.to_bytes(size) for number in pair))}"


def encoded(raw: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _pss(algorithm: str) -> padding.PSS:
    hash_ = HASHES[algorithm[2:]]
    return padding.PSS(padding.MGF1(hash_), hash_.digest_size)


def _der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    size = (key.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise BadToken("wrong length of the signature")
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))


def _object(part: str) -> dict[str, Any]:
    try:
        found = orjson.loads(_decoded(part))
    except orjson.JSONDecodeError as error:
        raise BadToken("not JSON") from error
    if not isinstance(found, dict):
        raise BadToken("not an object")
    return found


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken("not base64") from error

"""How an OAuth client proves itself at a token endpoint: a secret in the form or the header, or a signed JWT."""

import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from auth.connection import Connection
from providers.keys import algorithms, load
from providers.schemes import ClientProof, SecretInHeader, SignedJwt
from schemas.errors import AccountProblem

JWT_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_LIFE = 300  # seconds
BEFORE = 10  # seconds that a JWT is older than it is, for a vendor whose clock is behind ours

Members = dict[str, str | None]


def proof_of(
    connection: Connection, proof: ClientProof, url: str, scopes: Sequence[str] = ()
) -> tuple[Members, Mapping[str, str]]:
    """What the form of a request to `url` holds of it, and the headers. `scopes`: those that a JWT is to ask for."""
    if isinstance(proof, SignedJwt):
        return _assertion(connection, proof, url, scopes), {}
    id_, secret = connection.value("client_id"), connection.secrets.get("client_secret")
    if isinstance(proof, SecretInHeader) and secret:
        pair = f"{quote_plus(id_)}:{quote_plus(secret)}".encode()
        return {}, {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"client_id": id_, "client_secret": secret}, {}


def _assertion(connection: Connection, proof: SignedJwt, url: str, scopes: Sequence[str]) -> Members:
    """RFC 7523 §3, signed anew for each request."""
    from joserfc import jwt  # few vendors want one, and it takes 3 MB
    from joserfc.jwk import ECKey, RSAKey

    key = load(connection.value("private_key"))
    fit = [name for name in algorithms(key) if name in proof.algorithms] if key else []
    if key is None or not fit:
        raise AccountProblem("The account's private key is none that the vendor takes: give it another one.")
    id_, issued_at = connection.value("client_id"), int(time.time()) - BEFORE
    claims = {
        "iss": id_,
        "sub": id_ if proof.has_subject else None,
        "aud": url,
        "scope": " ".join(scopes) if proof.has_scopes else None,
        "iat": issued_at,
        "exp": issued_at + JWT_LIFE,
        "jti": secrets.token_urlsafe(24),
    }
    header = {"typ": "JWT", "alg": fit[0], "kid": connection.value("certificate_id")}
    given = {name: value for name, value in claims.items() if value}
    jwk = RSAKey.import_key(key) if isinstance(key, RSAPrivateKey) else ECKey.import_key(key)
    signed = jwt.encode(header, given, jwk, algorithms=fit)
    return {"client_assertion_type": JWT_TYPE, "client_assertion": signed}

"""A key pair that Koine makes for an account: the private half stays here, the certificate goes to the vendor."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy.exc import IntegrityError

from auth import sealed
from auth.database import Database
from auth.linking.tokens import Link, key_binding
from auth.vault import Vault
from providers.keys import one_line
from providers.schemes import Scheme, SignedJwt

KEY = "private_key"  # the field that it stands for
LIFE = timedelta(days=729)  # vendors take certificates of two years at most
LATE = timedelta(hours=1)  # that a vendor's clock may be behind ours
LONGEST_NAME = 64  # bytes: X.520's upper bound of a common name, counted as most strict readers do


@dataclass(frozen=True)
class MadeKey:
    """`certificate` is in PEM form, `private_key` as the context's field takes it."""

    certificate: str
    private_key: str = field(repr=False)


def is_offered(scheme: Scheme) -> bool:
    """Whether an account of this scheme may use a key that is made here."""
    proof = getattr(scheme, "proof", None)
    return isinstance(proof, SignedJwt) and proof.offers_key


async def made_key(database: Database, vault: Vault, link: Link) -> MadeKey:
    """The link token's key: made when it is first asked for, and the same from then on."""
    bound = key_binding(link.row)
    async with database.read() as session:
        found = await sealed.take(session, vault, bound)
    if found is None:
        with suppress(IntegrityError):  # another page of the same link was quicker
            async with database.write() as session:
                sealed.add(session, vault, bound, _new(link.environment.name))
        return await made_key(database, vault, link)
    return MadeKey(found["certificate"], found["private_key"])


def _new(name: str) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    return {"certificate": _certificate(key, name), "private_key": one_line(key)}


def _certificate(key: ec.EllipticCurvePrivateKey, name: str) -> str:
    """Signed by the key itself, and named after who will use it."""
    short = name.encode()[:LONGEST_NAME].decode(errors="ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])
    begin = datetime.now(UTC) - LATE
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LIFE)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()

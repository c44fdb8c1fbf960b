"""What an administrator has set up in an account: integration records, access tokens and certificates of machines."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.netsuite.jws import PrivateKey
from sandbox.netsuite.keys import rsa_key
from sandbox.netsuite.people import ADA, ADMINISTRATOR, CLEO, CLERK, INTEGRATION, IVO, Person, Role
from sandbox.words import curve_key, word

AWKWARD = "s+/=&% é~"  # characters that forms, Basic and signatures treat differently
VALID = timedelta(days=730)


@dataclass(frozen=True)
class Integration:
    """An integration record. Its client id and secret are consumer key and secret, too.

    `public`: it keeps no secret.
    """

    name: str
    client_id: str
    client_secret: str
    public: bool = False


@dataclass(frozen=True)
class Actor:
    """On whose behalf, in which role and for which integration record a call is made."""

    integration: Integration
    person: Person
    role: Role


@dataclass(frozen=True)
class AccessToken:
    """A token of token-based authentication, which works until it is revoked."""

    id: str
    secret: str
    actor: Actor


@dataclass(frozen=True)
class Trusted:
    """A certificate uploaded for client credentials; whoever holds its key acts as `actor`."""

    id: str
    certificate: x509.Certificate
    actor: Actor


@dataclass(frozen=True)
class Machine:
    """What the holder of an integration keeps: a token with its secret, and a key for each certificate, by its id."""

    token: AccessToken
    keys: dict[str, PrivateKey]


@dataclass(frozen=True)
class Registry:
    """All of one account, by the ids that callers send; `machines` by the name of their integration."""

    integrations: dict[str, Integration]
    tokens: dict[str, AccessToken]
    certificates: dict[str, Trusted]
    machines: dict[str, Machine]

    def named(self, name: str) -> Integration:
        return next(one for one in self.integrations.values() if one.name == name)


WHO = {
    "main": (IVO, INTEGRATION),
    "admin": (ADA, ADMINISTRATOR),
    "few": (CLEO, CLERK),
    "awkward": (IVO, INTEGRATION),
    "reserved": (ADA, ADMINISTRATOR),
}
WEB = ("web", "web_two", "public")


def registry(seed: int, slug: str, now: float) -> Registry:
    """What follows from the seed; certificates count from `now`, in epoch seconds."""
    found = Registry({}, {}, {}, {})
    for one in _integrations(seed, slug):
        found.integrations[one.client_id] = one
    for name, (person, role) in WHO.items():
        _equip(found, seed, slug, Actor(found.named(name), person, role), now)
    return found


def _integrations(seed: int, slug: str) -> Iterator[Integration]:
    for name in (*WHO, *WEB):
        secret = word(seed, f"{slug} {name} secret", 64)
        yield Integration(
            name=name,
            client_id=word(seed, f"{slug} {name} id", 64),
            client_secret=f"{AWKWARD}{secret[:16]}" if name == "awkward" else secret,
            public=name == "public",
        )


def _equip(into: Registry, seed: int, slug: str, actor: Actor, now: float) -> None:
    """A token, and certificates of an elliptic curve and of RSA, in this order."""
    name = f"{slug} {actor.integration.name}"
    secret = word(seed, f"{name} token secret", 64)
    awkward = actor.integration.name == "awkward"
    token = AccessToken(
        word(seed, f"{name} token", 64), f"{AWKWARD}{secret[:16]}" if awkward else secret, actor
    )
    into.tokens[token.id] = token
    keys: dict[str, PrivateKey] = {
        word(seed, f"{name} ec certificate", 43): curve_key(seed, f"{name} key", ec.SECP256R1()),
        word(seed, f"{name} rsa certificate", 43): rsa_key(),
    }
    for id_, key in keys.items():
        into.certificates[id_] = Trusted(id_, _certificate(actor.integration.name, key, now), actor)
    into.machines[actor.integration.name] = Machine(token, keys)


def upload(into: Registry, machine: Machine, certificate: x509.Certificate) -> str:
    """The id under which a further certificate of a machine is known."""
    id_ = secrets.token_urlsafe(32)
    into.certificates[id_] = Trusted(id_, certificate, machine.token.actor)
    return id_


def _certificate(name: str, key: PrivateKey, now: float) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"stand-in {name}")])
    begins = datetime.fromtimestamp(int(now), UTC) - timedelta(days=1)
    draft = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    return draft.not_valid_before(begins).not_valid_after(begins + VALID).sign(key, hashes.SHA256())

"""What a test or a person needs to connect: ids, secrets and keys of the test accounts."""

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sandbox.netsuite.hosts import slug
from sandbox.netsuite.jws import PrivateKey
from sandbox.netsuite.registry import Registry, registry
from sandbox.netsuite.switches import switches


def credentials(seed: int = 1, **given: Any) -> dict[str, Any]:
    """The main client of the first account at the top, all clients under `clients`, accounts under `accounts`."""
    accounts = switches(**given).accounts.split(",")
    return listed({one: registry(seed, slug(one), 0) for one in accounts})


def listed(registries: dict[str, Registry]) -> dict[str, Any]:
    """The same out of what the accounts hold, by account id."""
    accounts = {account: _account(account, one) for account, one in registries.items()}
    first = next(iter(accounts.values()))
    return {**first["clients"]["main"], **first, "accounts": accounts}


def _account(account: str, registry: Registry) -> dict[str, Any]:
    clients = {one.name: _client(account, registry, one.name) for one in registry.integrations.values()}
    return {"account_id": account, "clients": clients}


def _client(account: str, registry: Registry, name: str) -> dict[str, Any]:
    one = registry.named(name)
    known: dict[str, Any] = {"account_id": account, "client_id": one.client_id}
    if not one.public:
        known["client_secret"] = one.client_secret
    machine = registry.machines.get(name)
    if machine is None:
        return known
    (ec_id, ec_key), (rsa_id, rsa_key) = machine.keys.items()
    return {
        **known,
        "consumer_key": one.client_id,
        "consumer_secret": one.client_secret,
        "token_id": machine.token.id,
        "token_secret": machine.token.secret,
        "certificate_id": ec_id,
        "private_key": _pem(ec_key),
        "rsa_certificate_id": rsa_id,
        "rsa_private_key": _pem(rsa_key),
        "role": machine.token.actor.role.name,
    }


def _pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

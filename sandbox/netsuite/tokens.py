"""Issues and checks access tokens: signed JWTs that live on the stand-in's clock and belong to one account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.netsuite import jws
from sandbox.netsuite.audit import LoginFailed
from sandbox.netsuite.grants import ISSUER, Grants
from sandbox.netsuite.keys import rsa_key
from sandbox.netsuite.people import BY_ENTITY, ROLES, Role
from sandbox.netsuite.registry import Actor, Integration, Registry
from sandbox.netsuite.scopes import REST
from sandbox.netsuite.switches import Switches
from sandbox.words import word


@dataclass(frozen=True)
class Caller:
    """Who calls: `entity` is the internal id of the employee. `scopes` is None where no scopes limit the call."""

    integration: Integration
    entity: int
    role: Role
    scopes: frozenset[str] | None


class Tokens:
    """Access tokens of one account need no table: signature and account tell ours, a number those that died early."""

    def __init__(
        self, account: str, seed: int, registry: Registry, grants: Grants, switches: Switches
    ) -> None:
        self.account, self.registry, self.switches = account, registry, switches
        self.grants, self.clock = grants, grants.clock
        self._kid = word(seed, f"{account} signing", 22)
        self._issued = 0
        self._dead_to = 0

    def issue(self, actor: Actor, scopes: Iterable[str] = (REST,), grant: str = "") -> str:
        """A new access token; with the id of a grant it dies with that."""
        self._issued += 1
        now = int(self.clock.now())
        claims = {
            "sub": f"{actor.role.id};{actor.person.entity}",
            "aud": [f"{actor.integration.name};{self.account}", actor.integration.client_id],
            "scope": list(scopes),
            "iss": ISSUER,
            "iat": now,
            "exp": now + self.switches.token_ttl,
            "jti": f"{self._issued}-{self.clock.now():.6f}-{grant}",
        }
        return jws.sign(rsa_key(), "PS256", {"kid": self._kid}, claims)

    def caller(self, text: str, young: float = 0.0) -> Caller:
        """Who the token stands for. Raises LoginFailed where it is not ours, dead or younger than `young` seconds."""
        claims = self._claims(text)
        number, minted, grant = claims["jti"].split("-")
        now = self.clock.now()
        if claims["exp"] <= now or int(number) <= self._dead_to:
            raise LoginFailed("the token has expired")
        if grant and not self.grants.alive(grant):
            raise LoginFailed("the consent was revoked")
        if now - float(minted) < young:
            raise LoginFailed("the token is not known everywhere yet")
        role, entity = (int(one) for one in claims["sub"].split(";"))
        integration = self.registry.integrations[claims["aud"][1]]
        return Caller(integration, BY_ENTITY[entity].entity, ROLES[role], frozenset(claims["scope"]))

    def _claims(self, text: str) -> Mapping[str, Any]:
        try:
            token = jws.read(text)
            jws.verify(token, rsa_key().public_key())
        except jws.BadToken as error:
            raise LoginFailed(f"the token is none of ours: {error}") from error
        if token.header.get("kid") != self._kid:
            raise LoginFailed("the token is another account's")
        return token.claims

    def expire_all(self) -> None:
        """Every token issued so far is dead; new ones work."""
        self._dead_to = self._issued

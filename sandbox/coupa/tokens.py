"""Issues and checks access tokens: signed JWTs that live on the stand-in's clock, client by client."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.coupa.clients import Client
from sandbox.coupa.grants import Grants
from sandbox.coupa.switches import Switches
from sandbox.grant import Grant


class TokenRefusal(Exception):
    """An OAuth error answer."""

    def __init__(self, error: str, status: int = 400, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.description = description


def invalid_scope() -> TokenRefusal:
    return TokenRefusal("invalid_scope", 400, "The requested scope is invalid, unknown, or malformed.")


@dataclass(frozen=True)
class Caller:
    """Who calls: `scopes` None means an API key, which may do everything; `user` is the id of the acting user."""

    user: int
    scopes: frozenset[str] | None
    client: str


class Tokens:
    """Tokens need no table: the signature tells ours, sets tell the ones that died early."""

    def __init__(
        self, clients: tuple[Client, ...], key: bytes, grants: Grants, switches: Switches, issuer: str
    ) -> None:
        self.clients = {one.id: one for one in clients}
        self.grants, self.clock, self.switches, self.issuer = grants, grants.clock, switches, issuer
        self.removed_scopes: set[str] = set()
        self._key = key
        self._issued = 0
        self._dead_to = 0

    def client(self, id_: str, secret: str) -> Client:
        """The client with these credentials; raises TokenRefusal."""
        found = self.clients.get(id_)
        if not found or not hmac.compare_digest(found.secret.encode(), secret.encode()):
            raise TokenRefusal(
                "invalid_client", self.switches.invalid_client_status, "Client authentication failed."
            )
        return found

    def granted(self, client: Client, asked: str | None) -> tuple[str, ...]:
        """Scopes of a new token, in the order asked for; none asked means all the client has."""
        have = [scope for scope in client.scopes if scope not in self.removed_scopes]
        words = list(dict.fromkeys((asked or "").split()))
        if not words and self.switches.scopeless_token == "all":
            return tuple(have)
        if not words or not set(words) <= set(have):
            raise invalid_scope()
        return tuple(words)

    def issue(self, client: Client, scopes: tuple[str, ...], grant: Grant | None = None) -> dict[str, Any]:
        """The token answer; with `grant` the token acts for the person who gave it."""
        self._issued += 1
        now = self.clock.now()
        claims = {
            "iss": self.issuer,
            "sub": client.id,
            "iat": int(now),
            "exp": int(now) + self.switches.token_ttl,
            "jti": f"{self._issued}-{now:.6f}",
            "user_id": grant.user if grant else client.user,
            "scope": " ".join(scopes),
            **({"grant": grant.id} if grant else {}),
        }
        token = self._signed(claims)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": self.switches.token_ttl}
        return {**answer, "scope": claims["scope"]} if self.switches.token_scope_member else answer

    def caller(self, token: str, young: float = 0.0) -> Caller | None:
        """Who the token stands for; None where it is unknown, expired or younger than `young` seconds."""
        claims = self._claims(token)
        if claims is None or claims["sub"] not in self.clients:
            return None
        if "grant" in claims and not self.grants.alive(claims["grant"]):
            return None
        number, _, minted = claims["jti"].partition("-")
        now = self.clock.now()
        young = max(young, self.switches.token_ready_delay)
        if claims["exp"] <= now or now - float(minted) < young or int(number) <= self._dead_to:
            return None
        scopes = frozenset(claims["scope"].split()) - self.removed_scopes
        return Caller(claims["user_id"], scopes, claims["sub"])

    def identity(self, grant: Grant, person: Mapping[str, Any]) -> str:
        """An ID token of OpenID Connect for the person of the grant."""
        now = int(self.clock.now())
        times = {"iat": now, "exp": now + self.switches.token_ttl}
        who = {"sub": str(grant.user), "email": person["email"], "name": person["fullname"]}
        nonce = {"nonce": grant.nonce} if grant.nonce else {}
        return self._signed({"iss": self.issuer, "aud": grant.client, **times, **who, **nonce})

    def expire_all(self) -> None:
        """Every token issued so far is dead; new ones work."""
        self._dead_to = self._issued

    def _signed(self, claims: Mapping[str, Any]) -> str:
        head = _b64(orjson.dumps({"alg": "HS256", "typ": "JWT"}))
        body = _b64(orjson.dumps(claims))
        return f"{head}.{body}.{self._mark(f'{head}.{body}')}"

    def _mark(self, text: str) -> str:
        return _b64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def _claims(self, token: str) -> dict[str, Any] | None:
        signed, _, mark = token.rpartition(".")
        if not signed or not hmac.compare_digest(mark.encode(), self._mark(signed).encode()):
            return None
        body = signed.partition(".")[2]
        claims: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

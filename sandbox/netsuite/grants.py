"""What people have consented to: codes that are good once, and refresh tokens, which differ with the kind of client."""

import secrets
from pathlib import Path

from sandbox.clock import Clock
from sandbox.consents import Code, Consents
from sandbox.grant import Grant
from sandbox.netsuite import jws
from sandbox.netsuite.keys import rsa_key
from sandbox.netsuite.registry import Actor, Integration
from sandbox.netsuite.scopes import Refused
from sandbox.netsuite.switches import Switches
from sandbox.pkce import proves

KID = "refresh"
ISSUER = "https://system.netsuite.com"


class Grants(Consents):
    """All consents, over all accounts. `file`: where those that live are kept, so that they work after a restart."""

    def __init__(self, clock: Clock, switches: Switches, file: Path | None = None) -> None:
        super().__init__(clock, file)
        self.switches = switches

    def code(self, actor: Actor, scopes: tuple[str, ...], redirect_uri: str, challenge: str) -> str:
        """A code for a consent just given."""
        now, client = self.clock.now(), actor.integration.client_id
        made = Grant(secrets.token_hex(8), client, actor.person.entity, scopes, now, role=actor.role.id)
        found = Code(made, redirect_uri, challenge, now + self.switches.code_ttl)
        return self.hand_out(secrets.token_hex(32), found)

    def exchanged(self, client: Integration, code: str, redirect_uri: str, verifier: str) -> Grant:
        """The grant behind a code, which is used up by any attempt of its client. Raises Refused."""
        found = self.under_way(client.client_id, code)
        if found is None:
            raise Refused("invalid_grant", "the code is unknown")
        self.codes_reused += found.used
        if found.used or self.clock.now() >= found.dies:
            raise Refused("invalid_grant", "the code was used before or has expired")
        found.used = True
        if found.redirect_uri != redirect_uri:
            raise Refused("invalid_grant", "redirect_uri is not the one that the code was given for")
        if not proves(verifier, found.challenge):
            raise Refused("invalid_request", "code_verifier does not fit the challenge")
        self.grants[found.grant.id] = found.grant
        self.keep()
        return found.grant

    def next_token(self, client: Integration, grant: Grant) -> str:
        """A refresh token of a grant; those before it are dead."""
        now, dies = self.clock.now(), grant.since + self.switches.refresh_ttl
        if client.public:
            dies = now + self.switches.public_refresh_ttl
        grant.serial += 1
        grant.live = {grant.serial: dies}
        self.keep()
        claims = {
            "sub": f"{grant.role};{grant.user}",
            "aud": client.client_id,
            "scope": list(grant.scopes),
            "iss": ISSUER,
            "iat": int(now),
            "exp": int(dies),
            "jti": f"{grant.id}.{grant.serial}",
            **({"oit": int(grant.since)} if client.public else {}),
        }
        return jws.sign(rsa_key(), "PS256", {"kid": KID}, claims)

    def renewed(self, client: Integration, token: str) -> Grant:
        """The grant that a refresh token of this client stands for. Raises Refused."""
        grant, serial = self._read(client, token)
        self.refresh_reused += serial != grant.serial
        if grant.revoked or self.clock.now() >= grant.live.get(serial, 0):
            raise Refused("invalid_grant", "the refresh token has expired, was revoked or used before")
        self.refreshed += 1
        return grant

    def given_back(self, client: Integration, token: str) -> None:
        """The client revokes its refresh token, and with it all that the grant gave. Raises Refused."""
        self.revoke(self._read(client, token)[0].id)

    def _read(self, client: Integration, token: str) -> tuple[Grant, int]:
        try:
            read = jws.read(token)
            jws.verify(read, rsa_key().public_key())
        except jws.BadToken as error:
            raise Refused("invalid_grant", f"the refresh token is none of ours: {error}") from error
        id_, _, serial = str(read.claims.get("jti")).partition(".")
        grant = self.grants.get(id_)
        if grant is None or grant.client != client.client_id or read.header.get("kid") != KID:
            raise Refused("invalid_grant", "the refresh token is unknown")
        return grant, int(serial)

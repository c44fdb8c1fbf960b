"""What people have consented to: codes that are good once, and refresh tokens with the rotation the switches say."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sandbox.clock import Clock
from sandbox.consents import Code, Consents
from sandbox.coupa.switches import Switches
from sandbox.grant import Grant
from sandbox.pkce import proves


class Spent(Exception):
    """A code or refresh token that is unknown, used up, too old or meant for somebody else; the text says which."""


class Grants(Consents):
    """All consents of a tenant. A refresh token is its grant's id, a serial number and a mark only we can make.

    `file`: where those that live are kept, so that they work after a restart.
    """

    def __init__(self, clock: Clock, switches: Switches, key: bytes, file: Path | None = None) -> None:
        super().__init__(clock, file)
        self.switches, self._key = switches, key

    def code(
        self, client: str, user: int, scopes: tuple[str, ...], redirect_uri: str, challenge: str, nonce: str
    ) -> str:
        """A code for a consent just given."""
        now = self.clock.now()
        grant = Grant(secrets.token_hex(8), client, user, scopes, now, nonce)
        self.grants[grant.id] = grant
        found = Code(grant, redirect_uri, challenge, now + self.switches.code_ttl)
        return self.hand_out(secrets.token_urlsafe(24), found)

    def exchanged(self, client: str, code: str, redirect_uri: str, verifier: str) -> Grant:
        """The grant behind a code, which is used up by it. A second use takes all that the first one gave."""
        found = self.under_way(client, code)
        if found is None:
            raise Spent("The authorization code is unknown.")
        if found.used:
            self.codes_reused += 1
            found.grant.revoked = True
            self.keep()
            raise Spent("The authorization code was used before; everything it gave is revoked.")
        found.used = True
        if found.grant.revoked or self.clock.now() >= found.dies:
            raise Spent("The authorization code has expired.")
        if found.redirect_uri != redirect_uri:
            raise Spent("The redirect URI is not the one the code was issued for.")
        if self.switches.pkce != "ignored" and not proves(verifier, found.challenge):
            raise Spent("The code verifier does not fit the code challenge.")
        self.keep()
        return found.grant

    def first_token(self, grant: Grant) -> str | None:
        """The refresh token of a new grant, where the person allowed offline access."""
        return self._next(grant) if "offline_access" in grant.scopes else None

    def read(self, client: str, token: str) -> Grant:
        """The grant that a refresh token belongs to, whether or not the token still works."""
        return self._read(client, token)[0]

    def renewed(self, client: str, token: str) -> str | None:
        """Uses a refresh token: the one to go on with, None where the answer is to leave it out."""
        grant, serial = self._read(client, token)
        dies, replaced = grant.live.get(serial), serial != grant.serial
        self.refresh_reused += replaced
        if replaced and self.switches.refresh_rotation == "family":
            grant.revoked = True
            self.keep()
        if dies is None or grant.revoked or self.clock.now() >= dies:
            raise Spent("The refresh token is expired, revoked or was replaced.")
        self.refreshed += 1
        return self._rotated(grant, serial)

    def trouble(self, clients: Iterable[str], token: str) -> None:
        """A refused refresh of one who says to be its client kills the token where the switch says so."""
        grant = self.grants.get(token.partition(".")[0])
        if grant is None or grant.client not in clients or not self.switches.refresh_dies_on_error:
            return
        with suppress(Spent):
            grant.live.pop(self._read(grant.client, token)[1], None)
            self.keep()

    def _rotated(self, grant: Grant, serial: int) -> str | None:
        now, rotation = self.clock.now(), self.switches.refresh_rotation
        if rotation in ("none", "absent"):
            if self.switches.refresh_ttl_from == "use":
                grant.live[serial] = now + self.switches.refresh_ttl
                self.keep()
            return self._token(grant, serial) if rotation == "none" else None
        if rotation == "grace":
            grant.live[serial] = min(grant.live[serial], now + self.switches.refresh_grace)
        else:
            del grant.live[serial]
        return self._next(grant)

    def _next(self, grant: Grant) -> str:
        now = self.clock.now()
        grant.live = {serial: dies for serial, dies in grant.live.items() if dies > now}
        grant.serial += 1
        grant.live[grant.serial] = now + self.switches.refresh_ttl
        self.keep()
        return self._token(grant, grant.serial)

    def _token(self, grant: Grant, serial: int) -> str:
        text = f"{grant.id}.{serial}"
        return f"{text}.{hmac.new(self._key, b'refresh ' + text.encode(), hashlib.sha256).hexdigest()[:32]}"

    def _read(self, client: str, token: str) -> tuple[Grant, int]:
        id_, _, rest = token.partition(".")
        serial = rest.partition(".")[0]
        grant = self.grants.get(id_)
        if grant is None or grant.client != client or not serial.isdecimal():
            raise Spent("The refresh token is unknown.")
        if not hmac.compare_digest(self._token(grant, int(serial)).encode(), token.encode()):
            raise Spent("The refresh token is unknown.")
        return grant, int(serial)

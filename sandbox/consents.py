"""What people have consented to, as far as it is the same for every provider: kept, counted, shown and ended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.grant import Grant, load, save

REMEMBERED = 1000  # codes, so that a second use of an old one is still noticed


@dataclass
class Code:
    """An authorization code under way; `challenge` is that of PKCE, empty where none was sent."""

    grant: Grant
    redirect_uri: str
    challenge: str
    dies: float
    used: bool = False


class Consents:
    """Grants by id. `file`: where those that live are kept, so that they work after a restart."""

    def __init__(self, clock: Clock, file: Path | None = None) -> None:
        self.clock, self._file = clock, file
        self.grants = load(file) if file else {}
        self._codes: dict[str, Code] = {}
        self.reset()

    def hand_out(self, code: str, meant: Code) -> str:
        self._codes[code] = meant
        if len(self._codes) > REMEMBERED:
            del self._codes[next(iter(self._codes))]
        return code

    def under_way(self, client: str, code: str) -> Code | None:
        """What this client's code stands for; None where it is none of this client's."""
        found = self._codes.get(code)
        return found if found and found.grant.client == client else None

    def alive(self, id_: str) -> bool:
        found = self.grants.get(id_)
        return found is not None and not found.revoked

    def living(self) -> list[Grant]:
        return [one for one in self.grants.values() if not one.revoked]

    def figures(self) -> dict[str, int]:
        """Counters since the last reset, for the control API."""
        return {
            "refreshed": self.refreshed,
            "refresh_reused": self.refresh_reused,
            "codes_reused": self.codes_reused,
        }

    def reset(self) -> None:
        self.refreshed = self.refresh_reused = self.codes_reused = 0

    def shown(self) -> list[dict[str, Any]]:
        """Every grant without its tokens, the oldest first."""
        now = self.clock.now()
        return [
            {
                "id": one.id,
                "client_id": one.client,
                "user": one.user,
                "scopes": list(one.scopes),
                "revoked": one.revoked,
                "refresh_tokens": sum(dies > now for dies in one.live.values()),
                "rotations": max(0, one.serial - 1),
            }
            for one in self.grants.values()
        ]

    def revoke(self, id_: str | None = None) -> int:
        """Ends one grant, or all: how many ended. Raises KeyError for an unknown id."""
        chosen: list[Grant] = [self.grants[id_]] if id_ else list(self.grants.values())
        ended = [one for one in chosen if not one.revoked]
        for one in ended:
            one.revoked = True
        self.keep()
        return len(ended)

    def keep(self) -> None:
        """Writes the file, where there is one."""
        if self._file:
            save(self._file, self.living())

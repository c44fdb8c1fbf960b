"""The provider's stand-in as a process, and consents that a person gave there."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson

CALLBACK = "http://127.0.0.1:9/connect/coupa/callback"
SCOPES = "core.supplier.read offline_access"


@dataclass(frozen=True)
class StandIn:
    url: str
    credentials: Mapping[str, Any] = field(repr=False)

    def consent(self) -> dict[str, Any]:
        """The token endpoint's answer to a fresh code."""
        client = self.credentials["clients"]["web"]
        asked = {"client_id": client["client_id"], "redirect_uri": CALLBACK, "response_type": "code"}
        with httpx.Client(base_url=self.url) as browser:
            back = browser.get("/oauth2/authorizations/new", params={**asked, "scope": SCOPES, "state": "s"})
            code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "client_id": client["client_id"],
                "client_secret": client["client_secret"],
            }
            found: dict[str, Any] = browser.post("/oauth2/token", data=form).raise_for_status().json()
        return found

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/_sandbox/stats").json()
        return found

    def reset(self) -> None:
        httpx.post(f"{self.url}/_sandbox/stats/reset").raise_for_status()

    def fault(self, **rule: Any) -> None:
        httpx.post(f"{self.url}/_sandbox/faults", json=rule).raise_for_status()


@contextmanager
def stand_in(rotation: str) -> Iterator[StandIn]:
    """It rotates refresh tokens as `rotation` says, and everybody consents."""
    switches = [f"refresh_rotation={rotation}", "consent=allow", "rate_limit=off", "refresh_grace=300"]
    command = [sys.executable, "-m", "sandbox", "coupa", "--json", "--records", "10"]
    for switch in switches:
        command += ["--switch", switch]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = orjson.loads(process.stdout.readline())
        yield StandIn(said["url"], said["credentials"])
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()

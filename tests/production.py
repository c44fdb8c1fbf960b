"""The production server as an operator starts it, `koine serve`, with one account whose vendor is where a test says."""

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.processes import KOINE

WIDE = {"rate": 1_000_000, "per": 1, "burst": 1_000_000}  # a vendor's limit that nobody meets
API_KEY = "k" * 40


@dataclass(frozen=True)
class Production:
    """`environment`: what it was started with, keys included."""

    port: int
    token: str
    account: str
    pid: int
    environment: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resident(self) -> int:
        """Bytes of memory in use."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """Most bytes of memory in use since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def cpu_seconds(self) -> float:
        """User and system time."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(name + ":"))
        return int(line.split()[1]) * 1024


@contextmanager
def koine_serve(
    folder: Path,
    vendor: str,
    *,
    workers: int = 1,
    limits: Mapping[str, Any] = WIDE,
    api_key: str = API_KEY,
    **settings: str,
) -> Iterator[Production]:
    """`vendor`: the URL that stands for the sandbox; it must answer the check of a key with a JSON list.

    `limits`: the environment's own. `settings`: more variables, without their prefix.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KOINE_")},
        "KOINE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/koine.db",
        "KOINE_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "KOINE_SANDBOXES": json.dumps({"coupa": vendor}),
        "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true",
        **{f"KOINE_{name.upper()}": value for name, value in settings.items()},
    }
    _koine(environment, "migrate")
    _koine(environment, "environment", "create", "--name", "default")
    token = _koine(environment, "token", "create", "--environment", "default", "--name", "test")
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*KOINE, "serve", "--port", str(port), "--workers", str(workers)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}
            ) as client:
                _await(client, 1 if workers == 1 else 8 * workers)
                yield Production(port, token, _link(client, limits, api_key), process.pid, environment)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _koine(environment: Mapping[str, str], *words: str) -> str:
    """What a command prints."""
    done = subprocess.run([*KOINE, *words], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as plug:
        port: int = plug.getsockname()[1]
        return port


def _await(client: httpx.Client, times: int) -> None:
    """Until it is ready, so many times in a row on as many connections: each worker is asked in its turn."""
    found = 0
    for _ in range(1200):
        try:
            client.get("/readyz", headers={"connection": "close"}).raise_for_status()
        except httpx.HTTPError:
            found = 0
            time.sleep(0.05)
        else:
            found += 1
            if found == times:
                return
    raise AssertionError("koine serve does not answer")


def _link(client: httpx.Client, limits: Mapping[str, Any], api_key: str) -> str:
    kind = client.get("/integration/coupa").json()["id"]
    integration = client.post("/environment-integration", json={"integration_id": kind}).json()["id"]
    client.patch(f"/environment-integration/{integration}", json={"override": {"limits": dict(limits)}})
    body = {
        "tenant_id": "acme",
        "environment_integration_id": integration,
        "authentication_method": "api_key",
        "context": {"api_key": api_key},
        "is_sandbox": True,
    }
    answer = client.post("/integrated-account", json=body)
    assert answer.json()["status"] == "active", answer.text
    account: str = answer.json()["id"]
    return account

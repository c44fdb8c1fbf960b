"""`/metrics` of a server with several workers: a scrape of whichever answers shows the figures of all."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.failure import CommandFailed
from gateway.serving import meeting_place
from gateway.siblings import merge
from tests.gateway.served import Served, koine_serve

PINGS = 'koine_requests_total{method="GET",outcome="answered",route="/ping",status="2xx",worker="%d"}'
UP = 'koine_worker_up{worker="%d"}'
MEMORY = 'process_resident_memory_bytes{worker="%d"}'
BORN = 'process_start_time_seconds{worker="%d"}'


def get(server: Served, path: str) -> httpx.Response:
    """Over a connection of its own, so that any worker may take it."""
    answer = httpx.get(f"http://127.0.0.1:{server.port}{path}", trust_env=False, timeout=30)
    assert answer.status_code == 200
    return answer


def figures(server: Served) -> dict[str, float]:
    page = get(server, "/metrics").text
    names = [family.name for family in text_string_to_metric_families(page)]
    assert len(names) == len(set(names))
    pairs = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def await_figures(server: Served, seen: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The first in which it is seen."""
    until = time.perf_counter() + 30
    while time.perf_counter() < until:
        found = figures(server)
        if seen(found):
            return found
        time.sleep(0.05)
    raise AssertionError("it is not seen within 30 seconds")


def both_tell(found: Mapping[str, float]) -> bool:
    return [found.get(UP % number) for number in (1, 2)] == [1, 1]


def workers(server: Served) -> list[int]:
    """Their process ids."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(pid) for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with koine_serve(tmp_path_factory.mktemp("workers"), "--workers", "2") as running:
        await_figures(running, both_tell)
        yield running


def test_a_scrape_shows_what_every_worker_has_served(server: Served) -> None:
    def pings(found: Mapping[str, float]) -> float:
        return sum(found.get(PINGS % number, 0) for number in (1, 2))

    before = pings(figures(server))
    for _ in range(20):
        get(server, "/ping")
    for _ in range(4):
        found = figures(server)
        assert pings(found) - before == 20
        assert [name for name in found if 'worker="' not in name] == []
        assert all(found[MEMORY % number] > 1e7 for number in (1, 2))


def test_a_worker_that_hangs_holds_no_scrape_up_and_is_shown(server: Served) -> None:
    stopped = workers(server)[0]
    os.kill(stopped, signal.SIGSTOP)
    try:
        found = await_figures(server, lambda found: not both_tell(found))
    finally:
        os.kill(stopped, signal.SIGCONT)
    hung, well = (1, 2) if found[UP % 2] else (2, 1)
    assert (found[UP % hung], found[UP % well]) == (0, 1)
    assert [name for name in found if f'worker="{hung}"' in name] == [UP % hung]
    await_figures(server, both_tell)


def test_the_number_of_a_killed_worker_is_taken_by_the_next(server: Served) -> None:
    """Its figures begin at zero, as a restarted process's do; nobody else's do."""
    before = figures(server)
    os.kill(workers(server)[0], signal.SIGKILL)

    def fresh(found: Mapping[str, float]) -> list[int]:
        return [number for number in (1, 2) if found.get(BORN % number) != before[BORN % number]]

    found = await_figures(server, lambda found: both_tell(found) and bool(fresh(found)))
    assert len(fresh(found)) == 1
    assert [name for name in found if name.startswith("koine_worker_up")] == [UP % 1, UP % 2]


def test_pages_become_one_family_by_family() -> None:
    first = b'# HELP a A.\n# TYPE a gauge\na{worker="1"} 1\n# HELP b B.\n# TYPE b gauge\nb{worker="1"} 2\n'
    second = b'# HELP a A.\n# TYPE a gauge\na{worker="2"} 3\n# HELP c C.\n# TYPE c gauge\n'
    assert merge([first, second, b""]) == (
        b'# HELP a A.\n# TYPE a gauge\na{worker="1"} 1\na{worker="2"} 3\n'
        b'# HELP b B.\n# TYPE b gauge\nb{worker="1"} 2\n# HELP c C.\n# TYPE c gauge\n'
    )


def test_workers_without_a_place_to_meet_do_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(CommandFailed) as caught:
        meeting_place()
    assert caught.value.status == 2
    assert str(caught.value) == (
        "--workers needs a folder for temporary files: let TMPDIR name one that may be written to."
    )

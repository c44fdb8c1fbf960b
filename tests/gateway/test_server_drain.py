"""SIGTERM: nobody new is let in, what runs is answered, and the process ends by itself."""

import asyncio
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.gateway.served import answers, koine_serve, served
from tests.gateway.test_workers import await_figures, both_tell
from tests.gateway.wire import get
from tests.house import House
from tests.processes import koine_up

PONG = {"result": "pong"}


def refuses(port: int, within: float = 10.0) -> bool:
    """Whether new connections are refused before `within` seconds have passed."""
    until = time.perf_counter() + within
    while time.perf_counter() < until:
        if not answers(port):
            return True
        time.sleep(0.02)
    return False


def test_a_call_that_waits_for_its_vendor_is_answered(tmp_path: Path) -> None:
    answers = []
    with koine_up(tmp_path) as running:
        fault = {"kind": "slow", "path": "/api/invoices", "seconds": 2}
        assert httpx.post(f"{running.sandbox}/_sandbox/faults", json=fault, trust_env=False).is_success
        address = f"{running.url}/unified/accounting/invoices?integrated_account_id={running.account}&limit=1"

        def call() -> None:
            answers.append(httpx.get(address, headers=running.headers, trust_env=False, timeout=20))

        caller = threading.Thread(target=call)
        caller.start()
        time.sleep(1)
        running.process.send_signal(signal.SIGTERM)
        assert refuses(httpx.URL(running.url).port or 0)
        assert answers == []
        caller.join(20)
        assert running.process.wait(20) == 0
    assert [(answer.status_code, answer.json()["result_count"]) for answer in answers] == [(200, 1)]
    assert answers[0].headers["connection"] == "close"


def test_a_request_on_its_way_is_answered_and_the_process_says_that_it_is_shutting_down(
    tmp_path: Path,
) -> None:
    with served(tmp_path, last_call_seconds=2) as server, server.wire() as first, server.wire() as second:
        for wire in (first, second):
            wire.send(get())
            assert wire.answer().json() == PONG
        server.process.send_signal(signal.SIGTERM)
        assert refuses(server.port)
        first.send(get(b"/readyz"))
        answer = first.answer()
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert answer.json() == {
            "status": "shutting_down",
            "checks": {"database": "ok", "redis": "not_configured", "keys": "ok"},
        }
        assert first.ends()
        second.send(get())
        assert (second.answer().json(), second.ends()) == (PONG, True)
        assert server.process.wait(10) == 0


def test_a_write_that_takes_longer_than_the_drain_is_told_so(tmp_path: Path) -> None:
    cancelled = "Cancel 1 running task(s), timeout graceful shutdown exceeded"
    with served(tmp_path, errors=[cancelled], drain_seconds=1) as server, server.wire() as wire:
        wire.send(server.post(b"Content-Length: 10"))
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"], answer.headers["retry-after"]) == (
            503,
            "close",
            "1",
        )
        assert answer.json() == {
            "statusCode": 503,
            "error": "Service Unavailable",
            "message": "This process is shutting down, and the call took longer than it could wait.",
            "request_id": answer.headers["x-request-id"],
            "details": {"reason": "shutting_down", "outcome": "uncertain"},
        }
        assert wire.ends()


@pytest.mark.anyio
async def test_a_read_that_takes_longer_than_the_drain_is_told_so(house: House) -> None:
    await house.fault(kind="slow", path="/api/invoices", seconds=5)
    call = asyncio.create_task(house.get("accounting/invoices"))
    await asyncio.sleep(0.2)
    house.state["draining"].set()
    call.cancel()  # as the server does once the drain is over
    answer = await call
    assert (answer.status_code, answer.json()["details"]) == (503, {"reason": "shutting_down"})


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_production_server_lets_go_of_its_port_and_ends_what_runs(tmp_path: Path, workers: str) -> None:
    with koine_serve(tmp_path, "--workers", workers) as server:
        if workers == "2":
            await_figures(server, both_tell)  # a stop waits for a worker that is just starting
        with server.wire() as wire, server.wire() as idle:
            idle.send(get())
            assert idle.answer().json() == PONG
            wire.send(server.post(b"Content-Length: 2"), b"[")
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            assert refuses(server.port)
            assert idle.ends()
            wire.send(b"x")
            answer = wire.answer()
            assert (answer.status, answer.headers["connection"]) == (400, "close")
            assert (
                answer.json()["message"]
                == "The body is not JSON: unexpected character, expected a JSON value (line 1, column 2)."
            )
            assert wire.ends()
            assert server.process.wait(10) == 0
    assert server.lines() == []

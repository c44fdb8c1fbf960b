"""The stand-in as a process of its own: one line of JSON, real sockets, real breaks."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from sandbox import serve

ROOT = Path(__file__).parents[2]


class Running:
    """A started stand-in and a client for it."""

    def __init__(self, told: Any, seconds: float) -> None:
        self.told, self.seconds = told, seconds
        self.url: str = told["url"]
        self.headers = {"x-coupa-api-key": told["credentials"]["api_key"], "accept": "application/json"}

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=self.headers)

    def fault(self, **rule: Any) -> None:
        assert httpx.post(f"{self.url}/_sandbox/faults", json=rule).status_code == 201

    def raw(self, text: str) -> bytes:
        """What the server answers to bytes on a bare socket."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as plug:
            plug.sendall(text.encode())
            parts = []
            while part := plug.recv(65536):
                parts.append(part)
            return b"".join(parts)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "coupa",
        "--json",
        "--seed",
        "3",
        "--switch",
        "rate_limit=off",
    ]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        line = process.stdout.readline()
        yield Running(orjson.loads(line), time.monotonic() - began)
        process.terminate()


def test_tells_where_it_answers_and_with_which_credentials(running: Running) -> None:
    assert set(running.told) == {"provider", "url", "credentials"}
    assert running.told["provider"] == "coupa"
    known = running.told["credentials"]
    form = {
        "grant_type": "client_credentials",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
    }
    assert httpx.post(f"{running.url}/oauth2/token", data=form).status_code == 200
    assert running.get("/api/currencies?limit=1").json()[0]["code"] == "USD"


def test_resets_a_connection_before_and_after_the_work(running: Running) -> None:
    for kind in ("reset_before", "reset_after"):
        running.fault(kind=kind, count=1)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            httpx.post(f"{running.url}/api/departments", headers=running.headers, json={"name": f"By {kind}"})
    found = running.get("/api/departments?name[starts_with]=By").json()
    assert [one["name"] for one in found] == ["By reset_after"]


def test_cuts_bodies_with_and_without_a_length(running: Running) -> None:
    for path in ("/api/roles", "/api/suppliers"):
        running.fault(kind="truncate", count=1)
        with pytest.raises(httpx.RemoteProtocolError):
            running.get(path)
    assert running.get("/api/roles").status_code == 200


def test_takes_unescaped_queries_with_blanks_and_brackets(running: Running) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in running.headers.items())
    line = 'GET /api/suppliers?name=Cedar Office&fields=["id",{"primary_address":["city"]}] HTTP/1.1\r\n'
    answer = running.raw(f"{line}host: x\r\nconnection: close\r\n{headers}\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b'"primary-address"' in answer


def test_takes_long_tokens(running: Running) -> None:
    answer = httpx.get(f"{running.url}/api/roles", headers={**running.headers, "x-padding": "y" * 60_000})
    assert answer.status_code == 200


def test_starts_quickly(running: Running) -> None:
    assert running.seconds < 5


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nobody"], "invalid choice: 'nobody'"),
        (["coupa", "--switch", "colour=red"], "unknown switch colour"),
        (["coupa", "--switch", "graphql=perhaps"], "switch graphql is on or off, not perhaps"),
    ],
)
def test_says_what_is_wrong_with_its_command_line(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        serve(words)
    assert stopped.value.code == 2
    assert text in capsys.readouterr().err

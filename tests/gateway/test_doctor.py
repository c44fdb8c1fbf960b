"""The doctor finds each thing that is wrong, and says how to mend it."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.cli import main
from tests.gateway.conftest import new_key

SLOT = "SANDBOX_URL"


class Quiet(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def sandbox() -> Iterator[str]:
    """The URL of something that answers."""
    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def migrated(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["migrate"]) == 0
    capsys.readouterr()
    return place


@pytest.mark.parametrize(
    ("variables", "status", "lines"),
    [
        ({}, 0, ["Nothing is wrong."]),
        (
            {"KOINE_ENCRYPTION_KEYS": ""},
            1,
            [
                "wrong: KOINE_ENCRYPTION_KEYS is not set: make a key with `openssl rand -base64 32` and set it, "
                "newest first."
            ],
        ),
        (
            {"KOINE_LOG_LEVEL": "loud", "KOINE_PUBLIC_URL": "koine"},
            1,
            [
                "wrong: KOINE_PUBLIC_URL is no absolute http or https URL: use one such as "
                "https://koine.example.com.",
                "wrong: KOINE_LOG_LEVEL can't be used: input should be 'debug', 'info', 'warning' or 'error'.",
            ],
        ),
        (
            {"KOINE_ENCRYPTON_KEYS": "x", "KOINE_VERBOSE": "1", "KOINE_PYTHON": "python3.12"},
            0,
            [
                "note: KOINE_ENCRYPTON_KEYS is no setting of Koine: did you mean KOINE_ENCRYPTION_KEYS?",
                "note: KOINE_VERBOSE is no setting of Koine: remove it.",
            ],
        ),
        (
            {"KOINE_REDIS_URL": "unix:///nowhere/redis.sock"},
            1,
            [
                "wrong: KOINE_REDIS_URL names a Redis that can't be reached or written to, so each worker keeps its "
                "share of vendors' limits by itself: check that it runs, and host, port, user and password."
            ],
        ),
        (
            {"KOINE_REDIS_URL": "http://localhost"},
            1,
            ["wrong: KOINE_REDIS_URL is no Redis URL: begin it with redis://, rediss:// or unix://."],
        ),
        (
            {"KOINE_DATABASE_URL": "sqlite:///other.db"},
            1,
            ["wrong: The database's tables are not up to date: run `koine migrate`."],
        ),
        (
            {"KOINE_DATABASE_URL": "sqlite:////nowhere/at/all/koine.db"},
            1,
            [
                "wrong: KOINE_DATABASE_URL names a file in /nowhere/at/all, which is no folder: make it, or name "
                "another file."
            ],
        ),
        (
            {"KOINE_DATABASE_URL": "postgres://koine:hunter2@127.0.0.1:1/koine"},
            1,
            [
                "wrong: KOINE_DATABASE_URL names a database that can't be reached: check that it runs, and host, "
                "port, user, password and database name."
            ],
        ),
        (
            {"KOINE_PUBLIC_URL": "http://koine.example.com"},
            1,
            [
                "wrong: KOINE_PUBLIC_URL is not https, so tokens would cross the network in the clear: put TLS in "
                "front of the gateway and give its https address."
            ],
        ),
        ({"KOINE_PUBLIC_URL": "http://localhost:8000"}, 0, ["Nothing is wrong."]),
        (
            {"KOINE_PUBLIC_URL": "http://127.0.0.1:8000", "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true"},
            0,
            ["Nothing is wrong."],
        ),
        (
            {"KOINE_PUBLIC_URL": "https://koine.example.com", "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true"},
            0,
            [
                "note: KOINE_ALLOW_PRIVATE_UPSTREAMS is on for a public gateway, so that accounts can reach into "
                "its own network: switch it off unless a customer's system stands there."
            ],
        ),
        (
            {"KOINE_SANDBOXES": f'{{"coupa": "{SLOT}"}}', "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true"},
            0,
            ["Nothing is wrong."],
        ),
        (
            {"KOINE_SANDBOXES": f'{{"coupa": "{SLOT}"}}'},
            1,
            [
                "wrong: KOINE_SANDBOXES: the sandbox of coupa has a private address, and calls to those are "
                "refused: set KOINE_ALLOW_PRIVATE_UPSTREAMS=true."
            ],
        ),
        (
            {
                "KOINE_SANDBOXES": '{"coupa": "http://127.0.0.1:1", "cuopa": "http://127.0.0.1:1"}',
                "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true",
            },
            1,
            [
                "wrong: KOINE_SANDBOXES: the sandbox of coupa does not answer: start it with `koine sandbox coupa` "
                "and give its URL.",
                "wrong: KOINE_SANDBOXES names 'cuopa', which is no provider: use one of coupa, netsuite.",
            ],
        ),
    ],
)
def test_says_what_is_wrong_and_what_to_do(
    migrated: Path,
    sandbox: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    status: int,
    lines: list[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace(SLOT, sandbox))
    assert main(["doctor"]) == status
    assert capsys.readouterr() == ("\n".join(lines) + "\n", "")


def test_e19_a_key_that_is_still_needed_is_named_by_its_fingerprint(
    migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["environment", "create", "--name", "prod"])
    main(["token", "create", "--environment", "prod", "--name", "ci"])
    capsys.readouterr()
    lost = os.environ["KOINE_ENCRYPTION_KEYS"]
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", new_key())
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("wrong: KOINE_ENCRYPTION_KEYS lacks ")
    assert lost not in said


def test_looking_leaves_no_trace(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    assert (
        capsys.readouterr().out == "wrong: The database's tables are not up to date: run `koine migrate`.\n"
    )
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("content", [b"SQLite", b"name,amount\n" * 1000, b"\0" * 8192, None])
def test_a_file_that_is_no_database_is_said_to_be_none(
    place: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    file = place / "koine.db"
    file.mkdir() if content is None else file.write_bytes(content)
    assert main(["doctor"]) == 1
    assert capsys.readouterr() == (
        "wrong: KOINE_DATABASE_URL names koine.db, which is no SQLite database: name another file, or move it away.\n",
        "",
    )
    assert content is None or file.read_bytes() == content


def test_an_empty_file_is_a_database_without_tables(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "koine.db").touch()
    assert main(["doctor"]) == 1
    assert (
        capsys.readouterr().out == "wrong: The database's tables are not up to date: run `koine migrate`.\n"
    )


def test_a_journal_that_cannot_be_written_is_named(
    migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (migrated / "taken").touch()
    monkeypatch.setenv("KOINE_JOURNAL", str(migrated / "taken" / "renewals"))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert said == (
        f"wrong: KOINE_JOURNAL: {migrated / 'taken' / 'renewals'} can't be a folder that this user writes to, so a "
        "crash in the middle of a renewal would cost a customer's grant: name another one, on a disk that outlives "
        "the process.\n"
    )

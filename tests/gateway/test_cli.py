"""The command line: what an operator makes with it, and what it refuses in which words."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import sandbox
from gateway.cli import main
from tests.gateway.conftest import new_key
from tests.processes import KOINE

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def prod(place: Path, capsys: Captured) -> Path:
    """A migrated database with an environment `prod`."""
    assert main(["migrate"]) == 0
    assert main(["environment", "create", "--name", "prod"]) == 0
    capsys.readouterr()
    return place


def test_help_names_every_command(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    listed = re.findall(r"^    ([a-z]+)", capsys.readouterr().out, re.MULTILINE)
    assert listed == ["up", "serve", "sandbox", "migrate", "doctor", "keys", "environment", "token"]


def test_tells_its_version(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr() == ("koine 0.1.0\n", "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "koine: error: name a command"),
        (["fly"], "koine: error: argument COMMAND: invalid choice: 'fly'"),
        (["up", "--port", "99999"], "koine up: error: argument --port: is no port: use 0 to 65535"),
        (["serve", "--workers", "0"], "koine serve: error: argument --workers: must be 1 or more"),
        (["sandbox", "nope"], "koine sandbox: error: argument provider: invalid choice: 'nope'"),
        (
            ["environment", "create", "--name", " "],
            "koine environment create: error: argument --name: must be 1 to 255 printable characters",
        ),
    ],
)
def test_words_that_mean_nothing_are_refused(words: list[str], complaint: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: koine")
    assert complaint in said


def test_an_environment_is_made_once(prod: Path, capsys: Captured) -> None:
    assert main(["environment", "create", "--name", "test"]) == 0
    assert re.fullmatch(r"[0-9a-f-]{36}\n", capsys.readouterr().out)
    assert main(["environment", "create", "--name", "test"]) == 1
    assert capsys.readouterr() == ("", "koine: There is an environment 'test' already.\n")


def test_a_token_stands_alone_on_its_line(prod: Path, capsys: Captured) -> None:
    assert main(["token", "create", "--environment", "prod", "--name", "ci"]) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(r"koine_[0-9a-f-]{36}_[A-Za-z0-9_-]{43}\n", out)
    assert err == "Keep it: it is not shown again.\n"


@pytest.mark.parametrize("words", [["migrate"], ["serve"]])
def test_a_database_file_is_made_for_its_owner_alone(place: Path, words: list[str]) -> None:
    before = os.umask(0)
    try:
        main(words)
    finally:
        os.umask(before)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in place.iterdir()}
    assert modes == {"koine.db": "0o600"}


def test_a_database_file_that_is_there_keeps_its_mode(place: Path) -> None:
    file = place / "koine.db"
    file.touch(0o640)
    assert main(["migrate"]) == 0
    assert oct(file.stat().st_mode & 0o777) == "0o640"


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (
            ["--environment", "live"],
            1,
            "There is no environment 'live': make it with `koine environment create --name live`.",
        ),
        (["--environment", "prod", "--expires-at", "2020-01-01"], 2, "--expires-at is not in the future."),
        (
            ["--environment", "prod", "--expires-at", "soon"],
            2,
            "--expires-at is no time: use one such as 2027-02-01T08:00:00Z.",
        ),
    ],
)
def test_a_token_that_could_not_be_used_is_not_made(
    prod: Path, capsys: Captured, words: list[str], status: int, complaint: str
) -> None:
    assert main(["token", "create", "--name", "ci", *words]) == status
    assert capsys.readouterr() == ("", f"koine: {complaint}\n")


def test_keys_are_rotated_and_the_old_one_may_go(
    prod: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    main(["token", "create", "--environment", "prod", "--name", "ci"])
    old, new = os.environ["KOINE_ENCRYPTION_KEYS"], new_key()
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", f"{new},{old}")
    capsys.readouterr()
    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out == "records re-wrapped under the newest key: 1\n"
    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out == "records re-wrapped under the newest key: 0\n"
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", new)
    assert main(["token", "create", "--environment", "prod", "--name", "ci"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["serve"],
        ["keys", "rotate"],
        ["environment", "create", "--name", "prod"],
        ["token", "create", "--environment", "prod", "--name", "ci"],
    ],
)
def test_nothing_is_done_on_tables_that_are_not_up_to_date(
    place: Path, words: list[str], capsys: Captured
) -> None:
    assert main(words) == 2
    assert capsys.readouterr() == (
        "",
        "koine: The database's tables are not up to date: run `koine migrate`.\n",
    )


def test_a_database_out_of_reach_is_said_in_words(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("KOINE_DATABASE_URL", "postgres://koine:hunter2@127.0.0.1:1/koine")
    assert main(["keys", "rotate"]) == 2
    assert capsys.readouterr().err == "koine: The database can't be reached: `koine doctor` says more.\n"
    assert main(["migrate"]) == 1
    assert capsys.readouterr().err == (
        "koine: The gateway's database does not answer; try again soon. `koine doctor` may say more.\n"
    )


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ("", "is not set: make a key with `openssl rand -base64 32` and set it, newest first."),
        (
            "c2VjcmV0",
            "key 1 is 6 bytes long instead of 32: make a key with `openssl rand -base64 32` and set "
            "KOINE_ENCRYPTION_KEYS to it, newest first.",
        ),
        (
            "A" * 43 + "=",
            "key 1 is not random: make a key with `openssl rand -base64 32` and set KOINE_ENCRYPTION_KEYS to it, "
            "newest first.",
        ),
    ],
)
def test_e19_serve_refuses_a_missing_or_weak_secret(
    prod: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, keys: str, complaint: str
) -> None:
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", keys)
    assert main(["serve"]) == 2
    assert capsys.readouterr() == ("", f"koine: KOINE_ENCRYPTION_KEYS {complaint}\n")


def test_e19_serve_refuses_to_start_without_a_key_that_is_in_use(
    prod: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    main(["token", "create", "--environment", "prod", "--name", "ci"])
    monkeypatch.setenv("KOINE_ENCRYPTION_KEYS", new_key())
    capsys.readouterr()
    assert main(["serve"]) == 2
    assert re.fullmatch(
        r"koine: KOINE_ENCRYPTION_KEYS lacks [0-9a-f]{16} \(fingerprint\), under which stored secrets are sealed: "
        r"put the key back behind the newest, and remove it only after `koine keys rotate`\.\n",
        capsys.readouterr().err,
    )


def test_serve_says_when_its_port_is_taken(prod: Path, capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert capsys.readouterr().err == (
        f"koine: Port {port} of 127.0.0.1 can't be used (Address already in use): choose another with --port, "
        "or 0 for any free one.\n"
    )


def test_sandbox_hands_its_words_on(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []

    def serve(words: list[str]) -> int:
        handed.extend(words)
        return 7

    monkeypatch.setattr(sandbox, "serve", serve)
    assert main(["sandbox", "coupa", "--seed", "2", "--switch", "rate_limit=off"]) == 7
    assert handed == ["coupa", "--seed", "2", "--switch", "rate_limit=off"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`koine serve` as a process, once it answers."""
    port = free_port()
    process = subprocess.Popen([*KOINE, "serve", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_answer(url, process)
        yield url, process
    finally:
        process.kill()
        process.wait()


def wait_for_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None
        try:
            httpx.get(f"{url}/ping", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("koine serve does not answer")


def test_serve_answers_with_a_token_of_the_command_line_and_stops_when_told(
    prod: Path, capsys: Captured
) -> None:
    main(["token", "create", "--environment", "prod", "--name", "ci"])
    token = capsys.readouterr().out.strip()
    with served() as (url, process):
        answer = httpx.get(
            f"{url}/environment", headers={"authorization": f"Bearer {token}"}, trust_env=False
        )
        assert (answer.status_code, [one["name"] for one in answer.json()["result"]]) == (200, ["prod"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

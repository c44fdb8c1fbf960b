"""`koine up` as real processes: what it makes, what it finds again, how it ends."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from auth.database import Database
from gateway.cli import main
from gateway.failure import CommandFailed
from gateway.stand_ins import stand_ins
from schemas.tables import ApiToken, IntegratedAccount
from tests.processes import KOINE, Running, koine_up

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Running]:
    with koine_up(folder) as found:
        yield found


def first_invoice(running: Running) -> httpx.Response:
    query = {"integrated_account_id": running.account, "limit": "1"}
    return httpx.get(
        f"{running.url}/unified/accounting/invoices", params=query, headers=running.headers, trust_env=False
    )


def answers(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def falls_silent(url: str) -> bool:
    """Whether it stops answering within five seconds."""
    for _ in range(100):
        if not answers(url):
            return True
        time.sleep(0.05)
    return False


def test_the_first_call_is_answered(running: Running) -> None:
    answer = first_invoice(running)
    assert (answer.status_code, answer.json()["result_count"]) == (200, 1)


def test_the_account_is_a_sandbox_account_of_the_default_environment(running: Running) -> None:
    with httpx.Client(base_url=running.url, headers=running.headers, trust_env=False) as api:
        account = api.get(f"/integrated-account/{running.account}").json()
        environments = api.get("/environment").json()["result"]
    assert (account["is_sandbox"], account["status"], account["tenant_id"]) == (True, "active", "sandbox")
    assert [(one["id"], one["name"]) for one in environments] == [(account["environment_id"], "default")]


def test_more_sandbox_accounts_are_there_for_the_asking(running: Running) -> None:
    with httpx.Client(base_url=running.url, headers=running.headers, trust_env=False) as api:
        integration = api.get("/integration/coupa").json()["id"]
        body = {"integration": integration, "tenant_id": "acme"}
        made = api.post("/sandbox-integrated-account", json=body)
        assert made.status_code == 201, made.text
        account = made.json()["integrated_account"]
        assert (account["status"], account["tenant_id"]) == ("active", "acme")
        assert api.delete(f"/integrated-account/{account['id']}").status_code == 200


def test_everything_kept_is_for_the_owner_alone(running: Running, folder: Path) -> None:
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}
    assert set(modes) >= {"koine.db", "encryption_keys", "token"}
    assert set(modes.values()) == {"0o600"}


def test_a_folder_serves_one_at_a_time(running: Running, folder: Path, capsys: Captured) -> None:
    assert main(["up", "--port", "0", "--data", str(folder)]) == 1
    assert capsys.readouterr() == (
        "",
        f"koine: Another `koine up` is using {folder}: stop it, or name another folder with --data.\n",
    )


def test_the_next_run_finds_token_and_account_again_and_says_so_in_words(tmp_path: Path) -> None:
    with koine_up(tmp_path) as first:
        pass
    assert first.process.returncode == 0
    assert not answers(first.url)
    assert not answers(first.sandbox)
    command = [*KOINE, "up", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        shown = [second.stdout.readline().strip() for _ in range(9 + len(first.accounts))]
        last = 2 + len(first.accounts)  # the line of the last account
        url = shown[0].removeprefix("Koine answers at ")
        assert shown[2] == f"token      {first.token}"
        assert shown[3].startswith(f"account    {first.account} (coupa, sandbox at http://127.0.0.1:")
        assert (
            shown[last + 1]
            == f"data       {tmp_path} (database, encryption key and this token, for your eyes alone)"
        )
        call = f"{url}/unified/accounting/invoices?integrated_account_id={first.account}&limit=2"
        assert shown[last + 4] == f'curl -H "authorization: Bearer {first.token}" "{call}"'
        answer = httpx.get(call, headers=first.headers, trust_env=False)
        assert (answer.status_code, answer.json()["result_count"]) == (200, 2)
        second.send_signal(signal.SIGINT)
        assert second.wait(20) == 0


def test_a_hard_kill_ends_the_sandbox_too_and_the_next_run_mends_what_broke(tmp_path: Path) -> None:
    with koine_up(tmp_path) as first:
        first.process.kill()
        first.process.wait()
        assert falls_silent(first.sandbox)
    asyncio.run(revoke_token_and_credentials(tmp_path / "koine.db"))
    with koine_up(tmp_path) as second:
        assert second.token != first.token
        assert second.account == first.account
        assert first_invoice(second).status_code == 200


async def revoke_token_and_credentials(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.write() as session:
        for account in (await session.exec(select(IntegratedAccount))).all():
            account.status = "needs_reauth"
            session.add(account)
        await session.delete((await session.exec(select(ApiToken))).one())
    await database.close()


@pytest.mark.anyio
async def test_a_sandbox_that_does_not_start_is_said_in_words(tmp_path: Path) -> None:
    async with stand_ins(["nobody"], tmp_path) as (child,):
        with pytest.raises(CommandFailed) as caught:
            await child.announced()
    assert str(caught.value) == "The sandbox of nobody did not start: see above for its reason."
    assert child.process.returncode == 2


def test_ctrl_c_while_it_starts_ends_it_quietly(tmp_path: Path) -> None:
    command = [*KOINE, "up", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (tmp_path / "koine.db").exists():
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == (b"", b"")
        assert process.returncode == 0


def test_a_taken_port_is_said_in_words(tmp_path: Path, capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["up", "--port", str(port), "--data", str(tmp_path)]) == 1
    assert capsys.readouterr() == (
        "",
        f"koine: Port {port} of 127.0.0.1 can't be used (Address already in use): choose another with --port, "
        "or 0 for any free one.\n",
    )


def test_a_database_without_its_keys_is_left_alone(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "koine.db").touch()
    assert main(["up", "--port", "0", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"koine: {tmp_path}/koine.db is sealed with keys that are missing: put {tmp_path}/encryption_keys back, "
        f"or move {tmp_path} away to begin anew.\n"
    )


def test_a_folder_that_can_not_be_made_is_said_in_words(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").touch()
    assert main(["up", "--port", "0", "--data", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err == (
        f"koine: {tmp_path}/file can't hold the data (File exists): name another folder with --data.\n"
    )

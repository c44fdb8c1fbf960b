"""C12: what is revoked through one worker counts in all of them within five seconds."""

import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.gateway.served import koine_serve

SECONDS = 5.0
CONNECTIONS = 12  # enough for each worker to have some


def test_c12_a_token_revoked_at_one_worker_is_refused_by_all_within_five_seconds(tmp_path: Path) -> None:
    with koine_serve(tmp_path, "--workers", "2") as server:
        base = f"http://127.0.0.1:{server.port}"
        own = {"authorization": f"Bearer {server.token}"}
        made = httpx.post(f"{base}/api-token", headers=own, json={"name": "leaver"}).json()
        leaver = {"authorization": f"Bearer {made['token']}"}
        with ExitStack() as stack:
            clients = [
                stack.enter_context(httpx.Client(base_url=base, headers=leaver)) for _ in range(CONNECTIONS)
            ]
            assert {client.get("/environment").status_code for client in clients} == {200}
            assert httpx.delete(f"{base}/api-token/{made['id']}", headers=own).status_code == 200
            revoked, last_served, said = time.monotonic(), 0.0, []
            while clients and time.monotonic() < revoked + 2 * SECONDS:
                begun = time.monotonic() - revoked
                client = clients.pop(0)
                said.append(client.get("/environment").status_code)
                if said[-1] == 200:
                    last_served = begun
                    clients.append(client)
                time.sleep(0.02)
        assert (clients, set(said) - {200}) == ([], {401})
        assert last_served < SECONDS

"""A sandbox account on request, active at once, under `koine up`."""

from pathlib import Path

import httpx

from tests.processes import koine_up


def test_koine_up_makes_a_sandbox_account_on_request(tmp_path: Path) -> None:
    with koine_up(tmp_path) as running, httpx.Client(base_url=running.url, headers=running.headers) as client:
        made = client.post("/sandbox-integrated-account", json={"integration": "coupa", "tenant_id": "trial"})
        assert made.status_code == 201, made.text
        account = made.json()["id"]
        assert made.json()["integrated_account"]["status"] == "active"
        read = client.get(
            "/unified/accounting/contacts", params={"integrated_account_id": account, "limit": 1}
        )
        assert (read.status_code, read.json()["result_count"]) == (200, 1)
        assert client.delete(f"/sandbox-integrated-account/{account}").json() == {"id": account}

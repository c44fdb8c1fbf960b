"""`koine up` for a browser, with a product on another site and what the product's server does."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.browser import stage
from tests.processes import Running, koine_up

ORG = "Acme Corporation"


@dataclass(frozen=True)
class World:
    """`api` speaks with the API token, `vendor` with the stand-in; `product` is the origin of the product's pages."""

    running: Running
    folder: Path
    product: str
    api: httpx.Client
    vendor: httpx.Client

    @property
    def url(self) -> str:
        return self.running.url

    def link_token(self, **body: Any) -> str:
        subject = {} if "integrated_account_id" in body else {"tenant_id": ORG, "is_sandbox": True}
        wanted = {**subject, "allowed_origins": [self.product], **body}
        answer = self.api.post("/link-token", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["link_token"])

    def page(self, token: str, **query: str) -> str:
        params = {"link_token": token, "integration": "coupa", **query}
        return str(httpx.URL(f"{self.url}/connect-account", params=params))

    def account(self, account_id: str) -> dict[str, Any]:
        answer = self.api.get(f"/integrated-account/{account_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def accounts(self) -> list[str]:
        found = self.api.get("/integrated-account", params={"tenant_id": ORG}).json()["result"]
        return [account["id"] for account in found]

    def invoices(self, account_id: str) -> httpx.Response:
        query = {"integrated_account_id": account_id, "limit": "1"}
        return self.api.get("/unified/accounting/invoices", params=query)

    def age_link_tokens(self) -> None:
        """As if all had been made long ago."""
        with sqlite3.connect(self.folder / "koine.db", timeout=20) as database:
            database.execute("UPDATE link_token SET expires_at = '2020-01-01 00:00:00'")
        database.close()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with (
        koine_up(folder) as running,
        stage.serving(stage.product(), "localhost") as product,
        httpx.Client(base_url=running.url, headers=running.headers, timeout=60) as api,
        httpx.Client(base_url=running.sandbox, timeout=60) as vendor,
    ):
        yield World(running, folder, product, api, vendor)

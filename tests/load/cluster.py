"""Two production gateways on one Postgres, callers that write and read through both, and what they got."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.house import KEY, House, link, open_house
from tests.idempotency.test_c16_killed import serving_coupa
from tests.postgres import Postgres
from tests.processes import KOINE
from tests.production import free_port

CONTACTS = "/unified/accounting/contacts"
FINE = frozenset({200, 201})


@dataclass
class Gateway:
    """`koine serve`, started, killed and started again on one port."""

    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / f"serve-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*KOINE, "serve", "--port", str(self.port)], env=self.environment, stdout=log, stderr=log
            )

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    async def answers(self) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            for _ in range(1200):
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError("koine serve does not answer")


@dataclass(frozen=True)
class Answered:
    """What one request got. `status` 0: the connection broke, or there was none."""

    port: int
    began: float
    ended: float
    status: int
    reason: str


@dataclass
class Cluster:
    """`acknowledged`: the vendor's ids by the keys of writes that were answered 201; `begun`: all that were sent."""

    house: House
    postgres: Postgres
    gateways: list[Gateway]
    answered: list[Answered] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    is_ending: bool = False

    async def ask(
        self, client: httpx.AsyncClient, gateway: Gateway, method: str, path: str, **more: Any
    ) -> httpx.Response | None:
        url = f"http://127.0.0.1:{gateway.port}{path}?integrated_account_id={self.house.account}"
        began, answer = time.monotonic(), None
        status, reason = 0, "gone"
        try:
            answer = await client.request(method, url, **more)
            status, reason = answer.status_code, _reason(answer)
        except httpx.TransportError:
            pass
        self.answered.append(Answered(gateway.port, began, time.monotonic(), status, reason))
        return answer

    async def write(self, client: httpx.AsyncClient, name: str, *, until: float = float("inf")) -> None:
        """One record, asked for under one key, at the gateways by turns, until it is acknowledged."""
        key = name.replace(" ", "-")
        self.begun.add(key)
        turn = hash(name)
        while time.monotonic() < until and not (self.is_ending and until == float("inf")):
            turn += 1
            answer = await self.ask(
                client,
                self.gateways[turn % len(self.gateways)],
                "POST",
                CONTACTS,
                json={"name": name, "type": "vendor"},
                headers={"idempotency-key": key},
            )
            if answer is not None and answer.status_code == 201:
                self.acknowledged[key] = answer.json()["id"]
                return
            await asyncio.sleep(0.1)

    async def read(self, client: httpx.AsyncClient, turn: int, id_: str, expected: object) -> None:
        gateway = self.gateways[turn % len(self.gateways)]
        answer = await self.ask(client, gateway, "GET", f"{CONTACTS}/{id_}")
        if answer is not None and answer.status_code == 200 and answer.json() != expected:
            self.wrong.append(answer.text)

    @asynccontextmanager
    async def load(self, writers: int = 4, readers: int = 4) -> AsyncIterator[None]:
        async with self.client() as client:
            answer = await client.get(self.url(CONTACTS) + "&limit=1")
            assert answer.status_code == 200, answer.text
            first = answer.json()["result"][0]
            expected = (await client.get(self.url(f"{CONTACTS}/{first['id']}"))).json()

            async def writes(number: int) -> None:
                count = 0
                while not self.is_ending:
                    count += 1
                    await self.write(client, f"Deed {number}.{count}")

            async def reads(number: int) -> None:
                turn = number
                while not self.is_ending:
                    turn += 1
                    await self.read(client, turn, first["id"], expected)
                    await asyncio.sleep(0.01)

            callers = [
                *(asyncio.create_task(writes(number)) for number in range(writers)),
                *(asyncio.create_task(reads(number)) for number in range(readers)),
            ]
            await asyncio.sleep(0.5)
            yield
            self.is_ending = True
            await asyncio.gather(*callers)

    def url(self, path: str, gateway: int = 0) -> str:
        port = self.gateways[gateway].port
        return f"http://127.0.0.1:{port}{path}?integrated_account_id={self.house.account}"

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(headers={"authorization": f"Bearer {self.house.token}"}, timeout=60)

    def failures(self, *, but: frozenset[str] = frozenset()) -> list[Answered]:
        """What was no success, but for these reasons."""
        return [each for each in self.answered if each.status not in FINE and each.reason not in but]

    async def written(self) -> Counter[str]:
        """How often each deed is at the vendor, by its key."""
        names = [record["name"] for record in await self.house.all("accounting/contacts")]
        return Counter(name.replace(" ", "-") for name in names if name.startswith("Deed "))


def _reason(answer: httpx.Response) -> str:
    if answer.status_code in FINE:
        return ""
    found: str = answer.json().get("details", {}).get("reason", "")
    return found


@asynccontextmanager
async def open_cluster(folder: Path, postgres: Postgres, **more: str) -> AsyncIterator[Cluster]:
    """`more`: of the gateways' environment."""
    url = postgres.fresh()
    async with (
        serving_coupa() as (coupa, port),
        open_house(folder, database_url=url, stand_in=coupa) as house,
    ):
        linked = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
        house.account = linked["id"]
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KOINE_")},
            "KOINE_DATABASE_URL": url,
            "KOINE_ENCRYPTION_KEYS": KEY,
            "KOINE_SANDBOXES": json.dumps({"coupa": f"http://127.0.0.1:{port}"}),
            "KOINE_ALLOW_PRIVATE_UPSTREAMS": "true",
            "KOINE_JOURNAL": str(folder / "renewals"),
            **more,
        }
        cluster = Cluster(house, postgres, [Gateway(environment, folder) for _ in range(2)])
        try:
            for gateway in cluster.gateways:
                gateway.start()
            await asyncio.gather(*(gateway.answers() for gateway in cluster.gateways))
            yield cluster
        finally:
            for gateway in cluster.gateways:
                gateway.end()

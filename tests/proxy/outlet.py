"""A pipe over the real transport, and accounts of a made-up provider whose instance is the raw test upstream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import httpx

from auth.connections import Connection, Connections
from auth.database import Database
from auth.renewal import Renewals
from auth.secret import Secret
from auth.vault import Keyring, Vault
from providers.provider import Limits, Provider
from providers.schemes import ApiKey
from proxy.answer import Answer, Call
from proxy.breaker import Breakers
from proxy.governor import Governor
from proxy.guard import Guard
from proxy.pipe import Pipe
from proxy.record import CallRecord
from proxy.repeats import Kind
from proxy.transport import Transport
from tests.proxy.faults import FAULTS, whole
from tests.proxy.upstream import Peer, Upstream, serving

KEY = "hush-hush-api-key"
SCHEME = ApiKey("x-key")
PLAIN = Provider("plain", "Plain", "accounting", "{host}", "", (), (SCHEME,), (), None, {})


def connected(url: str, name: str = "one", limits: Limits | None = None) -> Connection:
    """An account; each `name` has an instance of the vendor's system to itself, as far as limits go."""
    return Connection(
        account_id=name,
        environment_id="default",
        tenant_id="acme",
        provider=replace(PLAIN, limits=limits),
        scheme=SCHEME,
        origin=f"{url}#{name}",
        base_url=url,
        context={},
        secrets=Secret({"api_key": KEY}),
        is_sandbox=False,
        override={},
        version="1",
        scopes=(),
    )


async def answers(peer: Peer) -> bool:
    """`/answers/{status}[/{retry-after}]`: that answer, whatever is asked."""
    await peer.body()
    _, status, *wait = peer.request.target.split(b"?")[0].strip(b"/").split(b"/")
    body = b"" if peer.request.head.startswith(b"HEAD") else b"said"
    stated = [b"Retry-After: " + wait[0].replace(b"_", b" ")] if wait else []
    await peer.write(whole(body, *stated, status=status + b" Such"))
    return True


async def says(peer: Peer) -> bool:
    """`/says/{number}`: that number, as JSON."""
    await peer.body()
    number = peer.request.target.rpartition(b"/")[2]
    await peer.write(whole(number, b"Content-Type: application/json"))
    return True


A_READ = Call("")


@dataclass
class Outlet:
    """`pipe` calls `upstream`; `records` has what it told of each call."""

    pipe: Pipe
    upstream: Upstream
    transport: Transport
    records: list[CallRecord] = field(default_factory=list)

    async def send(
        self,
        path: str,
        method: str = "GET",
        *,
        kind: Kind = Kind.PASSTHROUGH,
        name: str = "one",
        limits: Limits | None = None,
        content: Any = None,
    ) -> httpx.Response:
        request = httpx.Request(method, f"{self.upstream.url}/{path}", content=content)
        return await self.pipe.send(connected(self.upstream.url, name, limits), request, kind=kind)

    async def read(self, path: str, name: str = "one", call: Call = A_READ) -> Answer:
        """`call` at the path."""
        return await self.pipe.read(connected(self.upstream.url, name), replace(call, path=f"/{path}"))

    def seen(self, path: str) -> int:
        """How many requests the vendor saw for a target that begins so."""
        return sum(seen.target.startswith(f"/{path}".encode()) for seen in self.upstream.seen)


@cache
def kept(allow_private: bool, read_idle_seconds: float, limit: int) -> Transport:
    """One for many tests: it reads the list of certificates once, and opens again after it was closed."""
    return Transport(Guard(allow_private=allow_private), read_idle_seconds=read_idle_seconds, limit=limit)


@asynccontextmanager
async def outlet(
    *,
    queue_seconds: float = 10.0,
    seconds: float = 60.0,
    read_idle_seconds: float = 30.0,
    limit: int = 1000,
    allow_private: bool = True,
    breakers: Breakers | None = None,
) -> AsyncIterator[Outlet]:
    async with (
        serving({**FAULTS, b"answers": answers, b"says": says}) as upstream,
        kept(allow_private, read_idle_seconds, limit) as transport,
    ):
        records: list[CallRecord] = []
        database, vault = (
            Database("sqlite+aiosqlite:///never-opened.db"),
            Vault(Keyring.of([bytes(range(32))])),
        )
        pipe = Pipe(
            transport,
            Renewals(transport, database, vault, Connections(database, vault, {}, {})),
            governor=Governor(queue_seconds),
            breakers=breakers,
            seconds=seconds,
            on_call=records.append,
        )
        yield Outlet(pipe, upstream, transport, records)


async def closed(sending: Awaitable[httpx.Response]) -> int | Exception:
    """The status of an answer that nobody reads, or what there was instead."""
    try:
        response = await sending
    except Exception as error:  # noqa: BLE001  a test looks at it
        return error
    await response.aclose()
    return response.status_code


async def elapsed(work: Awaitable[object]) -> float:
    started = asyncio.get_running_loop().time()
    await work
    return asyncio.get_running_loop().time() - started

"""Many at once and for long: idle connections, accounts, requests."""

import asyncio
import contextlib
import statistics
from collections.abc import AsyncIterator

from auth import sealed
from auth.database import Database
from auth.vault import Binding, Keyring, Vault
from bench.rounds import Row, Trial, in_turn, ratios, run
from bench.servers import Bench
from gateway.descriptors import for_callers
from schemas.tables import IntegratedAccount

ACCOUNTS = 5_000
PACE = 200.0
SPARE = 64  # connections for those that ask beside the idle ones
REST = 2.0  # seconds: a worker that has just accepted so many sheds load for a moment
MB = 1e6


async def idle(bench: Bench) -> list[Row]:
    """What 10,000 connections cost that nobody uses, and what they cost the others.

    Fewer, where the system allows a process so few files that the gateway would turn the others away.
    """
    count = min(10_000, for_callers() - SPARE)
    trial = Trial(bench.koine, [bench.passed("1kB")], 16, PACE)
    alone = [await run(trial, 1.0) for _ in range(4)][1:]
    before = bench.production.resident()
    async with holding(bench.production.port, count):
        await asyncio.sleep(REST)
        beside = [await run(trial, 1.0) for _ in range(3)]
        resident = bench.production.resident()
    held = [(resident - before) / count / 1000]
    tails = [
        one.load.quantile(0.99) / other.load.quantile(0.99) for one, other in zip(beside, alone, strict=True)
    ]
    return [
        Row.of(
            f"memory of a worker with {count} idle connections",
            [resident / MB],
            "200",
            "MB",
            f"{held[0]:.1f} kB each",
        ),
        Row.of(f"p99 at {PACE:.0f} requests/s beside them ÷ without", tails),
    ]


@contextlib.asynccontextmanager
async def holding(port: int, count: int) -> AsyncIterator[None]:
    """Each has asked once, and is kept."""
    request = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
    writers = []
    for start in range(0, count, 500):
        batch = await asyncio.gather(
            *(asyncio.open_connection("127.0.0.1", port, limit=1024) for _ in range(min(500, count - start)))
        )
        for reader, writer in batch:
            writer.write(request)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            writers.append(writer)
    yield
    for writer in writers:
        writer.transport.abort()


async def accounts(bench: Bench) -> list[Row]:
    """Calls spread over 5,000 accounts, beside calls of one."""
    many = await _linked(bench)
    spread = Trial(
        bench.koine, [bench.koine.request(f"proxy/1kB?integrated_account_id={account}") for account in many]
    )
    asked = 0
    while asked < ACCOUNTS:  # every account once: from here on all are known
        asked += len((await run(spread, 1.0)).load.latencies)
    warm, one = await in_turn(spread, Trial(bench.koine, [bench.passed("1kB")]))
    return [
        Row.of(
            f"calls spread over {ACCOUNTS} accounts: CPU ÷ calls of one account",
            ratios(warm, one),
            note=f"{bench.production.resident() / MB:.0f} MB",
        )
    ]


async def _linked(bench: Bench) -> list[str]:
    """Copies of the account with ids and sealed credentials of their own, straight into the database."""
    settings = bench.production.environment
    database = Database(settings["KOINE_DATABASE_URL"])
    vault = Vault(Keyring.from_setting(settings["KOINE_ENCRYPTION_KEYS"]))
    found = []
    async with database.write() as session:
        one = await session.get_one(IntegratedAccount, bench.production.account)
        for number in range(ACCOUNTS):
            values = one.model_dump(exclude={"id", "credential_version", "created_at", "updated_at"})
            account = IntegratedAccount(**{**values, "tenant_id": f"tenant-{number}"})
            session.add(account)
            bound = Binding(account.environment_id, account.id, sealed.CREDENTIALS)
            sealed.add(session, vault, bound, {"api_key": "k" * 40})
            found.append(account.id)
    await database.close()
    return found


async def soak(bench: Bench, requests: int) -> tuple[list[Row], list[float]]:
    """Small calls, large ones and unified pages in turn; and the worker's memory in MB meanwhile."""
    trial = Trial(
        bench.koine,
        [bench.passed("1kB")] * 8 + [bench.passed("400kB"), bench.unified("accounting/invoices?limit=50")],
        32,
    )
    done, memory = 0, [bench.production.resident() / MB]
    while done < requests:
        done += len((await run(trial, 2.0)).load.latencies)
        memory.append(bench.production.resident() / MB)
    settled = memory[len(memory) // 5 :]
    growth = statistics.median(settled[-max(1, len(settled) // 10) :]) / statistics.median(
        settled[: max(1, len(settled) // 10)]
    )
    rows = [
        Row.of(f"soak of {done} requests: memory at its end ÷ after its first fifth", [growth], "1.1"),
        Row.of("the same: most memory of the worker", [max(memory)], "150", "MB"),
    ]
    return rows, memory

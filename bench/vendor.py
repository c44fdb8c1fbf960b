"""A vendor far away: it takes 100 ms for a page of suppliers and allows 25 calls a second, of which it keeps count."""

import asyncio
import contextlib
import time
from bisect import bisect_right
from collections.abc import AsyncIterator
from random import Random
from urllib.parse import parse_qs, urlsplit

import orjson

from bench.mapping import page

RATE, BURST, LATENCY = 25, 20, 0.1
RECORDS = 10_000


class Vendor:
    """`refused`: calls that came too early. `at`: when pages were asked for. `ids`: of the records that there are."""

    def __init__(self) -> None:
        self._record = {**page("suppliers_list_new.json")[0], "contacts": [], "supplier-addresses": []}
        self._due = 0.0
        self.rest(1.0)

    def rest(self, share: float) -> None:
        """Begins anew: such a share of the ids, chosen by chance, has a record."""
        self.ids = sorted(Random(1).sample(range(1, int(RECORDS / share) + 1), RECORDS))
        self.refused = 0
        self.at: list[float] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                status, body = await self._answer(head.split(b" ", 2)[1].decode())
                writer.write(
                    b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                    % (status, len(body), body)
                )
                await writer.drain()
        writer.close()

    async def _answer(self, target: str) -> tuple[int, bytes]:
        url = urlsplit(target)
        if url.path != "/api/suppliers":
            return 200, b"[]"
        now = time.monotonic()
        self.at.append(now)
        if self._due > now + BURST / RATE:
            self.refused += 1
            return 429, b"{}"
        self._due = max(self._due, now) + 1 / RATE
        await asyncio.sleep(LATENCY)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        first = int(query.get("offset") or bisect_right(self.ids, int(query.get("id[gt]") or 0)))
        found = self.ids[first : first + int(query.get("limit", 50))]
        return 200, orjson.dumps([{**self._record, "id": number} for number in found])

    def calls_a_second(self) -> float:
        """In the second half: a vendor that has rested allows a burst at first."""
        settled = self.at[len(self.at) // 2 :]
        return (len(settled) - 1) / (settled[-1] - settled[0])


@contextlib.asynccontextmanager
async def far_vendor() -> AsyncIterator[tuple[Vendor, str]]:
    """And its URL."""
    vendor = Vendor()
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0, limit=1024 * 1024)
    port = server.sockets[0].getsockname()[1]
    yield vendor, f"http://127.0.0.1:{port}"
    server.close()

"""A house some of whose vendor calls go to the raw test upstream, so that a wire's faults meet the front door."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from proxy.transport import Transport
from sandbox.coupa import create_app
from tests.house import House, open_house
from tests.proxy.faults import FAULTS
from tests.proxy.outlet import answers, kept
from tests.proxy.upstream import Fault, Upstream, serving


@dataclass
class Diversion(httpx.AsyncBaseTransport):
    """Sends what is asked at a path of `to` to that path of the raw upstream instead, and all else on."""

    inner: httpx.AsyncBaseTransport
    wire: Transport
    upstream: Upstream
    to: dict[str, str] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = self.to.get(request.url.path)
        if path is None:
            return await self.inner.handle_async_request(request)
        query = b"?" + request.url.query if request.url.query else b""
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        url = self.upstream.url + path + query.decode()
        diverted = httpx.Request(request.method, url, headers=headers, stream=request.stream)
        if isinstance(diverted.stream, httpx.ByteStream):
            diverted.read()
        return await self.wire.handle_async_request(diverted)


@asynccontextmanager
async def diverted_house(
    folder: Path, faults: Mapping[bytes, Fault] | None = None, **options: Any
) -> AsyncIterator[tuple[House, Diversion]]:
    """`faults`: more of them than the upstream knows."""
    coupa = create_app(seed=1, rate_limit=False, bloat_factor=0.0)
    async with (
        serving({**FAULTS, b"answers": answers, **(faults or {})}) as upstream,
        kept(True, 30.0, 1000) as wire,
    ):
        diversion = Diversion(httpx.ASGITransport(coupa), wire, upstream)
        async with open_house(folder, transport=diversion, stand_in=coupa, **options) as house:
            yield house, diversion

"""Several workers' gates before one vendor limit, on one Redis, as they stand in several processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from providers.provider import Limits
from proxy.commons import LEASE, Commons, beating
from proxy.gate import Gate


@dataclass
class Crew:
    """`gone`: when calls went, on the event loop's clock; `most`: how many were under way together."""

    gates: list[Gate]
    commons: list[Commons]
    gone: list[float] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def call(self, number: int, limits: Limits, patience: float = 30.0, seconds: float = 0.0) -> None:
        """One call of a worker, from its turn to its end."""
        permit = await self.gates[number].enter(limits, patience)
        self.gone.append(asyncio.get_running_loop().time())
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if seconds:
            await asyncio.sleep(seconds)
        self.under_way -= 1
        permit.close()


@asynccontextmanager
async def crew(url: str, count: int, *, lease: float = LEASE, patience: float = 5.0) -> AsyncIterator[Crew]:
    """`patience`: what Redis may take, long for a machine that has much else to do."""
    async with AsyncExitStack() as stack:
        gates, commons = [], []
        for _ in range(count):
            common = Commons(url, count, lease=lease, patience=patience)
            gate = Gate("https://vendor.example", common)
            stack.push_async_callback(gate.aclose)
            held = {"https://vendor.example": gate}
            await stack.enter_async_context(
                beating(common, lambda held=held: {name: each.under_way for name, each in held.items()})  # type: ignore[misc]
            )
            gates.append(gate)
            commons.append(common)
        yield Crew(gates, commons)

"""The gates before all vendors that this process calls."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from auth.connections import Connection
from proxy.gate import Gate

if TYPE_CHECKING:
    from proxy.commons import Commons

MOST_KEPT = 10_000


class Governor:
    """The gates of all vendors that this process calls. `queue_seconds`: how long one call may wait at a gate.

    `commons`: what the workers keep the limits in together; without it, `workers` share them.
    """

    def __init__(
        self, queue_seconds: float = 10.0, commons: "Commons | None" = None, *, workers: int = 1
    ) -> None:
        self.queue_seconds = queue_seconds
        self._commons, self._workers = commons, workers
        self._gates: OrderedDict[str, Gate] = OrderedDict()

    def gate(self, connection: Connection) -> Gate:
        """The gate before the connection's instance of the vendor's system."""
        gate = self._gates.get(connection.origin)
        if gate is None:
            gate = self._gates[connection.origin] = Gate(connection.origin, self._commons, self._workers)
            self._forget_one()
        self._gates.move_to_end(connection.origin)
        return gate

    @property
    def waiting(self) -> int:
        """Calls that are held back."""
        return sum(gate.waiting for gate in self._gates.values())

    @property
    def redis(self) -> str:
        """`ok`, `unreachable` or `not_configured`: how the workers' common state is."""
        if self._commons is None:
            return "not_configured"
        return "ok" if self._commons.is_up else "unreachable"

    def under_way(self) -> Mapping[str, Sequence[str]]:
        """By gate, the ids of the calls for which this worker holds places that all share."""
        return {name: gate.under_way for name, gate in self._gates.items() if gate.under_way}

    async def aclose(self) -> None:
        for gate in self._gates.values():
            await gate.aclose()

    def _forget_one(self) -> None:
        """Without a bound the gates of accounts long gone would pile up; one that holds calls back is kept."""
        if len(self._gates) > MOST_KEPT:
            oldest = next((origin for origin, gate in self._gates.items() if gate.is_idle), None)
            if oldest is not None:
                del self._gates[oldest]

"""An account's pool: how many requests may be in flight at once, over all of its integrations."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.netsuite.registry import Integration


class NoSlot(Exception):
    """All slots that the integration may take are taken."""


class Pool:
    """`reserved` of the `limit` slots are for the integration of that name alone; the others share the rest.

    `elsewhere`: slots that tools of the customer hold which are no callers of ours.
    """

    def __init__(self, limit: int, reserved: int) -> None:
        self.limit, self.reserved, self.elsewhere = limit, reserved, 0
        self.refused = self.in_flight_max = 0
        self._in_flight: Counter[bool] = Counter()  # by whether the slot is one of the reserved

    def share(self, integration: Integration) -> int | None:
        """Slots that are for this integration alone; None where it shares the unallocated ones."""
        return self.reserved if self.reserved and integration.name == "reserved" else None

    @property
    def unallocated(self) -> int:
        return self.limit - self.reserved

    def take(self, integration: Integration) -> bool:
        """A slot, for `give` to be handed back. Raises NoSlot at once where none is free."""
        own = self.share(integration) is not None
        room = self.reserved if own else self.unallocated - self.elsewhere
        if self._in_flight[own] >= room:
            self.refused += 1
            raise NoSlot
        self._in_flight[own] += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)
        return own

    def give(self, own: bool) -> None:
        self._in_flight[own] -= 1

    @property
    def in_flight(self) -> int:
        return self._in_flight.total()

    def reset(self) -> None:
        self.refused, self.in_flight_max = 0, self.in_flight

    def shown(self) -> dict[str, int]:
        names = ("limit", "reserved", "elsewhere", "in_flight", "in_flight_max", "refused")
        return {name: getattr(self, name) for name in names}


class Pools:
    """The pools of all accounts, as the control API counts them."""

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self.pools = pools

    def figures(self) -> dict[str, Any]:
        return {"pools": {account: pool.shown() for account, pool in self.pools.items()}}

    def reset(self) -> None:
        for pool in self.pools.values():
            pool.reset()

"""Bulkheads: an account or a vendor that is slow never takes all the room that calls to vendors have."""

from collections import Counter

from auth.connections import Connection
from proxy.turns import Permit
from schemas.errors import Overloaded, Throttled

PART = 4  # an account may have a quarter as many calls under way as there are places free
BUSY = "Too many calls of this account, or to this vendor, are under way at once: wait as retry-after says."


class Places:
    """`most` calls at once; whoever has many needs many free ones beside them to get another.

    Thus one account alone ends at a fifth of all places, one origin at half, and each that comes after them at less:
    ten that hoard leave a tenth to the others.
    """

    def __init__(self, most: int = 2000) -> None:
        self._most = most
        self._accounts: Counter[str] = Counter()
        self._origins: Counter[str] = Counter()
        self.taken = 0

    def take(self, connection: Connection) -> Permit:
        """To be closed when the call is over. Raises `Throttled`, or `Overloaded` where nothing is left for anybody."""
        account, origin = connection.account_id, connection.origin
        free = self._most - self.taken
        if free < PART:
            raise Overloaded
        if self._accounts[account] * PART >= free or self._origins[origin] >= free:
            raise Throttled(BUSY, wait=1)
        self._add(account, origin, 1)
        return Permit(lambda: self._add(account, origin, -1))

    def _add(self, account: str, origin: str, change: int) -> None:
        self.taken += change
        for counter, name in ((self._accounts, account), (self._origins, origin)):
            count = counter[name] + change
            if count:
                counter[name] = count
            else:
                del counter[name]

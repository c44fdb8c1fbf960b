"""What an account holds: its records, made when somebody first asks for them, and SuiteQL over them for each role."""

from datetime import UTC, datetime
from functools import cached_property

from sandbox.clock import Clock
from sandbox.netsuite.account import account
from sandbox.netsuite.moments import stored_time
from sandbox.netsuite.people import Role
from sandbox.netsuite.seed import planted
from sandbox.netsuite.store import Store
from sandbox.netsuite.suiteql.engine import Engine
from sandbox.netsuite.suiteql.functions import register
from sandbox.netsuite.switches import Switches

ADMINISTRATORS = frozenset({"employeerolesforsearch"})


class Books:
    """`vendors` is the size of the largest collection."""

    def __init__(self, seed: int, vendors: int | None, switches: Switches, clock: Clock) -> None:
        self.seed, self.vendors, self.switches, self.clock = seed, vendors, switches, clock
        self._engines: dict[int, Engine] = {}
        self._turned = False
        self.account = account(switches.without, switches.hidden, switches.date_format, switches.zone)

    @cached_property
    def store(self) -> Store:
        store = planted(self.seed, self.vendors)
        register(store.db, self.account, self._local)
        return store

    def engine(self, role: Role) -> Engine:
        """SuiteQL as this role sees the account."""
        if role.id not in self._engines:
            seen = self.account.without(role.hidden if role.admin else role.hidden | ADMINISTRATORS)
            switches = self.switches
            self._engines[role.id] = Engine(self.store, seen, switches.column_names, switches.lost_alias)
        return self._engines[role.id]

    def turn(self) -> None:
        """Rows that no statement sorts come the other way round from now on."""
        self._turned = not self._turned
        self.store.db.execute(f"PRAGMA reverse_unordered_selects = {int(self._turned)}")

    def now(self) -> str:
        """The time of the account's clock as the store keeps it."""
        return stored_time(self.clock.now())

    def _local(self) -> datetime:
        return datetime.fromtimestamp(int(self.clock.now()), UTC).astimezone(self.account.zone)

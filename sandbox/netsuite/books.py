"""What an account holds: its records, made when somebody first asks for them, and SuiteQL over them for each role."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sandbox.clock import Clock
from sandbox.netsuite.account import Account, account
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
        self.account = _account(switches)

    @cached_property
    def store(self) -> Store:
        """The records as REST reads and writes them."""
        store = self._open()
        store.clock = self.clock.now
        return store

    @cached_property
    def shown(self) -> Store:
        """The records as SuiteQL reads them: the same ones or, where it lags, a copy."""
        return self._open() if self.switches.suiteql_lag else self.store

    def _open(self) -> Store:
        store = planted(self.seed, self.vendors)
        register(store.db, self.account, self._local)
        return store

    def catch_up(self) -> None:
        """SuiteQL sees what was written, once it was written long enough ago."""
        store, shown = self.store, self.shown
        late = self.clock.now() - store.changed >= self.switches.suiteql_lag
        if shown.generation != store.generation and late:
            shown.restore(*store.saved())
            shown.generation = store.generation

    def set_up(self, **changes: Any) -> None:
        """Features, formats, zone and what is hidden change from now on, as by an administrator. Raises ValueError."""
        switches = replace(self.switches, **changes)
        self.account = _account(switches)
        self.switches = switches
        self._engines.clear()
        for store in {id(one): one for one in (self.store, self.shown)}.values():
            register(store.db, self.account, self._local)

    def engine(self, role: Role) -> Engine:
        """SuiteQL as this role sees the account."""
        if role.id not in self._engines:
            seen = self.account.without(role.hidden if role.admin else role.hidden | ADMINISTRATORS)
            switches = self.switches
            self._engines[role.id] = Engine(self.shown, seen, switches.column_names, switches.lost_alias)
        return self._engines[role.id]

    def turn(self) -> None:
        """Rows that no statement sorts come the other way round from now on."""
        self._turned = not self._turned
        self.shown.db.execute(f"PRAGMA reverse_unordered_selects = {int(self._turned)}")

    def now(self) -> str:
        """The time of the account's clock as the store keeps it."""
        return stored_time(self.clock.now())

    def _local(self) -> datetime:
        return datetime.fromtimestamp(int(self.clock.now()), UTC).astimezone(self.account.zone)


def _account(switches: Switches) -> Account:
    return account(switches.without, switches.hidden, switches.broken, switches.date_format, switches.zone)

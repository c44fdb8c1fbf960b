"""What an account's context leaves out and the vendor can tell: asked once, and laid below the context."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from auth.connections import Connection, Connections
from providers.companions import Fact
from proxy.pipe import Pipe
from proxy.refusals import refuse
from unified.target import call_of

SECONDS = 3600.0  # for which an answer is believed
MOST = 4096  # accounts
REFUSED = (400, 403, 404, 500)  # how a statement is answered that this tenant has nothing to say to


class Facts:
    """Remembers by account; what it was told may be lost at any time."""

    def __init__(
        self, pipe: Pipe, connections: Connections, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pipe, self._connections, self._clock = pipe, connections, clock
        self._known: dict[tuple[str, str], tuple[float, Mapping[str, Any] | None]] = {}
        self._asking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def informed(self, connection: Connection, *, asks: bool = True) -> Connection:
        """The connection with all that its provider declares of them. `asks`: whether the vendor may be asked now.

        Raises what a read ends in, but for refusals.
        """
        if not connection.provider.facts:
            return connection
        found = self._told(connection)
        if found is None and asks:
            found = await self._asked_once(connection)
        elif found is None:
            found = {fact.name: fact.otherwise for fact in connection.provider.facts}
        return replace(connection, context={**found, **connection.context})

    def _told(self, connection: Connection) -> Mapping[str, Any] | None:
        until, found = self._known.get(_key(connection), (0.0, None))
        return found if self._clock() < until else None

    async def _asked_once(self, connection: Connection) -> Mapping[str, Any]:
        """Of many callers one asks, the others wait for its answers."""
        key = _key(connection)
        lock = self._asking.setdefault(key, asyncio.Lock())
        async with lock:
            found = self._told(connection)
            if found is None:
                found = await self._asked(connection)
                self._keep(key, found)
            return found

    def _keep(self, key: tuple[str, str], found: Mapping[str, Any]) -> None:
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = self._clock() + SECONDS, found

    async def _asked(self, connection: Connection) -> dict[str, Any]:
        return {
            fact.name: await self._answer(connection, fact)
            for fact in connection.provider.facts
            if fact.name not in connection.context
        }

    async def _answer(self, connection: Connection, fact: Fact) -> Any:
        answer = await self._pipe.read(connection, call_of(fact.ask()))
        if answer.status in REFUSED:
            return fact.otherwise
        if not answer.is_success:
            raise await refuse(self._connections, connection, answer)
        rows = fact.language.read(answer.json())
        return fact.read(rows) if isinstance(rows, list) else fact.otherwise


def _key(connection: Connection) -> tuple[str, str]:
    return connection.account_id, connection.version

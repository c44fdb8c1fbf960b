"""Asks vendors how many calls at a time they take from an account, beside the calls and once in a while."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import replace
from typing import TypeVar

from auth.connections import Connection
from providers.provider import Learning, Limits
from proxy.answer import Answer, Call
from schemas.errors import Problem

KEPT_SECONDS = 3600.0  # for how long an answer is believed; also one that says nothing
MOST_KEPT = 10_000
MOST = 10_000  # calls at a time

Key = TypeVar("Key")
Value = TypeVar("Value")
Read = Callable[[Connection, Call], Awaitable[Answer]]


class Learner:
    """What vendors have said, by instance. An environment's own `concurrency` is not asked about."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._asked: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def limits(self, connection: Connection) -> Limits | None:
        """Those that hold for a call: as declared or overridden until the vendor has said more."""
        limits = connection.limits
        if limits is None or limits.learnt_from is None or _is_set(connection):
            return limits
        now = self._clock()
        at, figure = self._told.get(connection.origin, (now, None))
        is_fresh = figure is not None and now - at < KEPT_SECONDS
        if not is_fresh and now - self._asked.get(_key(connection), -KEPT_SECONDS) >= KEPT_SECONDS:
            self._ask(connection, limits.learnt_from, now)
        return replace(limits, concurrency=figure) if figure is not None else limits

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ask(self, connection: Connection, learning: Learning, now: float) -> None:
        _keep(self._asked, _key(connection), now)
        learns = self._learn(connection, learning)
        task = asyncio.get_running_loop().create_task(
            learns, context=Context()
        )  # no part of the caller's request
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn(self, connection: Connection, learning: Learning) -> None:
        """What the vendor says or refuses changes nothing but the figure."""
        try:
            answer = await self._read(connection, Call(learning.path))
            said = learning.read(answer.json()) if answer.is_success else None
        except Problem:
            return
        if said is not None:
            _keep(self._told, connection.origin, (self._clock(), min(max(said, 1), MOST)))


def _is_set(connection: Connection) -> bool:
    return "concurrency" in (connection.environment_override.get("limits") or {})


def _key(connection: Connection) -> tuple[str, str]:
    return connection.origin, connection.account_id


def _keep(kept: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)

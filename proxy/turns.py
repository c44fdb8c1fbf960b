"""Who goes next at a vendor: the urgent before the rest, accounts by turns, each account's calls as they came."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from providers.provider import Limits

PATIENT_SHARE = 5  # one turn in so many is for the patient, who would else never have one in busy times


class Urgency(IntEnum):
    """`SENT_BACK`: has had its turn and must be sent once more. `PATIENT`: crawls and batches."""

    SENT_BACK = 0
    PROMPT = 1
    PATIENT = 2


class Permit:
    """A call's leave to be under way; it counts among the calls in flight until it is closed, however often."""

    __slots__ = ("_on_close",)

    def __init__(self, on_close: Callable[[], None]) -> None:
        self._on_close: Callable[[], None] | None = on_close

    def close(self) -> None:
        if self._on_close is not None:
            on_close, self._on_close = self._on_close, None
            on_close()


@dataclass(frozen=True, eq=False)
class Waiter:
    """A call in line; `latest` is when it must have gone, on the steady clock."""

    turn: asyncio.Future[Permit]
    latest: float
    limits: Limits | None
    account: str
    urgency: Urgency


class Turns:
    """The line before one vendor limit."""

    def __init__(self) -> None:
        self._lines: dict[Urgency, OrderedDict[str, deque[Waiter]]] = {
            each: OrderedDict() for each in Urgency
        }
        self._length = 0
        self._given = 0

    def __len__(self) -> int:
        return self._length

    def join(self, waiter: Waiter) -> None:
        self._lines[waiter.urgency].setdefault(waiter.account, deque()).append(waiter)
        self._length += 1

    def before(self, account: str, urgency: Urgency) -> int:
        """How many of those in line now go before a call that joins."""
        own = len(self._lines[urgency].get(account, ()))
        urgent = sum(
            len(waiting) for each in Urgency if each < urgency for waiting in self._lines[each].values()
        )
        beside = sum(
            min(len(waiting), own + 1) for name, waiting in self._lines[urgency].items() if name != account
        )
        return urgent + own + beside

    def head(self) -> Waiter | None:
        """Who is next."""
        line = self._next_line()
        return next(iter(line.values()))[0] if line else None

    def pop(self) -> Waiter:
        """The head has its turn; its account's next call waits until the others had theirs."""
        line = self._next_line()
        account, waiting = next(iter(line.items()))
        waiter = waiting.popleft()
        self._length -= 1
        self._given += 1
        if waiting:
            line.move_to_end(account)
        else:
            del line[account]
        return waiter

    def disband(self) -> Iterator[Waiter]:
        """All of them, in the order of their turns."""
        while self._length:
            yield self.pop()

    def remove(self, waiter: Waiter) -> bool:
        """Takes one out of the line; False where it is not in it."""
        line = self._lines[waiter.urgency]
        waiting = line.get(waiter.account, deque())
        if waiter not in waiting:
            return False
        waiting.remove(waiter)
        self._length -= 1
        if not waiting:
            del line[waiter.account]
        return True

    def _next_line(self) -> OrderedDict[str, deque[Waiter]]:
        patient = self._lines[Urgency.PATIENT]
        if patient and self._given % PATIENT_SHARE == PATIENT_SHARE - 1:
            return patient
        return next((line for line in self._lines.values() if line), patient)

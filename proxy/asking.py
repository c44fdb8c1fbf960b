"""One gate's talk with the commons: asks leave for those in line, and tells of calls that ended."""

import asyncio
import time
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Protocol

from providers.provider import Limits
from proxy.bucket import Bucket, step_of
from proxy.easing import Easing
from proxy.turns import Turns

if TYPE_CHECKING:  # Redis is loaded where it is used
    from proxy.commons import Commons, Verdict

BATCH = 50  # calls that leave is asked for at once
SLACK = 0.01  # seconds by which two clocks may tell the same moment apart
LONGEST_SILENCE = (
    0.25  # seconds between two questions while somebody waits: another worker may have been told to stop
)


class Listener(Protocol):
    """The gate, as far as the commons' word concerns it."""

    def let_head_go(self, limits: Limits | None, id_: str) -> bool:
        """False where nobody with these limits is at the head of the line."""

    def eased(self, limits: Limits | None) -> Limits | None: ...

    def adopt(self, pace: float, cut: int, at: float) -> None: ...

    def remind(self, limits: Limits | None) -> None: ...

    def hear(self, *, is_frozen: bool) -> None: ...

    def talk_is_over(self) -> None: ...


class Asking:
    """What the commons say of the bucket is written to `bucket`, so that this worker can go on by itself."""

    def __init__(
        self,
        name: str,
        commons: "Commons",
        turns: Turns,
        bucket: Bucket,
        listener: Listener,
    ) -> None:
        self._name, self._commons, self._turns, self._bucket = name, commons, turns, bucket
        self._listener = listener
        self._numbers = count()
        self._under_way: set[str] = set()
        self._ended: list[str] = []
        self._returned = 0.0  # seconds
        self._is_in_line = False
        self.elsewhere = 0  # calls under way at other workers, as far as was heard
        self._nudge = commons.turn_of(name)
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None
        self._freezes: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> Sequence[str]:
        """Ids of the calls that the commons count among those under way."""
        return tuple(self._under_way)

    def begin(self) -> bool:
        """Sees to it that those in line are asked for; False where they must be seen to without the commons."""
        if not self._commons.is_up or self._is_closed:
            return False
        self._nudge.set()
        if self._task is None and self._has_words:
            self._task = asyncio.create_task(self._talk())
        return True

    def end(self, id_: str) -> None:
        """A call is over."""
        if id_ in self._under_way:
            self._under_way.remove(id_)
            self._ended.append(id_)

    def give_back(self, limits: Limits | None) -> None:
        """A call that had leave did not go."""
        self._bucket.give_back(limits)
        self._returned += step_of(limits)

    def freeze(self, limits: Limits | None, seconds: float, easing: Easing, *, first: bool) -> None:
        learnt = (easing.pace, easing.cut)
        task = asyncio.create_task(self._commons.freeze(self._name, limits, seconds, learnt, first=first))
        self._freezes.add(task)
        task.add_done_callback(self._freezes.discard)

    async def aclose(self) -> None:
        """Says what is left to say: a question is not broken off, as its connection could be left behind."""
        self._is_closed = True
        self._nudge.set()
        await asyncio.gather(*self._freezes, *([self._task] if self._task else []))

    @property
    def _has_words(self) -> bool:
        return bool(self._turns or self._ended or self._returned or self._is_in_line)

    async def _talk(self) -> None:
        try:
            while self._has_words and not self._is_closed:
                verdict = await self._ask()
                if verdict is None:
                    self._is_in_line = False
                    break
                await self._wait(verdict.wait)
        finally:
            self._task = None
            self._listener.talk_is_over()

    async def _ask(self) -> "Verdict | None":
        head = self._turns.head()
        limits = head.limits if head else None
        ids = [f"{self._commons.worker}:{next(self._numbers)}" for _ in range(min(len(self._turns), BATCH))]
        ended, returned = self._ended, self._returned
        self._ended, self._returned = [], 0.0
        eased = self._listener.eased(limits)
        verdict = await self._commons.ask(self._name, eased, ids, ended, returned)
        if verdict is not None:
            is_frozen = self._take_over(verdict)
            await self._use(limits, ids[: verdict.granted])
            self.elsewhere = max(0, verdict.under_way - len(self._under_way))
            self._is_in_line = verdict.granted < len(ids)
            if self._is_in_line:
                self._listener.hear(is_frozen=is_frozen)
        return verdict

    async def _use(self, limits: Limits | None, granted: Sequence[str]) -> None:
        """Unless this worker knows of a 429 that the commons have not heard of, or have forgotten."""
        if granted and self._bucket.frozen_until > time.monotonic() + SLACK:
            self._ended += granted
            self._listener.remind(limits)
            await asyncio.gather(*self._freezes)
        else:
            self._hand_out(limits, granted)

    def _take_over(self, verdict: "Verdict") -> bool:
        """Whether calls are held back for longer than was known."""
        now, before = time.monotonic(), self._bucket.frozen_until
        self._bucket.due = now + verdict.due
        self._bucket.frozen_until = max(before, now + verdict.frozen)
        if verdict.pace or verdict.cut:
            self._listener.adopt(verdict.pace, verdict.cut, now + verdict.learnt)
        return self._bucket.frozen_until > max(before, now) + SLACK

    def _hand_out(self, limits: Limits | None, ids: Sequence[str]) -> None:
        for id_ in ids:
            if limits is not None and limits.concurrency is not None:
                self._under_way.add(id_)
            if not self._listener.let_head_go(limits, id_):
                self.give_back(limits)
                self.end(id_)

    async def _wait(self, seconds: float) -> None:
        """Until it is time to ask again, or there is news."""
        if seconds <= 0:
            return
        self._nudge.clear()
        try:
            async with asyncio.timeout(min(seconds, LONGEST_SILENCE)):
                await self._nudge.wait()
        except TimeoutError:
            return

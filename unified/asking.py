"""Asks a vendor, and again without what a tenant turns out not to know: an option that is off, a field of others."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

from proxy.answer import Answer, Call
from proxy.pipe import Pipe
from unified.target import Target

MOST_REMEMBERED = 4096  # accounts × collections whose refusals are remembered
SECONDS_REMEMBERED = 3600.0
DOUBTFUL = (400, 500)  # how statements are answered that name what is not known
MOST_TRIES = 8  # of a statement, each without some more that the vendor names
WORD, QUOTED = r"[a-z0-9_]+", r"'([a-z0-9_]+)'"


class Asking:
    """Remembers which tenants refused what is not known everywhere."""

    def __init__(self, pipe: Pipe, clock: Callable[[], float] = time.monotonic) -> None:
        self._pipe = pipe
        self._clock = clock
        self._refused: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    async def ask(self, target: Target, call: Call, about: str = "") -> Answer:
        """The answer; after a 400 again without the parameters, then the fields, that not every tenant knows.

        It is remembered that a tenant refuses them only where the first call fails once more: a 400 may pass. `about`:
        what is asked for, where it is not the target's collection itself.
        """
        if call.again is not None:
            return await self._ask_statement(target, call, about)
        refusable = target.source.refusable
        refused = self.refused(target) & refusable
        asked = _without(target, call, refused)
        answer = await self._pipe.read(target.connection, asked)
        if answer.status != 400:
            return answer
        for more in (refusable & {name for name, _ in call.params}, refusable):
            spare = _without(target, call, refused | more)
            if spare == asked:
                continue
            second = await self._pipe.read(target.connection, spare)
            if second.is_success:
                return await self._confirmed(target, about, asked, refused | more, answer, second)
        return answer

    async def _ask_statement(self, target: Target, call: Call, about: str) -> Answer:
        """A statement is refused whole: what the vendor names is left out first, then all that is the tenant's own,
        all that is optional last."""
        refused = self.refused(target, about) & (call.optional | call.own | call.spare)
        asked = _made(call, refused)
        answer = first = await self._pipe.read(target.connection, asked)
        for try_ in range(MOST_TRIES + 2):
            named = _named(answer, call) - refused if try_ < MOST_TRIES else frozenset()
            more = named or call.own - refused or call.optional - refused
            if answer.status not in DOUBTFUL or not more:
                break
            refused |= more
            answer = await self._pipe.read(target.connection, _made(call, refused))
            if answer.is_success:
                return await self._confirmed(target, about, asked, refused, first, answer)
        return first if answer.status in DOUBTFUL else answer

    async def _confirmed(
        self, target: Target, about: str, asked: Call, refused: frozenset[str], first: Answer, second: Answer
    ) -> Answer:
        """What to go on with: the spare answer, unless the call as it was works now."""
        again = await self._pipe.read(target.connection, asked)
        if again.status != first.status:
            return again
        self._remember(target, about, refused)
        return second

    def refused(self, target: Target, about: str = "") -> frozenset[str]:
        until, names = self._refused.get(_known(target, about), (0.0, frozenset()))
        return names if self._clock() < until else frozenset()

    def _remember(self, target: Target, about: str, names: frozenset[str]) -> None:
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        until = self._clock() + SECONDS_REMEMBERED
        self._refused[_known(target, about)] = (until, self.refused(target, about) | names)


def _known(target: Target, about: str) -> tuple[str, str]:
    return target.connection.account_id, about or target.source.path


def _made(call: Call, refused: frozenset[str]) -> Call:
    return call.again(refused) if call.again and refused else call


def _named(answer: Answer, call: Call) -> frozenset[str]:
    """What the vendor's words name of the call; of what is spare, as it has common names, only between quotes."""
    said = _blame(answer.complaint().lower())
    words, quoted = (frozenset(re.findall(pattern, said)) for pattern in (WORD, QUOTED))
    return (call.optional | call.own) & words | call.spare & quoted


def _blame(text: str) -> str:
    """What is said before the vendor lists what there is instead."""
    return text.split("{")[0]


def _without(target: Target, call: Call, refused: frozenset[str]) -> Call:
    """The call without refused parameters, and without refused fields where our own selection is in it."""
    if not refused:
        return call
    full, spare = dict(target.selection), dict(target.selection_without(refused))
    params = ((name, spare[name] if full.get(name) == value else value) for name, value in call.params)
    return replace(call, params=tuple((name, value) for name, value in params if name not in refused))

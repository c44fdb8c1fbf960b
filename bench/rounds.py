"""Rounds in turn: what one server costs for a request, as a ratio to what another costs in the same round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.load import Load, press
from bench.servers import Server

ROUNDS, SECONDS, WARM = 5, 1.0, 0.3


@dataclass(frozen=True)
class Row:
    """A measure: the median of its rounds, with the least and the most of them. `target`: the most it should be."""

    name: str
    median: float
    low: float
    high: float
    target: str = ""
    unit: str = "×"
    note: str = ""

    @classmethod
    def of(
        cls, name: str, values: Sequence[float], target: str = "", unit: str = "×", note: str = ""
    ) -> "Row":
        return cls(name, statistics.median(values), min(values), max(values), target, unit, note)


@dataclass(frozen=True)
class Trial:
    """One server asked for something, from so many connections at once."""

    server: Server
    requests: Sequence[bytes]
    connections: int = 16
    rate: float | None = None


@dataclass(frozen=True)
class Round:
    """`cpu`: microseconds for each request."""

    load: Load
    cpu: float


async def run(trial: Trial, seconds: float) -> Round:
    before = trial.server.cpu()
    load = await press(trial.server.port, cycle(trial.requests), trial.connections, seconds, trial.rate)
    return Round(load, (trial.server.cpu() - before) / len(load.latencies) * 1e6)


async def in_turn(*trials: Trial, rounds: int = ROUNDS) -> list[list[Round]]:
    """The rounds of each trial, one of each after the other; the first of each, which warms up, is left out."""
    found: list[list[Round]] = [[] for _ in trials]
    for number in range(rounds + 1):
        for trial, done in zip(trials, found, strict=True):
            one = await run(trial, SECONDS if number else WARM)
            if number:
                done.append(one)
    return found


def ratios(ours: Sequence[Round], theirs: Sequence[Round]) -> list[float]:
    return [one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True)]


def cpu_note(ours: Sequence[Round], theirs: Sequence[Round]) -> str:
    """The medians behind a ratio."""
    mine, other = (statistics.median(one.cpu for one in rounds) for rounds in (ours, theirs))
    return f"{mine:.0f} µs, {other:.0f} µs"

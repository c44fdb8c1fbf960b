"""Passthrough beside nginx: small and large bodies, few and many connections, and what it adds at a steady rate."""

import statistics

from bench.rounds import Row, Trial, cpu_note, in_turn, ratios
from bench.servers import Bench

TARGETS = {"1kB": "12, in the end 6", "400kB": "4, in the end 1.5"}
CONNECTIONS = (16, 256)
PACE = 500.0  # requests a second


async def passthrough(bench: Bench) -> list[Row]:
    rows = []
    for size, target in TARGETS.items():
        costs = {}
        for connections in CONNECTIONS:
            ours, theirs = await in_turn(
                Trial(bench.koine, [bench.passed(size)], connections),
                Trial(bench.nginx, [bench.nginx.request(size)], connections),
            )
            costs[connections] = ours
            name = f"`/proxy`, {size}, {connections} connections: CPU ÷ nginx's"
            rows.append(Row.of(name, ratios(ours, theirs), target, note=cpu_note(ours, theirs)))
        few, many = (costs[connections] for connections in CONNECTIONS)
        rows.append(Row.of(f"`/proxy`, {size}: CPU at 256 ÷ at 16 connections", ratios(many, few), "1.2"))
    return [*rows, *await _added(bench)]


async def _added(bench: Bench) -> list[Row]:
    ours, direct = await in_turn(
        Trial(bench.koine, [bench.passed("1kB")], 16, PACE),
        Trial(bench.upstream, [bench.upstream.request("1kB")], 16, PACE),
    )
    rows = []
    for share, target in ((0.5, "1"), (0.99, "10")):
        base = statistics.median(one.load.quantile(share) for one in direct)
        added = [(one.load.quantile(share) - base) * 1000 for one in ours]
        rows.append(Row.of(f"added at {PACE:.0f} requests/s, p{share * 100:.0f}", added, target, "ms"))
    return rows

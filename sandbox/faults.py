"""Rules by which a stand-in misbehaves, set over its control API."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from sandbox.clock import Clock

# Kinds that every stand-in knows, because they concern the wire alone.
ANSWERED = frozenset(
    {"429", "503", "500", "502", "504", "html", "login_page", "redirect", "huge", "token_500"}
)
CHANGED = frozenset(
    {"slow", "drip", "truncate", "reset_before", "reset_after", "bad_json", "bom", "no_content_type"}
)
WIRE = ANSWERED | CHANGED


@dataclass
class Fault:
    """One rule. It holds for `count` matching requests, for `seconds` on the stand-in's clock, or until it is removed.

    `path` is a glob over the path without query. `after`: matching requests that pass first. `delay`: seconds, per
    answer (slow), per chunk (drip) or since issue (token_not_ready). `size`: bytes of a huge answer, of a drip's
    chunks, or sent before a cut. `body`: empty, html or json for refusals. `retry_after`: seconds, sent as header.
    """

    kind: str
    path: str = "*"
    method: str | None = None
    count: int | None = None
    seconds: float | None = None
    retry_after: int | None = None
    after: int = 0
    probability: float = 1.0
    status: int | None = None
    body: str = "empty"
    delay: float | None = None
    size: int | None = None
    until: float | None = None
    seen: int = 0
    hits: int = 0

    def shown(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def matches(self, method: str, path: str) -> bool:
        return (not self.method or self.method.upper() == method) and fnmatchcase(path, self.path)


GIVEN = {
    "kind",
    "path",
    "method",
    "count",
    "seconds",
    "retry_after",
    "after",
    "probability",
    "status",
    "body",
    "delay",
    "size",
}


class Faults:
    """The rules in force. `further` are the provider's own kinds, with the path and count they have unless told."""

    def __init__(self, clock: Clock, further: Mapping[str, Mapping[str, Any]], token_path: str) -> None:
        self.clock = clock
        self.further = {**further, "token_500": {"path": token_path}}
        self.rules: list[Fault] = []
        self._random = random.Random(7)

    def add(self, given: Mapping[str, Any]) -> Fault:
        """Raises ValueError where the rule cannot be understood."""
        kind = str(given.get("kind"))
        unknown = sorted(set(given) - GIVEN)
        if unknown:
            raise ValueError(f"unknown member {', '.join(unknown)}; known are {', '.join(sorted(GIVEN))}")
        if kind not in WIRE and kind not in self.further:
            raise ValueError(f"unknown kind {kind}; known are {', '.join(sorted(WIRE | set(self.further)))}")
        fault = Fault(**{**self.further.get(kind, {}), **given, "kind": kind})
        if fault.seconds is not None:
            fault.until = self.clock.now() + fault.seconds
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        self.rules.clear()

    def hits(self, method: str, path: str) -> dict[str, Fault]:
        """Rules that hold for this request, by kind; of those about the wire only the first. Counts them as used."""
        self.rules = [one for one in self.rules if not self._spent(one)]
        found: dict[str, Fault] = {}
        wired = False
        for rule in self.rules:
            about_wire = rule.kind in WIRE
            if rule.kind in found or (about_wire and wired) or not rule.matches(method, path):
                continue
            rule.seen += 1
            if rule.seen <= rule.after or self._random.random() >= rule.probability:
                continue
            rule.hits += 1
            wired = wired or about_wire
            found[rule.kind] = rule
        return found

    def _spent(self, rule: Fault) -> bool:
        over = rule.until is not None and self.clock.now() >= rule.until
        return over or (rule.count is not None and rule.hits >= rule.count)

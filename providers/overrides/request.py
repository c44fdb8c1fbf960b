"""The request layer: members of the vendor's body made of the unified one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from providers.overrides.budget import Budget, Fault
from providers.overrides.expression import Expression
from providers.overrides.override import STEPS, Entries, Unfit
from providers.writing import Body, Closed, Draft, Entry, Writing
from schemas.unified import UnifiedResource, fields


def request_fields(unified: UnifiedResource) -> dict[str, bool]:
    """The fields that a body may hold, and so an expression read; whether an update may change them."""
    return {
        each.name: each.writes.update for each in fields(unified) if each.writes.create or each.writes.update
    }


@dataclass(frozen=True)
class Remaking:
    """The request layer of one resource, made ready: dotted paths in the vendor's body."""

    members: Entries

    def __call__(self, body: Body, given: Mapping[str, Any], *, creates: bool) -> Body:
        """The vendor's body with what the expressions make of the unified one; neither is changed. Raises Unfit.

        An update touches only what it names: an expression counts where a field that it reads is there, one that reads
        none on create alone. Null clears where all that is read is null, else it leaves the member out.
        """
        budget, made = Budget(STEPS), body
        for path, expression in self.members.items():
            steps = path.split(".")
            if expression is None:
                made = _without(made, steps)
            elif _counts(expression, given, creates=creates):
                value = _value(path, expression, given, budget)
                clears = not creates and all(given.get(name) is None for name in expression.reads.names)
                laid = value is not None or clears
                made = _laid(made, steps, value, path) if laid else _without(made, steps)
        return made


def _counts(expression: Expression, given: Mapping[str, Any], *, creates: bool) -> bool:
    names = expression.reads.names
    return creates if not names else any(name in given for name in names)


def _value(path: str, expression: Expression, given: Mapping[str, Any], budget: Budget) -> Any:
    try:
        return expression.value(given, budget)
    except Fault as fault:
        raise Unfit(f"The override of the vendor's member '{path}' {fault}") from fault


def _laid(body: Mapping[str, Any], steps: Sequence[str], value: Any, path: str) -> Body:
    first, *further = steps
    if not further:
        return {**body, first: value}
    below = body.get(first)
    if below is not None and not isinstance(below, Mapping):
        raise Unfit(f"The override of the vendor's member '{path}' meets what is no object")
    return {**body, first: _laid(below or {}, further, value, path)}


def _without(body: Mapping[str, Any], steps: Sequence[str]) -> Body:
    """An object that is left empty by it goes along."""
    first, *further = steps
    rest = {name: value for name, value in body.items() if name != first}
    if not further or not isinstance(body.get(first), Mapping):
        return rest if not further else dict(body)
    below = _without(body[first], further)
    return {**body, first: below} if below else rest


def opened(writing: Writing, unified: UnifiedResource, members: Entries) -> Writing:
    """The writing with the fields that expressions read open to clients, whatever the provider has for them."""
    known = request_fields(unified)
    names = {name for found in members.values() if found for name in found.reads.names & known.keys()}
    entries = dict(writing.entries)
    for name in names:
        if isinstance(entries.get(name), Closed | None):
            entries[name] = Entry(_nothing, update=known[name])
    return replace(writing, entries=entries)


def _nothing(value: Any, draft: Draft) -> Body:
    """The expression alone says where the value goes."""
    return {}

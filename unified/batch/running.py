"""Runs a batch: entries as soon as what they depend on is there, calls side by side within bounds."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.routing import Router

from auth.connections import Connection
from schemas.envelope import error_body
from schemas.errors import InvalidRequest, Problem, TooLarge
from unified.batch.form import BatchForm, Entry
from unified.batch.inner import Allowance, Call, Enough, call_of, records_of, with_key
from unified.batch.templates import View, paths, rendered

MOST_ENTRIES = 50
MOST_RECORDS = 10_000
MOST_BYTES = 64 * 1024 * 1024  # of records
AT_ONCE = 8  # calls; the account's governor holds back what its vendor does not take

Failure = dict[str, Any]


@dataclass
class Result:
    """What an entry has found, and what failed of it."""

    records: list[Any] = field(default_factory=list, repr=False)
    errors: list[Failure] = field(default_factory=list)


class Batch:
    """One batch on its way. `key`: its idempotency key, "" where it has none."""

    def __init__(
        self, form: BatchForm, connection: Connection, request: Request, routes: Router, key: str
    ) -> None:
        self._form, self._connection = form, connection
        self._request, self._routes, self._key = request, routes, key
        self._allowance = Allowance(MOST_RECORDS, MOST_BYTES)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._needs = dependencies(form.resources)
        self._results = {entry.spoken: Result() for entry in form.resources}
        self._ends = {entry.spoken: asyncio.Event() for entry in form.resources}

    async def run(self) -> dict[str, Any]:
        """The answer: results and errors by entry."""
        async with asyncio.TaskGroup() as group:
            for place, entry in enumerate(self._form.resources):
                group.create_task(self._settle(place, entry))
        return {
            "result": {
                entry.key: self._results[entry.spoken].records
                for entry in self._form.resources
                if entry.persist
            },
            "errors": {entry.key: self._results[entry.spoken].errors for entry in self._form.resources},
        }

    async def _settle(self, place: int, entry: Entry) -> None:
        try:
            await self._enter(place, entry)
        except Problem as problem:
            self._fail(entry, problem)
        finally:
            self._ends[entry.spoken].set()

    async def _enter(self, place: int, entry: Entry) -> None:
        if place >= MOST_ENTRIES:
            raise _too_many(f"A batch has at most {MOST_ENTRIES} entries; this one was not run.")
        for name in self._needs[entry.spoken]:
            await self._ends[name].wait()
            if self._results[name].errors:
                raise _not_run(name)
        view = View(self._form.args, self._connection.tenant_id, self._seen())
        if entry.loop_on is None:
            await self._ask(entry, view, None, 0, self._results[entry.spoken].records)
        else:
            await self._loop(entry, view, entry.loop_on)

    async def _loop(self, entry: Entry, view: View, path: str) -> None:
        """In the order of the list, some at a time."""
        seen: Counter[str] = Counter()
        elements = view.elements(path)
        for start in range(0, len(elements), AT_ONCE):
            some = []
            for element in elements[start : start + AT_ONCE]:
                name = _name(element)
                some.append((View(view.args, view.tenant_id, view.results, path, element), name, seen[name]))
                seen[name] += 1
            parts = await asyncio.gather(*(self._part(entry, *each) for each in some))
            for part in parts:
                self._results[entry.spoken].records += part.records
                self._results[entry.spoken].errors += part.errors
            if self._allowance.is_spent and start + AT_ONCE < len(elements):
                raise _full()

    async def _part(self, entry: Entry, view: View, name: str, turn: int) -> Result:
        """One element's share."""
        part = Result()
        try:
            await self._ask(entry, view, name, turn, part.records)
        except Problem as problem:
            element = view.element
            has_id = isinstance(element, dict) and "id" in element
            told = {"id": element["id"]} if has_id else {"element": element}
            part.errors.append({**error_body(problem, self._request.state.request_id), **told})
        return part

    async def _ask(self, entry: Entry, view: View, name: str | None, turn: int, found: list[Any]) -> None:
        call = self._keyed(_filled(entry, self._connection, view), entry, name, turn)
        async with self._turns:
            if self._allowance.is_spent:
                raise _full()
            try:
                await records_of(call, self._request, self._routes, self._allowance, found)
            except Enough:
                raise _full() from None

    def _keyed(self, call: Call, entry: Entry, name: str | None, turn: int) -> Call:
        """Each write has a key of its own, the same when the batch is sent again."""
        if not self._key:
            return call
        parts = orjson.dumps([self._key, entry.key, name, turn])
        return with_key(call, f"batch-{hashlib.sha256(parts).hexdigest()}")

    def _seen(self) -> Mapping[str, Any]:
        """What templates see of the entries that are over: of one call without a loop, its record."""
        return {
            entry.spoken: _seen(entry, self._results[entry.spoken].records)
            for entry in self._form.resources
            if self._ends[entry.spoken].is_set()
        }

    def _fail(self, entry: Entry, problem: Problem) -> None:
        failure = error_body(problem, self._request.state.request_id)
        if entry.id is not None:
            failure["id"] = self._id(entry, entry.id)
        self._results[entry.spoken].errors.append(failure)

    def _id(self, entry: Entry, id_: str | int) -> Any:
        """The id that was meant, where its templates can be filled."""
        try:
            return rendered(id_, View(self._form.args, self._connection.tenant_id, self._seen()))
        except InvalidRequest:
            return id_


def dependencies(entries: list[Entry]) -> dict[str, set[str]]:
    """Names of the entries that each one waits for: those it says, and those its templates name.

    Raises `InvalidRequest` for a name that no entry has, and for a circle.
    """
    names = {entry.spoken for entry in entries}
    needs = {entry.spoken: _needed(entry, names) for entry in entries}
    left = dict(needs)
    while left:
        ready = [name for name, needed in left.items() if not needed & left.keys()]
        if not ready:
            raise InvalidRequest.about(
                "depends_on", f"goes round in a circle: {', '.join(sorted(left))[:500]}"
            )
        for name in ready:
            del left[name]
    return needs


def _needed(entry: Entry, names: set[str]) -> set[str]:
    found = {name.replace("/", ".") for name in entry.depends_on}
    named = {*paths([entry.id, entry.query, entry.body]), *([entry.loop_on] if entry.loop_on else [])}
    found |= {_entry_in(path, names) for path in named if path.split(".")[0] == "resources"}
    if unknown := found - names:
        raise InvalidRequest.about(
            "depends_on", f"names '{min(unknown)[:200]}', which is no entry of the batch"
        )
    return found


def _entry_in(path: str, names: set[str]) -> str:
    """The entry that a template's path begins with: the longest name, as names may hold dots."""
    steps = path.split(".")[1:]
    prefixes = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((prefix for prefix in prefixes if prefix in names), ".".join(steps))


def _filled(entry: Entry, connection: Connection, view: View) -> Call:
    id_ = rendered(entry.id, view)
    query, body = rendered(entry.query, view), rendered(entry.body, view)
    if id_ is not None and not isinstance(id_, str | int | float):
        raise InvalidRequest.about("id", "must become a text or a number")
    return call_of(entry, connection, None if id_ is None else str(id_), query, body)


def _seen(entry: Entry, records: list[Any]) -> Any:
    is_single = not entry.is_list and entry.loop_on is None and len(records) == 1
    return records[0] if is_single else records


def _name(element: Any) -> str:
    """What tells a loop's elements apart, also when their list has changed in between."""
    known = element["id"] if isinstance(element, dict) and "id" in element else element
    return hashlib.sha256(orjson.dumps(known, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _not_run(name: str) -> Problem:
    return Problem(f"'{name}' failed, so this was not run.", status=424, reason="failed_dependency")


def _too_many(message: str) -> Problem:
    return TooLarge(message, reason="batch_too_large")


def _full() -> Problem:
    return _too_many(
        f"A batch takes in at most {MOST_RECORDS} records and {MOST_BYTES} bytes: the rest is missing here. "
        "Narrow the lists, or split the batch."
    )

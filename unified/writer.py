"""Drives a write: the calls that a deed yields are sent one by one, and what fails says what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from auth.connections import Connections
from providers.resource import Params
from providers.values import ident
from providers.writing import Deed, Draft, Entries, Entry, Row, Step, Talk, Writing
from proxy.answer import Answer, Call, Content, form, not_understood
from proxy.pipe import Pipe
from proxy.refusals import refuse
from schemas.errors import Problem, RemoteProblem
from unified.reader import Reader
from unified.rows import Rows
from unified.target import Target, merged

STATE_REFUSALS = (400, 409, 422)  # what vendors answer where a record's state does not allow a deed


@dataclass(frozen=True)
class Done:
    """What a deed ended with: the vendor's record, if it showed one, and the call that wrote, with its answer."""

    row: Row | None
    call: Call
    answer: Answer


@dataclass(frozen=True)
class Extras:
    """What goes along with the call that writes: vendor parameters, and a body that replaces the mapped one."""

    params: Params = ()
    content: Content | None = None


class Conversation:
    """One deed on its way. `scopes` and texts of failures come from the declarations."""

    def __init__(
        self,
        pipe: Pipe,
        connections: Connections,
        target: Target,
        writing: Writing,
        deed: Deed,
        draft: Draft,
        extras: Extras,
    ) -> None:
        self._pipe, self._connections = pipe, connections
        self._target, self._writing, self._deed, self._extras = target, writing, deed, extras
        self._draft = draft
        self._written: tuple[Call, Answer] | None = None
        self._last: tuple[Call, Answer] | None = None
        self._made: Any = None  # the id that the first written record has

    async def run(self) -> Done:
        """Raises what a call ends in. After a first change that was made, `outcome` is `partly_applied`."""
        talk, found = self._deed.talk(self._draft), None
        while True:
            try:
                step = talk.send(found)
            except StopIteration as end:
                return self._done(end.value)
            found = await self._answered(step)

    def _done(self, row: Row | None) -> Done:
        call, answer = self._written or self._last or _nothing_was_called()
        return Done(row, call, answer)

    async def _answered(self, step: Step) -> Any:
        try:
            return await self._sent(step)
        except Problem as problem:
            if self._written is not None:
                problem.details.update(outcome="partly_applied", id=self._made)
            elif step.verb == "GET":
                problem.details.setdefault("outcome", "not_applied")
            raise

    async def _sent(self, step: Step) -> Any:
        call = call_of(step, self._extras if self._written is None else Extras())
        is_read = step.verb == "GET"
        send = self._pipe.read if is_read else self._pipe.write
        answer = await send(self._target.connection, call)
        self._last = call, answer
        if step.lists and answer.status == 404:
            return []
        if not answer.is_success:
            raise await self._refusal(answer, is_read)
        found = answer.json() if is_read else _parsed(answer)
        if not is_read and self._written is None:
            self._written = call, answer
            self._made = ident(found.get("id")) if isinstance(found, dict) else self._made
        return found

    async def _refusal(self, answer: Answer, is_read: bool) -> RemoteProblem:
        if 300 <= answer.status < 400:
            problem = not_understood(answer, "a redirect")
        else:
            scopes = self._target.source.scopes if is_read else self._deed.scopes
            problem = await refuse(self._connections, self._target.connection, answer, scopes)
        if not is_read:
            problem.details["outcome"] = "not_applied" if answer.status < 500 else "uncertain"
            failures = failures_of(self._writing, self._draft, answer)
            if failures:
                problem.details["failures"] = failures
        return problem


def _nothing_was_called() -> tuple[Call, Answer]:
    raise RuntimeError("a deed made no call")


def _parsed(answer: Answer) -> Any:
    """What a successful write was answered with; of one that says only where the record is, its id there."""
    location = answer.headers.get("location", "")
    if location and not answer.body:
        return {"id": unquote(urlsplit(location).path.rstrip("/").rpartition("/")[2])}
    try:
        return answer.json()
    except RemoteProblem:
        return None


def call_of(step: Step, extras: Extras) -> Call:
    """The call of a step; a step that writes takes the extras along."""
    if step.verb == "GET":
        return Call(step.path, step.params, headers=step.headers)
    own = _content(step)
    content = extras.content or own
    return Call(step.path, merged(step.params, extras.params), step.verb, content, step.headers)


def _content(step: Step) -> Content | None:
    if step.file is not None:
        part, file = step.file
        return form(step.body or {}, part, file.name, file.type, file.content)
    return Content(orjson.dumps(step.body)) if step.body is not None else None


def first_call(talk: Talk, extras: Extras) -> Call:
    """The call that a deed begins with, without sending it."""
    return call_of(next(talk), extras)


def failures_of(writing: Writing, draft: Draft, answer: Answer) -> list[dict[str, str]]:
    """The vendor's complaints by unified field, the first about each, as far as the mapping knows the field."""
    complaint = answer.connection.provider.read_error(answer.raw())
    texts = [
        (thing, text) for thing, found in (complaint.texts if complaint else {}).items() for text in found
    ]
    failures: dict[str, str] = {}
    for thing, text in texts:
        field, message = _failure(writing, draft, thing, answer.hide(text)) or ("", "")
        failures.setdefault(field, message)
    return [{"field": field, "message": message} for field, message in failures.items() if field]


def _failure(writing: Writing, draft: Draft, thing: str, text: str) -> tuple[str, str] | None:
    """The field that a text is about, one of the body rather than another, and what it says of it."""
    if field := writing.place(thing, draft):
        return field, text
    custom = draft.given.get("custom_fields") or {}
    known = [
        *_blamed(writing.entries, writing.thing, thing),
        *((f"custom_fields.{name}", (name,)) for name in custom),
    ]
    known.sort(key=lambda pair: pair[0].split(".")[0] not in draft.given)
    for field, keys in known:
        if found := writing.blame(text, keys):
            return field, found[1]
    return None


def _blamed(entries: Entries, own: str, thing: str, above: str = "") -> Iterator[tuple[str, Sequence[str]]]:
    """The fields that a text about a thing may be about, with the vendor's names for each."""
    for name, entry in entries.items():
        if not isinstance(entry, Entry):
            continue
        if thing == own:
            yield f"{above}{name}", entry.keys
        for inner, below in entry.inner.items():
            yield from _blamed(below, inner, thing, f"{above}{name}.")


class Writer:
    """Makes the conversations of writes."""

    def __init__(self, pipe: Pipe, connections: Connections, reader: Reader) -> None:
        self._pipe, self._connections, self._reader = pipe, connections, reader

    async def reading(self, target: Target, id_: str) -> Rows:
        """The record as it stands; `id_` is the vendor's."""
        return await self._reader.row(target, target.get_call(f"{target.source.prefix}{id_}", (), False))

    async def present(self, target: Target, id_: str) -> Row:
        """The vendor's record as it stands, as the mapping reads it."""
        found = await self.reading(target, id_)
        return found.readable(found.rows[0])

    async def look(self, target: Target, writing: Writing, deed: Deed, draft: Draft, step: Step) -> list[Row]:
        """The records that a list call finds."""

        def talk(draft: Draft) -> Talk:
            found.extend((yield step))
            return None

        found: list[Row] = []
        await self.run(target, writing, replace(deed, talk=talk), draft, Extras())
        return found

    async def file(self, target: Target, deed: Deed, draft: Draft, extras: Extras) -> Answer:
        """What a deed that gives a file is answered with. Raises what the call ends in."""
        call = first_call(deed.talk(draft), extras)
        answer = await self._pipe.read(target.connection, call)
        if not answer.is_success:
            raise await refuse(self._connections, target.connection, answer, target.source.scopes)
        return answer

    async def run(self, target: Target, writing: Writing, deed: Deed, draft: Draft, extras: Extras) -> Done:
        """The deed, done. A refusal on account of the record's state says which state it is in and which would do."""
        conversation = Conversation(self._pipe, self._connections, target, writing, deed, draft, extras)
        try:
            return await conversation.run()
        except RemoteProblem as problem:
            if deed.states and problem.status in STATE_REFUSALS and draft.id:
                await self._tell_state(target, writing, deed, draft, problem)
            raise

    async def _tell_state(
        self, target: Target, writing: Writing, deed: Deed, draft: Draft, problem: RemoteProblem
    ) -> None:
        problem.details["allowed_states"] = list(deed.states)
        try:
            row = await self.present(target, draft.id)
        except Problem:
            return
        state = problem.details["state"] = writing.status(row)
        if state not in deed.states:
            said = problem.message.rstrip(".")
            problem.message = (
                f"{said}. It is in the state {state}; this is allowed in {', '.join(deed.states)}."
            )

"""How a provider is written to: what each unified field becomes in its body, and each deed as a conversation of calls.

A deed is a generator: it yields the calls to make, one at a time, is handed each one's parsed answer, and returns the
vendor's record in the end. Whoever drives it does all sending.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Body = dict[str, Any]
Row = Mapping[str, Any]
Kind = Literal["invalid_request", "unwritable_field", "missing_field"]


@dataclass(frozen=True)
class FilePart:
    """A file in a form."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Step:
    """One call. `lists`: its answer is a collection, empty where the vendor answers 404.

    `file`: the name of a part and what is in it; the body then goes as a form, with the members as parts beside it.
    `headers` come beside those of every call.
    """

    verb: str
    path: str
    body: Body | None = None
    params: tuple[tuple[str, str], ...] = ()
    lists: bool = False
    file: tuple[str, FilePart] | None = None
    headers: tuple[tuple[str, str], ...] = ()


Talk = Generator[Step, Any, Row | None]


@dataclass(frozen=True)
class Draft:
    """What a write is made of.

    `given`: the unified body. `remote`: its `remote_data`. `id`: the vendor's id of the record, "" on a create.
    `present`: the vendor's record before an update, where a field of the body or an etag asks for it. `settings`: the
    account's context. `body`: the vendor's body, once it is made. `handle`: a name for the write that is the same in
    all attempts at it, "" where none is made.
    """

    given: Mapping[str, Any]
    remote: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    present: Row | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    body: Body = field(default_factory=dict)
    handle: str = ""

    @property
    def creates(self) -> bool:
        return not self.id


@dataclass(frozen=True)
class Fault:
    """What is wrong with a member of a body; `field` is its path."""

    field: str
    message: str
    kind: Kind = "invalid_request"

    def below(self, above: str) -> "Fault":
        return replace(self, field=f"{above}.{self.field}" if self.field else above)


Check = Callable[[Any, Draft], Iterable[Fault]]


def no_faults(value: Any, draft: Draft) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True)
class Entry:
    """How a unified field is written: `write(value, draft)` makes members of the vendor's body; None clears.

    `keys`: the vendor's names for it, by which its errors speak of it. `clears`: whether null can be written.
    `compares`: an update has to see the present record. `check` looks at a value that has the right type. `words`: all
    that an enum takes. `inner`: the entries of the objects that the field holds, by the vendor's name for such an
    object. `annotation`: the type on write, where it is not the model's. `adds`: whether writing a value twice adds
    something twice.
    """

    write: Callable[[Any, Draft], Body]
    keys: tuple[str, ...] = ()
    create: bool = True
    update: bool = True
    clears: bool = True
    compares: bool = False
    check: Check = no_faults
    words: tuple[str, ...] = ()
    inner: Mapping[str, "Entries"] = field(default_factory=dict)
    annotation: Any = None
    adds: Callable[[Any], bool] = lambda value: False


@dataclass(frozen=True)
class Closed:
    """A field that can't be written, and why. The value that it always has, if any, may be sent all the same."""

    why: str
    always: str | None = None


Entries = Mapping[str, Entry | Closed]


@dataclass(frozen=True)
class Rule:
    """A requirement that depends on the rest of the body: `field` is missing where `broken`; `text` says when."""

    field: str
    text: str
    broken: Callable[[Draft], bool]


@dataclass(frozen=True)
class Argument:
    """A member of a custom method's body. `annotation`: its type."""

    annotation: Any
    about: str
    required: bool = False


def no_handle(draft: Draft) -> Step | None:
    return None


def never(draft: Draft) -> bool:
    return False


@dataclass(frozen=True)
class Deed:
    """One method. `states`: the vendor's words for the states in which it is allowed, none where all are.

    `takes`: what a custom method takes besides `id`. `gives_file`: its one call is answered with bytes.

    The rest is for a deed whose answer was lost. `handle`: the list call that finds the record of a create, None where
    the draft has no handle; `resume`: what is still to be done to a record that was found so, where a create is several
    calls. `done`: the states that show that it was done. `repeats`: doing it twice is as good as once.
    `goes_by_handle`: whether a create is told by the draft's `handle`, so that a repeat makes no second record.
    `compares`: it has to see the present record.
    """

    talk: Callable[[Draft], Talk]
    about: str
    scopes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    takes: Mapping[str, Argument] = field(default_factory=dict)
    handle: Callable[[Draft], Step | None] = no_handle
    resume: Callable[[Draft, Row], Talk] | None = None
    done: tuple[str, ...] = ()
    repeats: bool = False
    goes_by_handle: Callable[[Draft], bool] = never
    compares: bool = False
    gives_file: bool = False

    @property
    def can_be_found(self) -> bool:
        """Whether some draft has a handle."""
        return self.handle is not no_handle

    @property
    def can_be_repeated(self) -> bool:
        """Whether some draft goes by its handle."""
        return self.goes_by_handle is not never


@dataclass(frozen=True)
class Writing:
    """How the records of one collection are written.

    `thing`: the vendor's name of the object in its errors. `deeds`: by method, `create`, `update`, `delete` and custom
    ones. `required`: what a create needs beyond the model's own. `refusals`: why a method is not offered. `suits`:
    whether a create with this body belongs to the collection. `status`: reads a record's state, in the vendor's words.
    `blame`: for a vendor that complains in sentences, which of a field's names one is about, and what it says of it.
    `place`: for a vendor that names a place in the body it was sent, the unified field there.
    """

    thing: str
    entries: Entries
    deeds: Mapping[str, Deed]
    required: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    suits: Callable[[Mapping[str, Any]], bool] = lambda given: True
    status: Callable[[Row], str] = lambda row: str(row.get("status") or "")
    blame: Callable[[str, Iterable[str]], tuple[str, str] | None] = lambda text, keys: None
    place: Callable[[str, Draft], str | None] = lambda path, draft: None


def merged(body: Mapping[str, Any], winning: Mapping[str, Any]) -> Body:
    """Both bodies: objects member by member, of anything else what wins."""
    result = dict(body)
    for key, value in winning.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = merged(old, value) if both and old is not None else value
    return result


def body_of(entries: Entries, given: Mapping[str, Any], draft: Draft) -> Body:
    """The vendor's members for all members that are given."""
    body: Body = {}
    for name, value in given.items():
        entry = entries.get(name)
        if isinstance(entry, Entry):
            body = merged(body, entry.write(value, draft))
    return body


def faults_of(entries: Entries, given: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
    """What is wrong with members whose types are right: those that can't be written, and what each entry checks."""
    for name, value in given.items():
        entry = entries.get(name)
        if isinstance(entry, Closed):
            if value is not None and value != entry.always:
                yield Fault(name, entry.why, "unwritable_field")
        elif entry is not None:
            yield from _entry_faults(name, entry, value, draft)


def _entry_faults(name: str, entry: Entry, value: Any, draft: Draft) -> Iterator[Fault]:
    if not (entry.create if draft.creates else entry.update):
        if value is not None:
            yield Fault(name, f"is set on {'update' if draft.creates else 'create'} only", "unwritable_field")
    elif value is not None:
        if entry.words and value not in entry.words:
            yield Fault(name, f"takes one of {', '.join(entry.words)}")
        yield from (fault.below(name) for fault in entry.check(value, draft))
    elif not (entry.clears or draft.creates):
        yield Fault(name, "can't be cleared")


def created(path: str) -> Callable[[Draft], Talk]:
    """The plain create: one POST of the body."""

    def talk(draft: Draft) -> Talk:
        found: Row | None = yield Step("POST", path, draft.body)
        return found

    return talk


def changed(path: str) -> Callable[[Draft], Talk]:
    """The plain update: one PUT of the body; where nothing is to be changed the record is only read."""

    def talk(draft: Draft) -> Talk:
        verb, body = ("PUT", draft.body) if draft.body else ("GET", None)
        found: Row | None = yield Step(verb, f"{path}/{draft.id}", body)
        return found

    return talk


def acted(path: str, action: str) -> Callable[[Draft], Talk]:
    """The plain action: one PUT to a path below the record."""

    def talk(draft: Draft) -> Talk:
        found: Row | None = yield Step("PUT", f"{path}/{draft.id}/{action}", draft.body)
        return found

    return talk

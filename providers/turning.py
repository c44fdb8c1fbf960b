"""Turns a mapping table round: where a path is read from, it is written to; what can't be turned round must be said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from providers import values
from providers.mapping import At, Const, Each, Fields, Node, NotOffered, One
from providers.writing import Body, Closed, Draft, Entries, Entry, Fault, body_of, faults_of
from schemas.fields import Writes

KEYS = frozenset({"id", "code", "name"})  # natural keys: a path that ends in one is a reference


def plain(value: Any) -> Any:
    return value


def key(value: str) -> int | str:
    """An id as the vendor writes it: a number where it is one."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else value


def decimal(value: int | float) -> str:
    """A number digit for digit, as text without an exponent."""
    return format(Decimal(repr(value)), "f")


WRITTEN: Mapping[Any, Callable[[Any], Any]] = {
    values.text: plain,
    values.ident: key,
    values.number: decimal,
    values.day: plain,
    values.boolean: plain,
}


def placed(path: Sequence[str], value: Any) -> Body:
    """The value at a path; None clears all of what the path's first step refers to."""
    if value is None:
        return {path[0]: None}
    for step in reversed(path):
        value = {step: value}
    body: Body = value
    return body


def to(path: str, convert: Callable[[Any], Any] = plain, **settings: Any) -> Entry:
    """Written at a dotted path."""
    steps = path.split(".")

    def write(value: Any, draft: Draft) -> Body:
        return placed(steps, None if value is None else convert(value))

    return Entry(write, keys=(steps[0],), **settings)


def word(path: str, written: Mapping[str, Any], *, also: tuple[str, ...] = (), **settings: Any) -> Entry:
    """An enum: the vendor's value for each unified word; `also`: words of the vendor that may be sent as they are."""
    table = {**{name: name for name in also}, **written}
    return to(path, table.__getitem__, words=(*written, *also), clears=False, **settings)


def reference(path: str, **settings: Any) -> Entry:
    """A unified ref object, written as a reference by id."""
    return Entry(
        lambda value, draft: {path: None if value is None else {"id": key(value["id"])}},
        keys=(path,),
        **settings,
    )


def references(path: str, **settings: Any) -> Entry:
    """A list of objects with ids, which replaces the vendor's; an empty one is written as null."""

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        for place, item in enumerate(value):
            if not item.get("id"):
                yield Fault(f"{place}.id", "is missing", "missing_field")

    return Entry(
        lambda value, draft: {path: [{"id": key(item["id"])} for item in value or ()] or None},
        keys=(path,),
        check=check,
        **settings,
    )


def turn(table: Fields, model: type[BaseModel] | None = None, /, **given: Entry | Closed) -> Entries:
    """An entry for every writable field of the table's model (or of `model`, for a nested shape that has none).

    Raises TypeError where a field's node can't be turned round and no entry is given for it, and for an entry that is
    of no field.
    """
    model = model or table.model
    names = [name for name in table.rows if model is None or _is_writable(model, name)]
    if strange := [name for name in given if name not in names]:
        raise TypeError(f"no writable field: {', '.join(strange)}")
    found = {name: given.get(name) or _turned(table.rows[name]) for name in names}
    if missing := [name for name, entry in found.items() if entry is None]:
        raise TypeError(f"can't be turned round, and no entry is given: {', '.join(missing)}")
    return {name: entry for name, entry in found.items() if entry is not None}


def _is_writable(model: type[BaseModel], name: str) -> bool:
    writes = model.model_fields[name].json_schema_extra
    return isinstance(writes, Writes) and (writes.create or writes.update)


def _turned(node: Node) -> Entry | Closed | None:
    match node:
        case At():
            return _turned_path(node)
        case Const():
            return Closed(f"is always '{node.value}' here", always=node.value)
        case NotOffered():
            return Closed(f"can't be written: {node.why}")
        case One(node=At(path=path), to=table):
            return _object(path, turn(table))
        case Each(node=At(path=path), to=table, given=()):
            return _list(path, turn(table))
    return None


def _steps(path: Sequence[str]) -> list[str]:
    return [step.split("|")[0] for step in path]


def _turned_path(node: At) -> Entry | None:
    steps = _steps(node.path)
    if len(steps) > 1 and (steps[-1] not in KEYS or len(steps) > 2):
        return None
    if isinstance(node.convert, values.Words):
        return word(".".join(steps), node.convert.written)
    convert = WRITTEN.get(node.convert)
    return to(".".join(steps), convert) if convert else None


def _object(path: Sequence[str], entries: Entries) -> Entry:
    steps = _steps(path)

    def write(value: Any, draft: Draft) -> Body:
        return placed(steps, None if value is None else body_of(entries, value, draft))

    return Entry(
        write,
        keys=(steps[0],),
        check=lambda value, draft: faults_of(entries, value, draft),
        inner={steps[-1]: entries},
    )


def _list(path: Sequence[str], entries: Entries) -> Entry:
    steps = _steps(path)

    def write(value: Any, draft: Draft) -> Body:
        return placed(steps, [body_of(entries, item, draft) for item in value or ()])

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        for place, item in enumerate(value):
            yield from (fault.below(str(place)) for fault in faults_of(entries, item, draft))

    return Entry(write, keys=(steps[0],), check=check, inner={steps[-1]: entries})

"""Bodies of unified writes, checked as a whole before anything is sent: every wrong member is named at once."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from providers.writing import Closed, Deed, Draft, Entry, Fault, Rule, Writing, faults_of
from schemas.errors import InvalidRequest
from schemas.unified import UnifiedField, UnifiedResource, fields, required_on_create

IGNORED = frozenset({"id", "created_at", "updated_at", "etag"})  # of a record that was read and is sent back
MOST_FAULTS = 100  # that are told of; who makes more has to begin anew
BRANCHES = ("float", "int")  # what pydantic calls the branches of a number, at the end of a place
EMPTY: tuple[object, ...] = (None, "", [])


def members(body: Any) -> dict[str, Any]:
    """The body as an object."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise InvalidRequest("The body must be a JSON object")
    return body


def remote_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor members that are merged over the mapped body."""
    remote = body.get("remote_data")
    if remote is not None and not isinstance(remote, dict):
        raise InvalidRequest.about("remote_data", "must be a JSON object")
    return remote or {}


def checked(unified: UnifiedResource, writing: Writing, draft: Draft) -> dict[str, Any]:
    """The members of the draft that are to be written; raises one `InvalidRequest` with all that is wrong with it."""
    known = {field.name: field for field in fields(unified)}
    given = {name: value for name, value in draft.given.items() if name not in (*IGNORED, "remote_data")}
    faults = [Fault(name, "is not known here", "unwritable_field") for name in given if name not in known]
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if name in known:
            found = list(_field_faults(known[name], writing, value, draft))
            faults += found
            if not found and _is_written(known[name], writing, value, draft):
                kept[name] = value
    faults += _missing(unified, writing, draft)
    broken = [rule for rule in writing.rules if rule.broken(draft)]
    if faults or broken:
        raise refusal(faults, broken)
    return kept


def _field_faults(known: UnifiedField, writing: Writing, value: Any, draft: Draft) -> Iterator[Fault]:
    entry = writing.entries.get(known.name)
    open_ = known.writes.create if draft.creates else known.writes.update
    is_needed = not isinstance(entry, Closed) and known.name in _needed(writing, known)
    if value is None and not draft.creates and is_needed:
        yield Fault(known.name, "can't be cleared")
    elif isinstance(entry, Closed) or open_:
        wrong = type_faults(_adapter(known, entry), known.name, value)
        yield from wrong or faults_of(writing.entries, {known.name: value}, draft)
    elif value is not None:
        yield Fault(known.name, _why_not(known, draft), "unwritable_field")


def _needed(writing: Writing, known: UnifiedField) -> tuple[str, ...]:
    return (*writing.required, *((known.name,) if known.writes.required else ()))


def _why_not(known: UnifiedField, draft: Draft) -> str:
    if known.writes.create or known.writes.update:
        return f"is set on {'update' if draft.creates else 'create'} only"
    return "is read only"


def _is_written(known: UnifiedField, writing: Writing, value: Any, draft: Draft) -> bool:
    """Nothing on a create is as good as left out; a value that is always so needs no writing."""
    entry = writing.entries.get(known.name)
    return isinstance(entry, Entry) and not (value is None and (draft.creates or not known.writes.update))


def _adapter(known: UnifiedField, entry: Entry | Closed | None) -> TypeAdapter[Any]:
    written = entry.annotation if isinstance(entry, Entry) else None
    return known.adapter if written is None else adapter_of(written)


@cache
def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def type_faults(adapter: TypeAdapter[Any], name: str, value: Any) -> list[Fault]:
    """Where a value has not the type, once for each place; null is a question of its own."""
    if value is None:
        return []
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError as error:
        found: dict[str, Fault] = {}
        for each in error.errors(include_url=False, include_input=False, include_context=False):
            place = ".".join([name, *(str(step) for step in each["loc"] if step not in BRANCHES)])
            found.setdefault(place, Fault(place, _sentence(each["type"], each["msg"])))
        return list(found.values())
    return []


def _sentence(kind: str, message: str) -> str:
    words = {
        "extra_forbidden": "is not known here",
        "missing": "is missing",
        "model_type": "must be a JSON object",
        "dict_type": "must be a JSON object",
        "list_type": "must be a list",
        "string_pattern_mismatch": "must be a day, as in 2026-02-28",
    }
    return words.get(kind) or message.removeprefix("Value error, ").replace("Input should be", "should be")


def _missing(unified: UnifiedResource, writing: Writing, draft: Draft) -> Iterator[Fault]:
    """What every create must hold; a vendor member in `remote_data` stands for the field that is written to it."""
    names = dict.fromkeys((*required_on_create(unified), *writing.required)) if draft.creates else ()
    for name in names:
        entry = writing.entries.get(name)
        is_there = draft.given.get(name) not in EMPTY
        if isinstance(entry, Entry) and not is_there and not any(key in draft.remote for key in entry.keys):
            yield Fault(name, "is missing", "missing_field")
        elif isinstance(entry, Closed) and entry.always and not is_there and name in writing.required:
            yield Fault(name, f"is missing: it {entry.why}", "missing_field")


def refusal(faults: Sequence[Fault], broken: Sequence[Rule] = ()) -> InvalidRequest:
    """One answer for all that is wrong; `broken`: the requirements among it that depend on other members."""
    needs = [Fault(rule.field, f"is missing: {rule.text}", "missing_field") for rule in broken]
    told = list(dict.fromkeys((*faults, *needs)))[:MOST_FAULTS]
    kinds = {fault.kind for fault in told}
    reason = next(kind for kind in ("unwritable_field", "missing_field", "invalid_request") if kind in kinds)
    return InvalidRequest(
        "The body can't be written: " + "; ".join(f"'{fault.field}' {fault.message}" for fault in told[:5]),
        reason=reason,
        failures=[{"field": fault.field[:200], "message": fault.message} for fault in told],
        insight=_insight(faults, broken),
    )


def _insight(faults: Sequence[Fault], broken: Sequence[Rule]) -> dict[str, Any]:
    missing = [fault.field for fault in faults if fault.kind == "missing_field"]
    found: dict[str, Any] = {}
    if missing:
        text = f"The body must hold {', '.join(missing)}."
        found["missing_required_body_fields"] = {"description": text, "value": missing}
    if broken:
        text = "With the other members that it holds, the body must hold more."
        rules = [rule.text for rule in broken]
        found["conditionally_required_body_fields"] = {"description": text, "value": rules}
    return found


def read_arguments(deed: Deed, body: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a custom method's body besides `id`; raises as `checked` does."""
    faults: list[Fault] = []
    given = {name: value for name, value in body.items() if name not in ("id", "remote_data")}
    for name, value in given.items():
        if name in deed.takes:
            faults += type_faults(adapter_of(deed.takes[name].annotation), name, value)
        else:
            faults.append(Fault(name, "is not known here", "unwritable_field"))
    needed = [name for name, argument in deed.takes.items() if argument.required]
    faults += [Fault(name, "is missing", "missing_field") for name in needed if given.get(name) in EMPTY]
    if faults:
        raise refusal(faults)
    return given

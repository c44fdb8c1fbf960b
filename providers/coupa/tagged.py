"""How Coupa's documents and lines are tagged: a department by id, lookup values in custom fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.written import CUSTOM_FIELDS
from providers.turning import key
from providers.writing import Body, Draft, Entry, Fault, merged

DEPARTMENT, LOOKUP = "department-", "lookup-"


def _fields(draft: Draft) -> Mapping[str, str]:
    """The custom field that holds the options of a lookup, by category id; only the tenant knows."""
    found = draft.settings.get("tracking_fields")
    return found if isinstance(found, dict) else {}


def _option(tag: Mapping[str, Any]) -> Body:
    if tag.get("option_id"):
        return {"id": key(tag["option_id"])}
    return {"name": tag["option"], "lookup": {"id": key(tag["id"].removeprefix(LOOKUP))}}


def tracking(department: str | None = None, *, instead: str = "has no department here") -> Entry:
    """The list replaces what a record is tagged with. `department`: where the record keeps one, else why not."""

    def write(value: Any, draft: Draft) -> Body:
        tags, fields = list(value or ()), _fields(draft)
        wanted = {fields[tag["id"]]: _option(tag) for tag in tags if tag["id"] in fields}
        absent = {} if draft.creates else dict.fromkeys(fields.values())
        body = CUSTOM_FIELDS.write({**absent, **wanted}, draft)
        found = next((tag["id"] for tag in tags if tag["id"].startswith(DEPARTMENT)), None)
        if department is None or (found is None and draft.creates):
            return body
        return merged(body, {department: found and {"id": key(found.removeprefix(DEPARTMENT))}})

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        for place, tag in enumerate(value):
            yield from (fault.below(str(place)) for fault in _faults(tag, draft))

    def _faults(tag: Mapping[str, Any], draft: Draft) -> Iterator[Fault]:
        id_ = tag.get("id") or ""
        if id_.startswith(DEPARTMENT):
            if department is None:
                yield Fault("id", instead)
        elif id_ not in _fields(draft):
            told = (
                "name the custom field that holds its options in the account's context, under tracking_fields"
            )
            yield Fault("id", told if id_ else "is missing")
        elif not (tag.get("option_id") or tag.get("option")):
            yield Fault("option_id", "is missing", "missing_field")

    return Entry(write, keys=(department,) if department else (), check=check)

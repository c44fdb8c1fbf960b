"""How Coupa's departments and lookups are written, the options of a lookup one by one."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from providers.coupa.dialect import blame, sought
from providers.coupa.written import CUSTOM_FIELDS, switched_off
from providers.mapping import Fields
from providers.turning import key, to, turn
from providers.writing import (
    Body,
    Closed,
    Deed,
    Draft,
    Entry,
    Fault,
    Row,
    Step,
    Talk,
    Writing,
    changed,
    created,
)
from schemas.errors import InvalidRequest

DEPARTMENTS, LOOKUPS, VALUES = "/departments", "/lookups", "/lookup_values"
COMMON = ("core.common.write",)
MOST_OPTIONS = 50  # in one call: each one is a call of its own to Coupa


def _named(path: str) -> Mapping[str, Deed]:
    return {
        "create": Deed(
            created(path),
            "A department.",
            COMMON,
            handle=lambda draft: sought(path, name=draft.given.get("name")),
        ),
        "update": Deed(changed(path), "The members that are given.", COMMON, repeats=True),
    }


def _is_department(given: Mapping[str, Any]) -> bool:
    return given.get("category_type") == "department"


def departments(table: Fields) -> Writing:
    """The write side of departments, each a category of its own."""
    return Writing(
        thing="department",
        entries=turn(table, name=to("name", clears=False), custom_fields=CUSTOM_FIELDS),
        deeds=_named(DEPARTMENTS),
        blame=blame,
        required=("category_type",),
        suits=_is_department,
        refusals=switched_off("department"),
    )


def _check_options(value: Any, draft: Draft) -> Iterator[Fault]:
    if len(value) > MOST_OPTIONS:
        yield Fault("", f"takes at most {MOST_OPTIONS} in one call: each one is a call to the vendor")
    for place, option in enumerate(value):
        if option.get("status") not in (None, "active", "archived"):
            yield Fault(f"{place}.status", "takes one of active, archived")
        if not option.get("name") and (draft.creates or not option.get("id") or "name" in option):
            yield Fault(f"{place}.name", "is missing", "missing_field")


def _adds_options(value: Any) -> bool:
    return any(not option.get("id") for option in value or ())


def _value(option: Mapping[str, Any]) -> Body:
    named = {"name": option["name"]} if option.get("name") else {}
    status = option.get("status")
    return {**named, **({} if status is None else {"active": status == "active"})}


def _new_values(draft: Draft, lookup: Any) -> Talk:
    """The options without an id; their own code, which Coupa wants, is the name."""
    for option in draft.given.get("options") or ():
        if draft.creates or not option.get("id"):
            code = {"lookup": {"id": lookup}, "external-ref-num": option["name"], "active": True}
            yield Step("POST", VALUES, {**code, **_value(option)})
    return None


def _create_lookup(draft: Draft) -> Talk:
    """Options can be added while the lookup is in use only, so one that is not to be is switched off last."""
    is_late = bool(draft.given.get("options")) and draft.body.get("active") is False
    row = yield Step("POST", LOOKUPS, {**draft.body, "active": True} if is_late else draft.body)
    if row:
        yield from _new_values(draft, row["id"])
    if row and is_late:
        row = yield Step("PUT", f"{LOOKUPS}/{row['id']}", {"active": False})
    return row if isinstance(row, dict) else None


def _resume_lookup(draft: Draft, row: Row) -> Talk:
    """The options that are not there yet, and the switch."""
    wanted = (("lookup[id]", str(row["id"])), ("limit", str(MOST_OPTIONS)))
    rows = yield Step("GET", VALUES, params=wanted, lists=True)
    names = {value.get("name") for value in rows}
    missing = [option for option in draft.given.get("options") or () if option["name"] not in names]
    rest = replace(draft, given={**draft.given, "options": missing})
    yield from _new_values(rest, row["id"])
    if draft.body.get("active") is False and row.get("active"):
        yield Step("PUT", f"{LOOKUPS}/{row['id']}", {"active": False})
    found: Row | None = yield Step("GET", f"{LOOKUPS}/{row['id']}")
    return found


def _change_lookup(draft: Draft) -> Talk:
    present = yield from _present_values(draft)
    if draft.body.get("active") is False:
        yield from _change_values(draft, present)
        return (yield from _change_itself(draft))
    row = yield from _change_itself(draft)
    yield from _change_values(draft, present)
    return row


def _change_itself(draft: Draft) -> Talk:
    row = yield Step("PUT" if draft.body else "GET", f"{LOOKUPS}/{draft.id}", draft.body or None)
    return row if isinstance(row, dict) else None


def _known(draft: Draft) -> list[Mapping[str, Any]]:
    return [option for option in draft.given.get("options") or () if option.get("id")]


def _present_values(draft: Draft) -> Generator[Step, Any, dict[str, Row]]:
    """The options that are to be changed, as they stand; all must be this lookup's."""
    known = _known(draft)
    if not known:
        return {}
    ids = ",".join(option["id"] for option in known)
    wanted = (("lookup[id]", draft.id), ("id[in]", ids), ("limit", str(MOST_OPTIONS)))
    rows = yield Step("GET", VALUES, params=wanted, lists=True)
    present = {str(row["id"]): row for row in rows}
    for place, option in enumerate(draft.given["options"]):
        if option.get("id") and option["id"] not in present:
            raise InvalidRequest.about(f"options.{place}.id", "is no option of this category")
    return present


def _change_values(draft: Draft, present: Mapping[str, Row]) -> Talk:
    for option in _known(draft):
        row = present[option["id"]]
        changes = {name: value for name, value in _value(option).items() if row.get(name) != value}
        if changes:
            yield Step("PUT", f"{VALUES}/{option['id']}", changes)
    return (yield from _new_values(draft, key(draft.id)))


def lookups(table: Fields) -> Writing:
    """The write side of lookups. Options that a list does not name stay: they can be switched off, not deleted."""
    named = _named(LOOKUPS)
    return Writing(
        thing="lookup",
        entries=turn(
            table,
            name=to("name", clears=False),
            category_type=Closed("takes department or lookup", always="lookup"),
            options=Entry(lambda value, draft: {}, clears=False, check=_check_options, adds=_adds_options),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create_lookup,
                "A lookup; each option by a call of its own.",
                COMMON,
                handle=named["create"].handle,
                resume=_resume_lookup,
            ),
            "update": Deed(
                _change_lookup, "The members that are given; options change one by one.", COMMON, repeats=True
            ),
        },
        blame=blame,
        required=("category_type",),
        suits=lambda given: not _is_department(given),
        refusals=switched_off("lookup"),
    )

"""How Coupa's departments and lookups are written, the options of a lookup one by one."""

from collections.abc import Iterator, Mapping
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
    Rule,
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
        "update": Deed(changed(path), "The members that are given.", COMMON),
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
    row = yield Step("POST", LOOKUPS, draft.body)
    if row:
        yield from _new_values(draft, row["id"])
    return row if isinstance(row, dict) else None


def _change_lookup(draft: Draft) -> Talk:
    known = [option for option in draft.given.get("options") or () if option.get("id")]
    present = {}
    if known:
        ids = ",".join(option["id"] for option in known)
        wanted = (("lookup[id]", draft.id), ("id[in]", ids), ("limit", str(MOST_OPTIONS)))
        rows = yield Step("GET", VALUES, params=wanted, lists=True)
        present = {str(row["id"]): row for row in rows}
    for place, option in enumerate(known):
        if option["id"] not in present:
            raise InvalidRequest.about(f"options.{place}.id", "is no option of this category")
    row = yield Step("PUT" if draft.body else "GET", f"{LOOKUPS}/{draft.id}", draft.body or None)
    for option in known:
        changes = {
            name: value for name, value in _value(option).items() if present[option["id"]].get(name) != value
        }
        if changes:
            yield Step("PUT", f"{VALUES}/{option['id']}", changes)
    yield from _new_values(draft, key(draft.id))
    return row if isinstance(row, dict) else None


def lookups(table: Fields) -> Writing:
    """The write side of lookups. Options that a list does not name stay: they can be switched off, not deleted."""
    named = _named(LOOKUPS)
    return Writing(
        thing="lookup",
        entries=turn(
            table,
            name=to("name", clears=False),
            category_type=Closed("takes department or lookup", always="lookup"),
            options=Entry(lambda value, draft: {}, clears=False, check=_check_options),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create_lookup,
                "A lookup; each option by a call of its own.",
                COMMON,
                handle=named["create"].handle,
            ),
            "update": Deed(_change_lookup, "The members that are given; options change one by one.", COMMON),
        },
        blame=blame,
        rules=(
            Rule(
                "category_type",
                "`category_type`: `department`, or `lookup`",
                lambda draft: draft.creates and not draft.given.get("category_type"),
            ),
        ),
        suits=lambda given: not _is_department(given),
        refusals=switched_off("lookup"),
    )

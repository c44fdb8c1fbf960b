"""How Coupa takes what several of its records share: custom fields, telephone numbers, addresses, references."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.shapes import PLACE
from providers.mapping import fields
from providers.turning import decimal, key, turn
from providers.writing import Body, Closed, Draft, Entry, Fault

PHONE = re.compile(r"\+([0-9]{1,4}) (?:([0-9]{1,6}) )?(\S.*)")
CODE = re.compile(r"[A-Z]{2}")


def _custom_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_custom_value(item) for item in value]
    if isinstance(value, dict):
        return {"id": key(str(value["id"]))} if value.get("id") else value
    return decimal(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _custom_fields(value: Any, draft: Draft) -> Body:
    """By name: namespaced ones under `custom-fields`, those that the account calls global among the record's own."""
    named = draft.settings.get("global_custom_fields")
    top = set(named) if isinstance(named, list) else set()
    found = {name: _custom_value(item) for name, item in (value or {}).items()}
    spaced = {name: item for name, item in found.items() if name not in top}
    return {
        **{name: item for name, item in found.items() if name in top},
        **({"custom-fields": spaced} if spaced else {}),
    }


CUSTOM_FIELDS = Entry(_custom_fields, keys=("custom-fields",), clears=False)
DELIVERY_ADDRESS = Closed("is one of the company's addresses: name it in remote_data.ship-to-address")


def _number(phone: Mapping[str, Any]) -> Body:
    """The parts of `+1 650 4442932`; a number of another form stays whole."""
    match = PHONE.fullmatch(phone["number"])
    country, area, number = match.groups() if match else (None, None, phone["number"])
    return {
        "country-code": country,
        "area-code": area,
        "number": number,
        "extension": phone.get("extension"),
    }


def phones(*kinds: str, below: str = "") -> Entry:
    """Telephone numbers by kind, one of each: `phone-{kind}`, perhaps of an object `below`."""

    def write(value: Any, draft: Draft) -> Body:
        given = {phone.get("type") or kinds[0]: _number(phone) for phone in value or ()}
        absent = {} if draft.creates else dict.fromkeys(kinds)
        numbers = {f"phone-{kind}": phone for kind, phone in {**absent, **given}.items()}
        if not below:
            return numbers
        needless = not given and (draft.creates or not (draft.present or {}).get(below))
        return {} if needless else {below: numbers}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        seen = set()
        for place, phone in enumerate(value):
            kind = phone.get("type") or kinds[0]
            if kind not in kinds:
                yield Fault(f"{place}.type", f"takes one of {', '.join(kinds)}")
            elif kind in seen:
                yield Fault(f"{place}.type", f"is given twice: there is one number of the type {kind}")
            if not phone.get("number"):
                yield Fault(f"{place}.number", "is missing", "missing_field")
            seen.add(kind)

    return Entry(write, keys=("phone-work",), check=check, compares=bool(below))


def _country(value: Any, draft: Draft) -> Body:
    return {"country": None if value is None else {"code" if CODE.fullmatch(value) else "name": value}}


def _second_line(value: Any, draft: Draft) -> Body:
    """Coupa has four lines, which are read as two."""
    return {"street2": value, **({} if draft.creates else {"street3": None, "street4": None})}


PLACE_ENTRIES = turn(
    fields(None, **PLACE),
    street_2=Entry(_second_line, keys=("street2",)),
    country=Entry(_country, keys=("country",)),
)


def switched_off(what: str, more: str = "") -> Mapping[str, str]:
    """Why master data has no delete, and what takes its place."""
    return {"delete": f'Coupa deletes no {what}: PATCH {{"status": "archived"}} switches it off{more}'}

"""Shapes that several Coupa records share: addresses, phones, people, custom fields, tracking, document lines."""

from collections.abc import Iterable, Mapping
from typing import Any

from providers.coupa.dialect import at, each, one
from providers.mapping import Fields, Node, fields, first_of, given, itself, not_offered, of
from providers.values import amount, ident, instant, raw, text, total

Record = Mapping[str, Any]


def joined(separator: str, *parts: str | None) -> str | None:
    return separator.join(part for part in parts if part) or None


def _street_2(*parts: str | None) -> str | None:
    return joined(", ", *parts)


COUNTRY = first_of(at("country.code"), at("country.name"), at("country"))
PLACE: dict[str, Node] = {
    "street_1": at("street1"),
    "street_2": of(_street_2, at("street2"), at("street3"), at("street4")),
    "city": at("city"),
    "state": at("state"),
    "country": COUNTRY,
    "postal_code": at("postal-code"),
}
ADDRESS = fields(None, id=at("id", ident), **PLACE, type=not_offered("set where the address stands"))


def _one_line(*parts: str | None) -> str | None:
    return joined(", ", *parts)


DELIVERY_ADDRESS = of(
    _one_line,
    at("ship-to-address.name"),
    at("ship-to-address.street1"),
    at("ship-to-address.street2"),
    at("ship-to-address.city"),
    at("ship-to-address.state"),
    at("ship-to-address.postal-code"),
    first_of(
        at("ship-to-address.country.code"), at("ship-to-address.country.name"), at("ship-to-address.country")
    ),
)


def _phone_number(country: str | None, area: str | None, number: str | None) -> str | None:
    return joined(" ", country and "+" + country.removeprefix("+"), area, number) if number else None


PHONE = fields(
    None,
    number=of(_phone_number, at("country-code"), at("area-code"), at("number")),
    extension=at("extension"),
)


def _phones(kinds: Iterable[tuple[str, Record | None]]) -> list[dict[str, Any]]:
    return [{**phone, "type": kind} for kind, phone in kinds if phone and phone["number"]]


def _work_and_mobile(work: Record | None, mobile: Record | None) -> list[dict[str, Any]]:
    return _phones((("work", work), ("mobile", mobile)))


def _work_mobile_fax(work: Record | None, mobile: Record | None, fax: Record | None) -> list[dict[str, Any]]:
    return _phones((("work", work), ("mobile", mobile), ("fax", fax)))


PERSON_PHONES = of(_work_and_mobile, one("phone-work", PHONE), one("phone-mobile", PHONE))
SUPPLIER_PHONES = of(
    _work_mobile_fax,
    one("primary-contact.phone-work", PHONE),
    one("primary-contact.phone-mobile", PHONE),
    one("primary-contact.phone-fax", PHONE),
)


def _identified(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return found if found and found["id"] else None


def _full_name(full: str | None, first: str | None, last: str | None) -> str | None:
    return full or joined(" ", first, last)


FULL_NAME = of(_full_name, at("fullname"), at("firstname"), at("lastname"))
PERSON = fields(None, id=at("id", ident), name=FULL_NAME, email=at("email"))


def person(path: str) -> Node:
    """An employee reference, null unless it has an id."""
    return of(_identified, one(path, PERSON))


def _custom_value(value: Any) -> Any:
    return [_single(item) for item in value] if type(value) is list else _single(value)


def _single(value: Any) -> Any:
    if type(value) is dict:
        found = ident(value.get("id"))
        name = value.get("name") or value.get("fullname") or value.get("login") or value.get("code")
        return {"id": found, "name": text(name)} if found else dict(value)
    return None if value == "" else value


def _own_fields(own: Any, record: Record, names: Iterable[str]) -> Record:
    """The namespaced custom fields, and those that the tenant keeps among a record's own keys, in either spelling."""
    found = dict(own) if type(own) is dict else {}
    for name in names:
        spellings = (name, name.replace("_", "-"), name.replace("-", "_"))
        key = next((key for key in spellings if key in record), None)
        if key is not None:
            found.setdefault(name, record[key])
    return found


def _custom_fields(own: Any, record: Record, names: Iterable[str]) -> dict[str, Any]:
    return {name: _custom_value(value) for name, value in _own_fields(own, record, names).items()}


NAMESPACED = at("custom-fields", raw, whole=True)
CUSTOM_FIELDS = of(_custom_fields, NAMESPACED, itself(), given("globals"))
NO_CUSTOM_FIELDS = of(dict)
COMMON: dict[str, Node] = {
    "id": at("id", ident),
    "created_at": at("created-at", instant),
    "updated_at": at("updated-at", instant),
    "custom_fields": CUSTOM_FIELDS,
}
ETAG = at("updated-at")

DEPARTMENT = fields(None, id=at("id", ident), name=at("name"))


def _choices(own: Record) -> list[dict[str, Any]]:
    """The lookup values among custom fields: each is an option of the category that its lookup is."""
    found = []
    for value in own.values():
        for item in value if type(value) is list else (value,):
            if type(item) is dict and _lookup_id(item):
                found.append(_choice(item))
    return found


def _lookup_id(value: Record) -> str | None:
    lookup = value.get("lookup")
    return ident(value.get("lookup-id", value.get("lookup_id"))) or (
        ident(lookup.get("id")) if type(lookup) is dict else None
    )


def _choice(value: Record) -> dict[str, Any]:
    lookup = value.get("lookup")
    return {
        "id": f"lookup-{_lookup_id(value)}",
        "name": text(lookup.get("name")) if type(lookup) is dict else None,
        "option": text(value.get("name")),
        "option_id": ident(value.get("id")),
    }


def _tracking(own: Record, department: Record | None) -> list[dict[str, Any]]:
    found = _choices(own)
    if department:
        place = {
            "id": f"department-{department['id']}",
            "name": department["name"],
            "option": None,
            "option_id": None,
        }
        return [place, *found]
    return found


def _document_tracking(
    own: Any, record: Record, names: Iterable[str], department: Record | None
) -> list[dict[str, Any]]:
    return _tracking(_own_fields(own, record, names), department)


def _line_tracking(own: Any, department: Record | None) -> list[dict[str, Any]]:
    return _tracking(own if type(own) is dict else {}, department)


def tracking(department: Node) -> Node:
    """Tracking references of a document: its department and its lookup-typed custom fields, the global ones too."""
    return of(_document_tracking, NAMESPACED, itself(), given("globals"), department)


def line_tracking(*departments: Node) -> Node:
    """Tracking references of a line: the first department there is, and its lookup-typed custom fields."""
    return of(_line_tracking, NAMESPACED, first_of(*departments))


def department(path: str) -> Node:
    """A department, null unless it has an id."""
    return of(_identified, one(path, DEPARTMENT))


def _account(account: str | None, allocations: list[dict[str, Any]] | None) -> str | None:
    """None where a line is split, whatever else is said: one account would not be the whole truth."""
    if not allocations:
        return account
    first: str | None = allocations[0]["account"]
    return None if len(allocations) > 1 else account or first


ACCOUNT = of(
    _account,
    at("account.id", ident),
    each("account-allocations", fields(None, account=at("account.id", ident))),
)


def unless_amount(kind: str | None, value: Any) -> Any:
    """Amount lines have neither quantity nor unit price: their `price` is the amount."""
    return None if kind and kind.endswith("AmountLine") else value


TOTAL_ONLY = fields(None, total=at("total", raw))


def sum_of(key: str, *lists: list[dict[str, Any]] | None) -> int | float | None:
    """The decimal sum of one member over the rows of some lists; null without rows, or where a row's can't be read."""
    return amount(total(row[key] for rows in lists for row in rows or ()))


def line_table(**rows: Node) -> Fields:
    """A table for document lines: beside the record it gets the document's currency, exchange rate and department."""
    return fields(None, ("currency", "exchange_rate", "department"), **rows)

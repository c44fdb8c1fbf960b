"""What SuiteQL's texts mean: letters for truth, numbers, times of the tenant's zone, own fields, segments as tags."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from providers.local_time import Tenant, instant
from providers.mapping import Fields, Node, at, fields, given, itself, not_offered, of
from providers.netsuite.dialect import DIMENSIONS, NAMED, REFERENCES, SEGMENT
from providers.queries import ANY
from providers.values import day, ident, number, one_of, raw, text

Record = Mapping[str, Any]
NUMBERS = frozenset({"Decimal Number", "Integer Number", "Currency", "Percent"})

STATUS = at("isinactive", one_of({"F": "active", "T": "archived", False: "active", True: "archived"}))


def yes(value: Any) -> bool:
    return value in ("T", True)


def time(path: str) -> Node:
    return of(instant, at(path, raw), given("tenant"))


def date(path: str) -> Node:
    return at(path, day)


def first(value: Any) -> str | None:
    """The first id of several, `"1, 3"`."""
    found = ident(value)
    return found.split(",")[0].strip() or None if found else None


def ids(value: Any) -> tuple[str, ...]:
    found = ident(value)
    return tuple(filter(None, (each.strip() for each in found.split(",")))) if found else ()


def positive(value: Any) -> str | None:
    """An id of a record; what is below zero stands for something in the system itself."""
    found = ident(value)
    return None if found is None or found.startswith("-") else found


def times(value: Any, sign: int) -> int | float | None:
    found = number(value)
    return found if found is None or sign > 0 else -found or 0


def joined(*parts: str | None) -> str | None:
    return " ".join(part for part in parts if part) or None


def _custom_fields(record: Record, names: Any) -> dict[str, Any]:
    known = names if isinstance(names, Mapping) else dict.fromkeys(names, ANY)
    return {name: _own(record, name, field.kind) for name, field in known.items() if name in record}


def _own(record: Record, name: str, kind: str) -> Any:
    value = record[name]
    if value is None:
        return None
    if kind == "Check Box":
        return yes(value)
    if kind in NUMBERS:
        return number(value)
    if kind == "Multiple Select":
        return list(ids(value))
    if kind in REFERENCES or name.startswith(SEGMENT):
        return {"id": ident(value), "name": text(record.get(f"{name}{NAMED}"))}
    return text(value)


def _own_or_base(code: str | None, tenant: Tenant) -> str | None:
    return code or tenant.currency


CURRENCY_CODE = of(_own_or_base, at("currencycode"), given("tenant"))
CUSTOM_FIELDS = of(_custom_fields, itself(), given("globals"))
NO_CUSTOM_FIELDS = of(dict)
UPDATED = time("lastmodifieddate")


def tags(record: Record, names: Any) -> list[dict[str, Any]]:
    """Department, class, location and the tenant's own segments that a record is marked with."""
    found = [_tag(kind, record[kind], record.get(f"{kind}name")) for kind in DIMENSIONS if record.get(kind)]
    own = (name for name in names if name.startswith(SEGMENT) and record.get(name))
    return [*found, *(_tag(name, record[name], record.get(f"{name}{NAMED}")) for name in own)]


def _tag(kind: str, value: Any, name: Any) -> dict[str, Any]:
    return {"id": f"{kind}:{value}", "name": text(name), "option": None, "option_id": None}


TAGS = of(tags, itself(*(f"{kind}{end}" for kind in DIMENSIONS for end in ("", "name"))), given("globals"))


def person(key: str) -> Node:
    """An employee reference from a key, `…name` and `…email`; system ids are nobody."""
    return of(_person, at(key, positive), at(f"{key}name"), at(f"{key}email"))


def _person(id_: str | None, name: str | None, email: str | None) -> dict[str, Any] | None:
    return {"id": id_, "name": name, "email": email} if id_ else None


def phones(*kinds: tuple[str, str]) -> Node:
    """Telephone numbers by kind and column."""
    words = tuple(kind for kind, _ in kinds)

    def listed(*numbers: str | None) -> list[dict[str, Any]]:
        pairs = zip(words, numbers, strict=True)
        return [{"number": found, "extension": None, "type": kind} for kind, found in pairs if found]

    return of(listed, *(at(key) for _, key in kinds))


def emails(*kinds: tuple[str | None, str]) -> Node:
    """Addresses by kind and column, each once."""
    words = tuple(kind for kind, _ in kinds)

    def listed(*found: str | None) -> list[dict[str, Any]]:
        once = {
            email.lower(): (kind, email)
            for kind, email in reversed(list(zip(words, found, strict=True)))
            if email
        }
        return [{"email": email, "type": kind} for kind, email in reversed(once.values())]

    return of(listed, *(at(key) for _, key in kinds))


PLACE: dict[str, Node] = {
    "street_1": at("addr1"),
    "street_2": of(lambda *lines: ", ".join(filter(None, lines)) or None, at("addr2"), at("addr3")),
    "city": at("city"),
    "state": at("state"),
    "country": at("country"),
    "postal_code": at("zip"),
}


def _use(billing: Any, shipping: Any) -> str | None:
    return "billing" if yes(billing) else "shipping" if yes(shipping) else None


ADDRESS_TYPE = of(_use, at("defaultbilling", raw), at("defaultshipping", raw))

GONE = not_offered("of a deleted record nothing else is kept")


def tombstone(model: type[BaseModel], prefix: str = "", **rows: Node) -> Fields:
    """What is left of a deleted record: its id, when it went, and what is given here."""
    names = (name for name in model.model_fields if name != "remote_data")
    kept: dict[str, Node] = {
        **dict.fromkeys(names, GONE),
        "id": prefixed(prefix),
        "updated_at": UPDATED,
        "custom_fields": NO_CUSTOM_FIELDS,
        **rows,
    }
    return fields(model, **kept)


def prefixed(prefix: str, key: str = "id") -> Node:
    """An id with what is put before it where a resource gathers several tables."""

    def read(value: Any) -> str | None:
        found = ident(value)
        return f"{prefix}{found}" if found else None

    return at(key, read)

"""Finds the records that a write refers to by id or natural keys; several keys must all match."""

import re
from typing import Any

import orjson

from sandbox.coupa.bodies import flat
from sandbox.coupa.schema import CLASSES, KINDS, Kind, Link
from sandbox.coupa.store import Record, Store

FURTHER = {
    "tax-rate": ("tax-rate-type", "out-of-scope", "customer-accounting"),
    "account": ("id",),
    "lookup-value": ("external-ref-num",),
}
ALONE = ("tax-rate",)  # an id wins over all other keys


class NotFound(Exception):
    """No record fits; carries the text the provider writes."""


def resolve(store: Store, kind: Kind, link_name: str, value: Any) -> int:
    """The id of the record meant by `value`, an id or an object of keys. Raises NotFound, also for inactive ones."""
    given = {"id": value} if not isinstance(value, dict) else flat(value)
    known = {
        name: one for name, one in given.items() if name in ("id", *kind.keys, *FURTHER.get(kind.name, ()))
    }
    if kind.name in ALONE and "id" in known:
        known = {"id": known["id"]}
    found = [
        one
        for one in _candidates(store, kind, known)
        if all(_fits(store, kind, one, *pair) for pair in known.items())
    ]
    usable = [one for one in found if active(kind, one)]
    if known and usable:
        id_: int = usable[0]["id"]
        return id_
    raise NotFound(_text(kind, link_name, known or given))


def active(kind: Kind, record: Record) -> bool:
    if kind.name == "supplier":
        return record.get("status") == "active"
    if kind.name == "currency":
        return bool(record.get("enabled-flag"))
    return record.get("active") is not False


def _candidates(store: Store, kind: Kind, known: dict[str, Any]) -> list[Record]:
    if "id" in known:
        found = store.get(kind.name, _number(known["id"]))
        return [found] if found else []
    for name, value in known.items():
        if name in kind.fields and isinstance(value, (str, int, float)):
            return store.where(kind.name, name, value) or list(store.all(kind.name))
    return list(store.all(kind.name))


def _fits(store: Store, kind: Kind, record: Record, name: str, value: Any) -> bool:
    link = kind.links.get(name)
    if link and isinstance(value, dict):
        try:
            return bool(record.get(name) == resolve(store, KINDS[link.kind], name, value))
        except NotFound:
            return False
    stored = record.get(name)
    if name == "id" or isinstance(stored, int):
        return bool(stored == _number(value)) or stored is value
    return str(stored) == str(value) if stored is not None else value in (None, "")


def _number(value: Any) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _text(kind: Kind, link_name: str, given: dict[str, Any]) -> str:
    shown = ", ".join(f"{_quoted(name.replace('-', '_'))}=>{_quoted(value)}" for name, value in given.items())
    names = [
        "id",
        *(name.replace("-", "_") for name in (*kind.keys, *FURTHER.get(kind.name, ())) if name != "id"),
    ]
    possible = ", ".join(_quoted(name) for name in names)
    title = "".join(part.capitalize() for part in kind.root.split("-"))
    return (
        f"Unable to find valid {title} record for {link_name.replace('-', '_')} with keys {{{shown}}}. "
        f"Possible keys are [{possible}]. Please verify your XML."
    )


def _quoted(value: Any) -> str:
    return orjson.dumps(value if isinstance(value, (str, dict, list)) else str(value)).decode()


def target_of(link: Link, record: Record) -> Kind | None:
    """The class an association points to; None for those the stand-in never fills."""
    if link.kind == "none":
        return None
    return (
        KINDS[CLASSES.get(record.get(link.kind[1:], ""), "user")]
        if link.kind.startswith("@")
        else KINDS[link.kind]
    )

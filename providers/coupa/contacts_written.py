"""How a supplier is written: its names, its people's addresses and numbers, its postal addresses of three kinds."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from providers.coupa.written import PLACE_ENTRIES
from providers.turning import key
from providers.writing import Body, Draft, Entry, Fault, Row, body_of
from schemas.errors import InvalidRequest

Rows = Sequence[Mapping[str, Any]]
EMAIL_KINDS = (None, "primary", "purchase_order")
ADDRESS_KINDS = (None, "primary", "remit_to")
NEEDED = ("street_1", "city", "postal_code", "country")
REMIT = "remit-"
PERSONAL = ("name-given", "name-family", "phone-work", "phone-mobile", "phone-fax")

# Coupa shows `display-name`, and finds a supplier by `name`: both are what people call it.
NAME = Entry(
    lambda value, draft: {"name": value, "display-name": value}, keys=("name", "display-name"), clears=False
)
COMPANY = Entry(
    lambda value, draft: {"account-types": [] if value is None else [{"id": key(value)}]},
    keys=("account-types",),
)


def _rows(draft: Draft, name: str) -> list[Row]:
    """What the record has of a list before the update."""
    found = (draft.present or {}).get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _one(draft: Draft, name: str) -> Row:
    found = (draft.present or {}).get(name)
    return found if isinstance(found, dict) else {}


def _emails(value: Any, draft: Draft) -> Body:
    """The first one that is not for orders is the primary contact's; further ones are contacts of their own."""
    orders = next((row["email"] for row in value or () if row.get("type") == "purchase_order"), None)
    plain = [row for row in value or () if row.get("type") != "purchase_order"]
    plain.sort(key=lambda row: row.get("type") != "primary")
    emails = [row["email"] for row in plain]
    primary = emails[0] if emails else None
    contacts = _other_contacts(emails[1:], draft)
    body: Body = {"contacts": contacts} if contacts else {}
    if primary or _one(draft, "primary-contact").get("email"):
        body["primary-contact"] = {"email": primary}
    if orders or not draft.creates:
        body["po-email"] = orders
    return body


def _other_contacts(emails: Sequence[str], draft: Draft) -> list[Body]:
    """New ones are added; of those no longer wanted the address goes, and the contact if it is nothing else."""
    first = _one(draft, "primary-contact").get("id")
    wanted = {email.casefold() for email in emails}
    present = [row for row in _rows(draft, "contacts") if row.get("email") and row.get("id") != first]
    known = {str(row["email"]).casefold() for row in present}
    gone = [row for row in present if str(row["email"]).casefold() not in wanted]
    return [
        *({"email": email} for email in emails if email.casefold() not in known),
        *({"id": row["id"], **_emptied(row)} for row in gone),
    ]


def _emptied(contact: Row) -> Body:
    return {"email": None} if any(contact.get(name) for name in PERSONAL) else {"_delete": True}


def _check_emails(value: Any, draft: Draft) -> Iterator[Fault]:
    singles = set()
    for place, row in enumerate(value):
        kind = row.get("type")
        if kind not in EMAIL_KINDS:
            yield Fault(f"{place}.type", "takes primary, purchase_order, or nothing for further contacts")
        elif kind in singles:
            yield Fault(f"{place}.type", f"is given twice: there is one address of the type {kind}")
        if not row.get("email"):
            yield Fault(f"{place}.email", "is missing", "missing_field")
        singles |= {kind} - {None}


EMAILS = Entry(_emails, keys=("po-email", "primary-contact"), check=_check_emails, compares=True)


def _present_ids(draft: Draft) -> dict[str | None, list[str]]:
    """The ids of the record's addresses by kind; the primary one stands among the others, too."""
    primary = str(_one(draft, "primary-address").get("id") or "")
    others = [str(row.get("id")) for row in _rows(draft, "supplier-addresses")]
    return {
        "primary": [primary] if primary else [],
        None: [one for one in others if one != primary],
        "remit_to": [f"{REMIT}{row.get('id')}" for row in _rows(draft, "remit-to-addresses")],
    }


def _addresses(value: Any, draft: Draft) -> Body:
    """Known ids are changed, others added, and what is not in the list is deleted (`_delete`)."""
    present, rows = _present_ids(draft), list(value or ())
    if not draft.creates:
        _check_ids(rows, present)
    by_kind = {kind: [row for row in rows if row.get("type") == kind] for kind in ADDRESS_KINDS}
    written = {kind: [_address(row, present[kind], draft) for row in by_kind[kind]] for kind in ADDRESS_KINDS}
    for kind, ids in present.items():
        kept = {row.get("id") for row in by_kind[kind]}
        written[kind] += [{"id": _number(one), "_delete": True} for one in ids if one not in kept]
    return _placed(written)


def _placed(written: Mapping[str | None, list[Body]]) -> Body:
    primary, others, remit_to = (written[kind] for kind in ("primary", None, "remit_to"))
    body: Body = {}
    if primary:
        gone = primary[0].get("_delete", False)
        body["primary-address"] = None if gone else primary[0]
        others = [*others, primary[0]] if gone else others
    return {
        **body,
        **({"supplier-addresses": others} if others else {}),
        **({"remit-to-addresses": remit_to} if remit_to else {}),
    }


def _number(id_: str) -> int | str:
    return key(id_.removeprefix(REMIT))


def _address(row: Mapping[str, Any], present: Sequence[str], draft: Draft) -> Body:
    body = body_of(PLACE_ENTRIES, {name: row[name] for name in row if name in PLACE_ENTRIES}, draft)
    if row.get("id") in present:
        return {"id": _number(row["id"]), **body}
    return {**_remit_code(body), **body} if row.get("type") == "remit_to" else body


def _remit_code(body: Body) -> Body:
    """Coupa wants a code that is unique within the supplier: made of the address, so that a repeat has the same."""
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return {"remit-to-code": f"koine-{digest}", "active": True}


def _check_ids(rows: Rows, present: Mapping[str | None, list[str]]) -> None:
    known = {id_ for ids in present.values() for id_ in ids}
    for place, row in enumerate(rows):
        if row.get("id") and row["id"] not in known:
            raise InvalidRequest.about(f"addresses.{place}.id", "is no address of this contact")


def _check_addresses(value: Any, draft: Draft) -> Iterator[Fault]:
    primaries = 0
    for place, row in enumerate(value):
        primaries += row.get("type") == "primary"
        if row.get("type") not in ADDRESS_KINDS:
            yield Fault(f"{place}.type", "takes primary, remit_to, or nothing for further addresses")
        elif row.get("type") == "primary" and primaries > 1:
            yield Fault(f"{place}.type", "is given twice: there is one primary address")
        known = row.get("id") and not draft.creates
        for name in NEEDED:
            if row.get(name) is None and (name in row or not known):
                yield Fault(f"{place}.{name}", "is missing", "missing_field")


ADDRESSES = Entry(
    _addresses,
    keys=("primary-address", "supplier-addresses", "remit-to-addresses"),
    check=_check_addresses,
    compares=True,
    inner={
        "supplier_address": PLACE_ENTRIES,
        "remit_to_address": PLACE_ENTRIES,
        "address": PLACE_ENTRIES,
    },
)

"""Coupa's suppliers as unified contacts, in both directions."""

from collections.abc import Mapping
from typing import Any

from providers.coupa.contacts_written import ADDRESSES, COMPANY, EMAILS, NAME
from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import SPELLING, at, blame, each, one, resource, same, sought
from providers.coupa.shapes import ADDRESS, COMMON, SUPPLIER_PHONES
from providers.coupa.written import CUSTOM_FIELDS, phones
from providers.filters import Choice, fixed
from providers.mapping import const, fields, first_of, not_offered, of
from providers.resource import Source
from providers.turning import turn, word
from providers.values import ident, one_of
from providers.writing import Deed, Draft, Rule, Writing, changed, created
from schemas.accounting import Contact

Rows = list[dict[str, Any]]
PATH = "/suppliers"


def _emails(primary: str | None, orders: str | None, contacts: Rows | None) -> Rows:
    others = ((row["email"], None) for row in contacts or ())
    found: dict[str, dict[str, Any]] = {}
    for email, kind in ((primary, "primary"), (orders, "purchase_order"), *others):
        if email:
            found.setdefault(email.lower(), {"email": email, "type": kind})
    return list(found.values())


def _has_a_value(address: Mapping[str, Any]) -> bool:
    return any(address.values())


def _addresses(primary: dict[str, Any] | None, others: Rows | None, remit_to: Rows | None) -> Rows:
    found: Rows = []
    seen = set()
    kinds = (
        ([primary] if primary else [], "primary", ""),
        (others or [], None, ""),
        (remit_to or [], "remit_to", "remit-"),
    )
    for rows, kind, prefix in kinds:
        for row in filter(_has_a_value, rows):
            number_ = row["id"] and prefix + row["id"]
            if number_ is None or number_ not in seen:
                found.append({**row, "id": number_, "type": kind})
            seen.add(number_)
    return found


def _only(rows: Rows | None) -> str | None:
    return rows[0]["id"] if rows and len(rows) == 1 else None


TABLE = fields(
    Contact,
    **COMMON,
    name=first_of(at("display-name"), at("name")),
    type=const("vendor"),
    status=at("status", one_of({"active": "active", "inactive": "archived"})),
    tax_number=at("tax-id"),
    currency=not_offered("a supplier has no currency of its own"),
    company=of(_only, each("account-types", fields(None, id=at("id", ident)))),
    emails=of(
        _emails,
        at("primary-contact.email"),
        at("po-email"),
        each("contacts", fields(None, email=at("email"))),
    ),
    phones=SUPPLIER_PHONES,
    addresses=of(
        _addresses,
        one("primary-address", ADDRESS),
        each("supplier-addresses", ADDRESS),
        each("remit-to-addresses", ADDRESS),
    ),
)


def _lacks_contact(draft: Draft) -> bool:
    return draft.creates and draft.given.get("status") == "active" and not draft.given.get("emails")


def _lacks_address(draft: Draft) -> bool:
    return draft.creates and draft.given.get("status") == "active" and not draft.given.get("addresses")


WRITING = Writing(
    thing="supplier",
    entries=turn(
        TABLE,
        name=NAME,
        status=word("status", {"active": "active", "archived": "inactive"}, also=("draft",)),
        company=COMPANY,
        emails=EMAILS,
        phones=phones("work", "mobile", "fax", below="primary-contact"),
        addresses=ADDRESSES,
        custom_fields=CUSTOM_FIELDS,
    ),
    deeds={
        "create": Deed(
            created(PATH),
            "A supplier; a draft unless `status` says otherwise.",
            ("core.supplier.write",),
            handle=lambda draft: sought(PATH, name=draft.given["name"]),
        ),
        "update": Deed(changed(PATH), "The members that are given.", ("core.supplier.write",), repeats=True),
    },
    blame=blame,
    rules=(
        Rule("emails", "`emails` when `status` is `active`: Coupa keeps a draft otherwise", _lacks_contact),
        Rule(
            "addresses",
            "`addresses` when `status` is `active`: Coupa keeps a draft otherwise",
            _lacks_address,
        ),
    ),
    refusals={"delete": 'Coupa deletes no supplier: PATCH {"status": "archived"} switches it off'},
)

CONTACTS = resource(
    sources=(
        Source(
            PATH,
            TABLE,
            writing=WRITING,
            scopes=("core.supplier.read",),
            unset=frozenset({"primary-address", "primary-contact"}),
        ),
    ),
    filters={
        **FILTERS,
        "name": same("name"),
        "tax_number": same("tax-id"),
        "contact_type": fixed("vendor", "customer"),
        "status": Choice(
            "status", {"active": ("active",), "archived": ("inactive",)}, SPELLING, extra=("draft",)
        ),
        "emails[email]": same("primary-contact[email]"),
    },
    sorts={"name": "name", "created_at": "created_at", "updated_at": "updated_at"},
)

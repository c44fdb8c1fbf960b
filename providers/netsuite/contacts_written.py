"""How vendors, customers and employees are written, each with its address book."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.mapping import Fields
from providers.netsuite.written import (
    CURRENCY,
    STATUS,
    custom_fields,
    deeds,
    entries,
    in_one,
    placed,
    record,
    ref,
)
from providers.turning import to, word
from providers.writing import Body, Closed, Draft, Entry, Fault, Writing

OWN = custom_fields("custentity", "cseg")
GONE = (
    "Deletes it; NetSuite refuses where anything depends on it. A status of archived switches it off instead."
)
USES = {"billing": "defaultBilling", "shipping": "defaultShipping"}


def kinds(what: str, member: str, **keys: str) -> Entry:
    """A list of which NetSuite has one of each kind, in a field of its own; the first kind needs no name."""
    first = next(iter(keys))

    def write(value: Any, draft: Draft) -> Body:
        given = {keys[one.get("type") or first]: one[member] for one in value or ()}
        absent: Body = {} if draft.creates else dict.fromkeys(keys.values())
        return {**absent, **given}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        seen: set[str] = set()
        for place, one in enumerate(value):
            kind = one.get("type") or first
            if kind not in keys:
                yield Fault(f"{place}.type", f"takes one of {', '.join(keys)}")
            elif kind in seen:
                yield Fault(f"{place}.type", f"is given twice: there is one {what} of the type {kind}")
            if not one.get(member):
                yield Fault(f"{place}.{member}", "is missing", "missing_field")
            if one.get("extension"):
                yield Fault(f"{place}.extension", "has no field of its own: write it behind the number")
            seen.add(kind)

    return Entry(write, keys=(*keys.values(),), check=check)


def _place(address: Mapping[str, Any]) -> Body:
    written = {
        "addr1": address.get("street_1"),
        "addr2": address.get("street_2"),
        "city": address.get("city"),
        "state": address.get("state"),
        "zip": address.get("postal_code"),
        "country": {"id": address["country"]} if address.get("country") else None,
    }
    return {name: value for name, value in written.items() if value is not None}


def _addresses(value: Any, draft: Draft) -> Body:
    """The whole book: an address that is not named goes."""
    rows = [
        {
            **{key: address.get("type") == use for use, key in USES.items()},
            "addressBookAddress": _place(address),
        }
        for address in value or ()
    ]
    return {"addressBook": {"items": rows}} if rows or not draft.creates else {}


def _check_addresses(value: Any, draft: Draft) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, address in enumerate(value):
        kind = address.get("type")
        if kind is not None and kind not in USES:
            yield Fault(f"{place}.type", f"takes one of {', '.join(USES)}")
        elif kind in seen:
            yield Fault(f"{place}.type", f"is given twice: there is one {kind} address")
        if len(address.get("country") or "XX") != 2:
            yield Fault(f"{place}.country", "must be an ISO 3166 code of two letters")
        seen.add(kind or "")


ADDRESSES = Entry(_addresses, keys=("addressBook",), check=_check_addresses)


def contacts(kind: str, table: Fields, tax: str, *, emails: Entry, phones: Entry) -> Writing:
    """The write side of vendors or customers."""
    named = entries(
        table,
        name=to("companyName", clears=False),
        status=STATUS,
        tax_number=to(tax),
        currency=CURRENCY,
        company=ref("subsidiary", update=False),
        emails=emails,
        phones=phones,
        addresses=ADDRESSES,
        custom_fields=OWN,
    )
    return Writing(
        thing=kind,
        entries=named,
        deeds=deeds(record(kind), "A company, or with `remote_data.isPerson` a person.", GONE, home=in_one),
        suits=lambda given: given.get("type", "vendor") == kind,
        place=placed(named),
    )


def vendors(table: Fields) -> Writing:
    return contacts(
        "vendor",
        table,
        "taxIdNum",
        emails=kinds("address", "email", primary="email", alternate="altEmail"),
        phones=kinds("number", "number", work="phone", alternate="altPhone", mobile="mobilePhone", fax="fax"),
    )


def customers(table: Fields) -> Writing:
    return contacts(
        "customer",
        table,
        "vatRegNumber",
        emails=kinds("address", "email", primary="email"),
        phones=kinds("number", "number", work="phone"),
    )


PHONES = kinds("number", "number", work="phone", mobile="mobilePhone")


def _email(clears: bool) -> Entry:
    """The one address of an employee."""

    def write(value: Any, draft: Draft) -> Body:
        return {"email": value[0]["email"] if value else None}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        if len(value) > 1:
            yield Fault("1", "is one too many: an employee has one address")

    return Entry(write, keys=("email",), check=check, clears=clears)


def employees(table: Fields) -> Writing:
    named = entries(
        table,
        first_name=to("firstName", clears=False),
        last_name=to("lastName", clears=False),
        emails=_email(clears=True),
        phones=PHONES,
        addresses=ADDRESSES,
        custom_fields=OWN,
    )
    return Writing(
        thing="employee",
        entries=named,
        deeds=deeds(record("employee"), "An employee without access to NetSuite.", GONE, home=in_one),
        place=placed(named),
    )


def users(table: Fields) -> Writing:
    """The write side of employees with access; who gets it, and in which roles, is decided in NetSuite."""
    named = entries(
        table,
        external_id=to("externalId", clears=False),
        first_name=to("firstName", clears=False),
        last_name=to("lastName", clears=False),
        title=to("title"),
        username=Closed("is the e-mail address: write emails"),
        emails=_email(clears=False),
        phones=PHONES,
        status=word("isInactive", {"active": False, "inactive": True}),
        roles=Closed("are given in NetSuite, with the access"),
        groups=Closed("are kept in NetSuite"),
        custom_fields=OWN,
    )
    return Writing(
        thing="employee",
        entries=named,
        deeds={"update": deeds(record("employee"), "", "")["update"]},
        refusals={
            "create": "Access comes with a password and roles, which an administrator gives to an employee in NetSuite",
            "delete": 'Who has logged in is not deleted: PATCH {"status": "inactive"} switches the user off',
        },
        place=placed(named),
    )

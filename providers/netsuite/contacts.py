"""Vendors, then customers, as unified contacts, each with its addresses and main subsidiary."""

from typing import Any

from providers.companions import Companion
from providers.filters import Cases, Narrowing
from providers.mapping import Each, Fields, Node, at, const, fields, first_of, of
from providers.netsuite.contacts_written import customers, vendors
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    IS_ACTIVE,
    MADE,
    SEGMENT,
    Columns,
    PrefixedIds,
    folded,
    key,
    moment,
    own,
    resource,
    same,
    statement,
    whole,
    with_currency,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.invoices import CUSTOMER
from providers.netsuite.shapes import (
    ADDRESS_TYPE,
    CUSTOM_FIELDS,
    PLACE,
    STATUS,
    UPDATED,
    emails,
    joined,
    phones,
    prefixed,
    time,
    yes,
)
from providers.queries import Column
from providers.resource import Source
from providers.values import ident
from schemas.accounting import Contact

ADDRESS = fields(None, id=at("id", ident), **PLACE, type=ADDRESS_TYPE)


def _sorted(rows: Any) -> Any:
    """Where bills go first, then where goods go, then the others."""
    if type(rows) is not list:
        return None
    return sorted(
        rows, key=lambda row: (not yes(row.get("defaultbilling")), not yes(row.get("defaultshipping")))
    )


def addresses(kind: str) -> Companion:
    """The address book of a page's entities."""
    return Companion(
        "addresses",
        statement(
            f"{kind}addressbook ab INNER JOIN {kind}addressbookentityaddress ea ON ea.nkey = ab.addressbookaddress",
            {
                "id": Column("ea.nkey", filled=True),
                "entity": Column("ab.entity", filled=True),
                **columns("ab", "defaultbilling", "defaultshipping"),
                **columns("ea", "addr1", "addr2", "addr3", "addressee", "city", "state", "zip", "country"),
            },
        ),
        parent="entity",
        spare=True,
    )


def _subsidiaries(kind: str) -> Companion:
    """One row for each subsidiary that deals with an entity; a plain join would multiply the entity."""
    return Companion(
        "subsidiaries",
        statement(
            f"{kind}subsidiaryrelationship r",
            {"id": Column("r.subsidiary", filled=True), "entity": Column("r.entity", filled=True)},
            where=("r.isprimarysub = 'T'",),
        ),
        parent="entity",
        spare=True,
    )


def _company(rows: Any) -> str | None:
    return ident(rows[0].get("id")) if rows else None


def _person(alias: str) -> str:
    both = f"{alias}.firstname || ' ' || {alias}.lastname"
    return f"NVL2({alias}.firstname, NVL2({alias}.lastname, {both}, {alias}.firstname), {alias}.lastname)"


def _columns(alias: str, prefix: str, *further: str) -> Columns:
    return {
        **key(alias),
        "fullid": Column(f"'{prefix}' || {alias}.id", hidden=True),
        **columns(alias, "entityid", "companyname", "altname", "isperson", "firstname", "lastname"),
        **columns(alias, "email", "phone", "isinactive", "externalid", *further),
        **with_currency(alias)[0],
        "datecreated": moment(f"{alias}.datecreated"),
        "lastmodifieddate": moment(f"{alias}.lastmodifieddate"),
        "name": folded(f"COALESCE({alias}.companyname, {_person(alias)}, {alias}.altname, {alias}.entityid)"),
        "address": Column(f"UPPER({alias}.email)", bind="UPPER(?)", hidden=True),
    }


NAME = first_of(at("companyname"), of(joined, at("firstname"), at("lastname")), at("altname"), at("entityid"))


def _table(kind: str, prefix: str, *tax: str, **rows: Node) -> Fields:
    return fields(
        Contact,
        id=prefixed(prefix),
        name=NAME,
        type=const(kind),
        status=STATUS,
        tax_number=first_of(*(at(f"record.{name}") for name in tax)),
        currency=at("currencycode"),
        company=at("subsidiaries", _company),
        addresses=Each(at("addresses", _sorted), ADDRESS, ()),
        created_at=time("datecreated"),
        updated_at=UPDATED,
        custom_fields=CUSTOM_FIELDS,
        **rows,
    )


VENDOR = _table(
    "vendor",
    "",
    "taxIdNum",
    "vatRegNumber",
    emails=emails(("primary", "email"), ("alternate", "altemail")),
    phones=phones(("work", "phone"), ("alternate", "altphone"), ("mobile", "mobilephone"), ("fax", "fax")),
)
CUSTOMER_TABLE = _table(
    "customer",
    CUSTOMER,
    "vatRegNumber",
    emails=emails(("primary", "email")),
    phones=phones(("work", "phone")),
)


VENDORS = Source(
    "/record/v1/vendor",
    VENDOR,
    statement=statement(
        "vendor v",
        _columns("v", "", "altemail", "altphone", "mobilephone", "fax"),
        (with_currency("v")[1],),
        own=own("vendor", "custentity", SEGMENT),
    ),
    companions=(addresses("vendor"), _subsidiaries("vendor")),
    writing=vendors(VENDOR),
    whole=whole("vendor"),
)
CUSTOMERS = Source(
    "/record/v1/customer",
    CUSTOMER_TABLE,
    prefix=CUSTOMER,
    statement=statement(
        "customer cu",
        _columns("cu", CUSTOMER, "parent"),
        (with_currency("cu")[1],),
        where=("cu.searchstage = 'Customer'",),  # leads and prospects lie in the same table
        own=own("customer", "custentity", SEGMENT),
    ),
    companions=(addresses("customer"), _subsidiaries("customer")),
    writing=customers(CUSTOMER_TABLE),
    whole=whole("customer"),
)
GONE_VENDORS = deleted(Contact, "vendor", type=const("vendor"), name=at("name"))
GONE_CUSTOMERS = deleted(Contact, "customer", prefix=CUSTOMER, type=const("customer"), name=at("name"))


def _only(*sources: Source) -> Narrowing:
    return Narrowing(paths=frozenset(source.path for source in sources))


CONTACTS = resource(
    sources=(VENDORS, CUSTOMERS, GONE_VENDORS, GONE_CUSTOMERS),
    filters={
        "id": PrefixedIds({"": VENDORS.path, CUSTOMER: CUSTOMERS.path}),
        **MADE,
        "is_deleted": DELETED,
        "name": same("name"),
        "contact_type": Cases(
            {"vendor": _only(VENDORS, GONE_VENDORS), "customer": _only(CUSTOMERS, GONE_CUSTOMERS)},
            operators=("eq",),
        ),
        "status": IS_ACTIVE,
        "currency": same("currencycode"),
        "emails[email]": same("address"),
    },
    sorts={},
)
